#include "firmware-agent/cli/bus_view.hpp"

#include "firmware-agent/cli/text_width.hpp"
#include "tests/firmware-agent/cli/traces.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::cli;
using namespace inspect::tests;
using namespace std::chrono_literals;

namespace {

/// Ten seconds in which relay-1 answers once a second, and unit 9 is asked by a stranger and silent.
struct Watched {
  Watched() {
    for (int second = 0; second < 10; ++second) {
      played.out("01 01 00 00 00 08 3D CC").after(20).in("01 01 01 00 51 88").end();
      played.after(30).in("09 03 00 01 00 01 D4 82").after(950);
      for (const auto& heard : played.heard) view.take(heard);
      played.heard.clear();
      view.second(played.decoder.head().us == 0 ? BootTime{} : BootTime{std::chrono::microseconds{played.us}});
    }
  }
  Played played;
  BusView view{played.decoder};
};

std::size_t widest(const std::string& text) {
  std::size_t width = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) width = std::max(width, width_of(line));
  return width;
}

}  // namespace

TEST_CASE("the page says where the time went, who answers and who should not be there") {
  Watched watched;
  const auto page = watched.view.screen(Page().console);
  CAPTURE(page);
  CHECK(page.find("rs485-1  line 1  /dev/ttyUSB0 9600 8N1  watched for 10 s") == 0);
  CHECK(page.find("another master 10") != std::string::npos);
  CHECK(page.find("relay-1(1)") != std::string::npos);
  CHECK(page.find("9 unknown") != std::string::npos);
  CHECK(widest(page) <= 80);
  const auto chinese = watched.view.screen(Page(Language::zh).console);
  CHECK(chinese.find("另一主机提问 10") != std::string::npos);
  CHECK(chinese.find("1号工位") != std::string::npos);
  CHECK(widest(chinese) <= 80);
}

TEST_CASE("a device's health stands beside its share, and changes as it is told") {
  Watched watched;
  watched.view.health("relay-1", DeviceHealth::dormant);
  CHECK(watched.view.screen(Page().console).find("dormant") != std::string::npos);
  CHECK(watched.view.json().find(R"("device":"relay-1","health":"dormant")") != std::string::npos);
  CHECK(watched.view.json().find(R"("device":null,"health":null)") != std::string::npos);
  watched.view.health("relay-1", DeviceHealth::active);
  CHECK(watched.view.screen(Page().console).find("dormant") == std::string::npos);
  CHECK(widest(watched.view.screen(Page().console)) <= 80);
}

TEST_CASE("a page never scrolls a terminal") {
  Watched watched;
  Page page;
  page.console.terminal = true;
  page.console.height = 8;
  const auto text = watched.view.screen(page.console);
  CHECK(std::count(text.begin(), text.end(), '\n') <= 7);
}

TEST_CASE("on a line that is only heard the master's questions are no strangers") {
  auto head = trace_head();
  head.mode = "listen";
  Played played(head);
  BusView view(played.decoder);
  played.after(10).in("01 01 00 00 00 08 3D CC").after(20).in("01 01 01 00 51 88");
  for (const auto& heard : played.heard) view.take(heard);
  view.second(BootTime{std::chrono::microseconds{head.us}} + 1s);
  const auto page = view.screen(Page().console);
  CHECK(page.find("listening only") != std::string::npos);
  CHECK(page.find("another master") == std::string::npos);
}

TEST_CASE("programs get shares of the last ten seconds and counts since the beginning") {
  Watched watched;
  watched.view.lost(3);
  const auto json = watched.view.json();
  CAPTURE(json);
  CHECK(json.find(R"("bus":"rs485-1")") != std::string::npos);
  CHECK(json.find(R"("foreign":10)") != std::string::npos);
  CHECK(json.find(R"("dropped":3)") != std::string::npos);
  CHECK(json.find(R"("device":"relay-1")") != std::string::npos);
  CHECK(json.find(R"("device":null)") != std::string::npos);
  CHECK(json.find(R"("answered":10)") != std::string::npos);
}

TEST_CASE("before anything was seen nothing is made up") {
  Played played;
  const BusView view(played.decoder);
  CHECK(view.json().find(R"("busy":null)") != std::string::npos);
  CHECK(view.screen(Page().console).find("–") != std::string::npos);
}
