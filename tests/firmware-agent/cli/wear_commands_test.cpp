// What wears, as a process against a served socket.
#include "tests/firmware-agent/cli/child.hpp"
#include "tests/firmware-agent/control/running_server.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>
#include <iterator>

using namespace inspect;
using namespace inspect::tests;

namespace {

struct WearWorld {
  RunningServer server;

  [[nodiscard]] Ended run(std::vector<std::string> words) const {
    words.insert(words.end(), {"--socket", server.path()});
    return run_inspectctl({std::move(words), {}});
  }
};

}  // namespace

TEST_CASE("a trend is drawn, told as JSON, and written as a picture") {
  const WearWorld w;
  const auto drawn = w.run({"trend", "power-1", "output.voltage"});
  CHECK(drawn.code == 0);
  CHECK(drawn.out.find("●") != std::string::npos);
  CHECK(drawn.out.find("probability of 93 %") != std::string::npos);
  const auto json = w.run({"trend", "power-1", "output.voltage", "--json"});
  CHECK(json.out.find("\"probability\":0.93") != std::string::npos);
  const auto file = w.server.path() + ".svg";
  const auto written = w.run({"trend", "power-1", "output.voltage", "--svg", file});
  CHECK(written.code == 0);
  CHECK(written.out.empty());
  std::ifstream in(file);
  const std::string svg((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  CHECK(svg.find("</svg>") != std::string::npos);
  std::remove(file.c_str());
  CHECK(w.run({"trend", "power-1", "output.voltage", "--svg", "/nowhere/at/all.svg"}).code == 1);
}

TEST_CASE("a point that does not wear, and one that is unknown, end with their own codes") {
  const WearWorld w;
  CHECK(w.run({"trend", "relay-1", "relay.1.state"}).code == 2);
  CHECK(w.run({"trend", "power-1", "nothing"}).code == 6);
}

TEST_CASE("forecasts and replaced parts") {
  const WearWorld w;
  const auto list = w.run({"forecasts", "--most", "2"});
  CHECK(list.code == 0);
  CHECK(list.out.find("switched off") != std::string::npos);
  const auto part = w.run({"part", "replaced", "power-1", "output.voltage", "--part", "LM2596S", "--by", "Li"});
  CHECK(part.code == 0);
  CHECK(part.out.find("power-1/output.voltage  replaced  LM2596S") != std::string::npos);
  CHECK(part.out.find("Li") != std::string::npos);
  CHECK(w.run({"part", "replaced", "power-9"}).code == 6);
}
