// A record in files, through the same judgement.
#include "firmware-agent/judgement/replay.hpp"
#include "tests/firmware-agent/judgement/played_site.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>
#include <fstream>

using namespace inspect;
using namespace inspect::judgement;
using namespace inspect::judgement::tests;

namespace {

/// A folder that goes with the test.
struct Folder {
  std::filesystem::path path;
  Folder() {
    auto name = (std::filesystem::temp_directory_path() / "replay-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
};

template <class T>
void put(std::ofstream& out, T value) {
  std::array<char, sizeof(T)> bytes{};
  std::memcpy(bytes.data(), &value, sizeof(T));
  out.write(bytes.data(), sizeof(T));
}

void write(const Folder& folder, const PlayedSite& played) {
  std::ofstream(folder.path / "plant.csv") << plant_csv();
  std::ofstream(folder.path / "topology.csv") << topology_csv;
  std::ofstream calendar(folder.path / "calendar.csv");
  calendar << "t_start,t_end,what,component,action,part\n" << std::fixed;
  for (const auto& s : played.calendar.sessions) calendar << s.start << ',' << s.end << ",training,,,\n";
  std::ofstream out(folder.path / "readings.bin", std::ios::binary);
  out << "SITEYEAR";
  put(out, std::uint32_t{1});
  put(out, std::uint32_t{12});
  put(out, played.start);
  put(out, std::uint64_t{0});
  played.play([&](const Sample& s) {
    put(out, static_cast<std::uint32_t>(std::lround(100 * (s.time - played.start))));
    put(out, static_cast<float>(s.value));
    put(out, s.point);
    put(out, static_cast<std::uint16_t>(0));
  });
}

std::string text_of(const std::filesystem::path& record) {
  std::string text;
  const auto done = replay(record, [&](std::string_view line) { (text += line) += '\n'; });
  CHECK(done.has_value());
  return text;
}

}  // namespace

TEST_CASE("a record with a welded relay is one line, and the same record gives the same bytes") {
  PlayedSite played(5);
  const auto point = played.site.point("k2", Role::feedback);
  played.break_it = [=](Sample& s) {
    if (s.point == point && s.time > played.start + 2 * PlayedSite::day) s.value = 1;
    return true;
  };
  const Folder folder;
  write(folder, played);
  const auto text = text_of(folder.path);
  CHECK(
      text.find(
          R"("device":"k2-box","point":"k2.feedback","fault":"R1","part":"SRD-05VDC-SL-C","severity":"major","state":"raised")") !=
      std::string::npos);
  CHECK(std::count(text.begin(), text.end(), '\n') == 1);
  CHECK(text_of(folder.path / "readings.bin") == text);
}

TEST_CASE("a folder that lacks a file says which") {
  const Folder folder;
  write(folder, PlayedSite(1));
  std::filesystem::remove(folder.path / "topology.csv");
  const auto done = replay(folder.path, [](std::string_view) {});
  REQUIRE_FALSE(done.has_value());
  CHECK(done.error().message.find("topology.csv") != std::string::npos);
}
