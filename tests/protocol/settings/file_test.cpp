#include "protocol/settings/document.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>

#include <unistd.h>

using namespace inspect;
using namespace inspect::settings;

namespace {

struct Folder {
  std::filesystem::path path =
      std::filesystem::temp_directory_path() / ("settings-file-test-" + std::to_string(::getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path / name, std::ios::binary) << bytes;
    return (path / name).string();
  }
};

std::vector<std::string> end_problems(std::string_view text) {
  Problems problems("f.toml");
  const auto node = parse_document(text, problems);
  REQUIRE(node.has_value());
  check_end(*node, "site", "demo", problems);
  std::vector<std::string> lines;
  for (const auto& line : problems.lines()) lines.push_back(line.en);
  return lines;
}

}  // namespace

TEST_CASE("the bytes of a file come as they are") {
  const Folder folder;
  const std::string bytes("a\0b\r\n\xFF", 6);
  const auto read = read_file(folder.write("a.toml", bytes));
  REQUIRE(read.has_value());
  CHECK(*read == bytes);
  CHECK(read_file(folder.write("empty.toml", "")).value().empty());
}

TEST_CASE("what is no file to read is named with a cure") {
  const Folder folder;
  const auto missing = read_file((folder.path / "missing.toml").string());
  REQUIRE(missing.has_error());
  CHECK(missing.error().code == Errc::invalid_argument);
  CHECK(missing.error().message.find("missing.toml: cannot be opened; check the name") != std::string::npos);
  const auto directory = read_file(folder.path.string());
  REQUIRE(directory.has_error());
  CHECK(directory.error().message.find("is a directory; name a file") != std::string::npos);
}

TEST_CASE("a file too large is refused, and so is one without an end") {
  const Folder folder;
  CHECK(read_file(folder.write("full.toml", std::string(largest_file, 'x'))).has_value());
  CHECK(read_file(folder.write("over.toml", std::string(largest_file + 1, 'x'))).has_error());
  CHECK(read_file("/dev/zero").has_error());
}

TEST_CASE("a file that says where it ends is whole") {
  CHECK(end_problems("a = 1\n[[d]]\nx = 1\n[end]\nsite = \"demo\"\n").empty());
}

TEST_CASE("a file cut between two tables is found out") {
  const auto lines = end_problems("a = 1\n[[d]]\nx = 1\n");
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].find("it may be cut; restore it, or finish it with [end] with site = \"demo\"") != std::string::npos);
  CHECK(end_problems("").size() == 1);
}

TEST_CASE("the end must name what ended") {
  CHECK(end_problems("[end]\n").size() == 1);
  CHECK(end_problems("[end]\nsite = \"dem\"\n").size() == 1);
  CHECK(end_problems("[end]\nsite = 5\n").size() == 1);
  CHECK(end_problems("end = true\n").size() == 1);
}

TEST_CASE("nothing may stand after the end, not even one more of a list begun before it") {
  const auto table = end_problems("[end]\nsite = \"demo\"\n[late]\nx = 1\n");
  REQUIRE(table.size() == 1);
  CHECK(table[0] == "f.toml:3:1: \"late\" stands after [end]; move [end] to the end of the file");
  CHECK(end_problems("[[d]]\nx = 1\n[end]\nsite = \"demo\"\n[[d]]\nx = 2\n").size() == 1);
}
