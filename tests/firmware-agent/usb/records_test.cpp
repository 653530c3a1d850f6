#include "firmware-agent/usb/records.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace inspect;
using namespace inspect::agent;
using drivers::Proof;
using drivers::UsbRecord;

namespace {

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("usb-records-" + std::to_string(getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] std::string file() const { return (path / "usb-identity.json").string(); }
};

const std::vector<UsbRecord> two{{"board-1", "1-1.2", 0x16C0, 0x05DF, "", "HURTM", Proof::moved, "li",
                                  WallTime{std::chrono::milliseconds{1764028800000}}, "boot/1/5"},
                                 {"meter", "1-3", 0x0B3E, 1, "SN \"42\"", "", Proof::answered, "", WallTime{}, ""}};

}  // namespace

TEST_CASE("what is written is read again, and replaces what was there") {
  const Folder folder;
  REQUIRE(write_records(folder.file(), two).has_value());
  CHECK(read_records(folder.file()).value() == two);
  REQUIRE(write_records(folder.file(), {two[1]}).has_value());
  CHECK(read_records(folder.file()).value() == std::vector<UsbRecord>{two[1]});
  CHECK_FALSE(std::filesystem::exists(folder.file() + ".new"));
}

TEST_CASE("no file is no record") {
  const Folder folder;
  CHECK(read_records(folder.file()).value().empty());
}

TEST_CASE("a file that was cut or says what cannot be is an error and no record") {
  const Folder folder;
  REQUIRE(write_records(folder.file(), two).has_value());
  std::string whole;
  {
    std::ifstream file(folder.file());
    whole.assign(std::istreambuf_iterator<char>(file), {});
  }
  for (const auto& bad :
       {whole.substr(0, whole.size() / 2), std::string("[]"), std::string(), std::string("{\"records\":[{}]}"),
        std::string(whole).replace(whole.find("moved"), 5, "prove")}) {
    std::ofstream(folder.file()) << bad;
    CHECK(read_records(folder.file()).error().code == Errc::storage);
  }
}

TEST_CASE("a place that cannot be written is told") {
  CHECK(write_records("/nowhere/at/all.json", two).error().code == Errc::storage);
}
