// `inspectctl replay` needs no running agent.
#include "tests/firmware-agent/cli/child.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <filesystem>
#include <fstream>

using namespace inspect::tests;

namespace {

struct Record {
  std::filesystem::path path;
  Record() {
    auto name = (std::filesystem::temp_directory_path() / "replay-XXXXXX").string();
    path = mkdtemp(name.data());
    std::ofstream(path / "plant.csv")
        << "device,point,role,nominal,low_limit,high_limit,component\nd,c,command,0,,,k\nd,f,feedback,0,,,k\n";
    std::ofstream(path / "topology.csv") << "component,powered_by,linked_by\nk,,\n";
    std::ofstream(path / "calendar.csv") << "t_start,t_end,what,component,action,part\n0,9000,exam,,,\n";
    // struct.pack('<8sIId8x', b'SITEYEAR', 1, 12, 0.0), then per poll struct.pack('<IfHBx', 100 * t, value, point, 0)
    std::string bytes = std::string("SITEYEAR\x01\0\0\0\x0c\0\0\0", 16) + std::string(16, '\0');
    const auto put = [&](std::uint32_t time, float value, std::uint16_t point) {
      std::string record(12, '\0');
      std::memcpy(&record[0], &time, 4);
      std::memcpy(&record[4], &value, 4);
      std::memcpy(&record[8], &point, 2);
      bytes += record;
    };
    for (std::uint32_t t = 0; t < 10; ++t) {
      put(t * 2000, t % 2 == 0 ? 1 : 0, 0);
      put(t * 2000, 1, 1);
    }
    std::ofstream(path / "readings.bin", std::ios::binary) << bytes;
  }
  ~Record() { std::filesystem::remove_all(path); }
  Record(const Record&) = delete;
  Record& operator=(const Record&) = delete;
};

}  // namespace

TEST_CASE("a recorded welded relay comes out as one line of JSON, the tally on stderr") {
  const Record record;
  const auto ended = run_inspectctl({{"replay", record.path.string()}, {}});
  CHECK(ended.code == 0);
  CHECK(ended.out == R"({"time":80.0,"device":"d","point":"f","fault":"R1","part":"SRD-05VDC-SL-C","severity":"major",)"
                     R"("state":"raised","predicted_cross":null,"probability":null})"
                     "\n");
  CHECK(ended.err.find("readings 20, lines 1") != std::string::npos);
  CHECK(run_inspectctl({{"replay", record.path.string(), "--json"}, {}}).err.empty());
}

TEST_CASE("what cannot be replayed says why and how to cure it") {
  const auto ended = run_inspectctl({{"replay", "/nowhere"}, {}});
  CHECK(ended.code == 1);
  CHECK(ended.out.empty());
  CHECK(ended.err.find("plant.csv") != std::string::npos);
  CHECK(run_inspectctl({{"replay"}, {}}).code == 2);
}
