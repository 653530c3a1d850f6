#include "firmware-agent/cli/pages.hpp"

#include "firmware-agent/cli/text_width.hpp"
#include "firmware-agent/cli/times.hpp"
#include "tests/firmware-agent/cli/child.hpp"
#include "tests/protocol/control/samples.hpp"

#include <doctest/doctest.h>

#include <sstream>

using namespace inspect;
using namespace inspect::cli;
using namespace inspect::control;
using namespace std::chrono_literals;

namespace {

struct Screen {
  Screen(Language language, std::size_t width, bool colour = false) {
    console.language = language;
    console.width = width;
    console.colour = colour;
  }
  std::ostringstream out;
  std::ostringstream err;
  Console console{out, err};
};

const auto now = tests::at("2026-11-24T08:00:00Z");

HistoryRow row(std::chrono::seconds before, std::optional<double> value) {
  return {now - before, value, value ? Quality::good : Quality::bad, value ? Reason::none : Reason::no_answer};
}

/// A finding whose every text is longer than a line.
Finding long_finding() {
  auto f = tests::sample_finding();
  f.since.trust = ClockTrust::none;
  for (auto* text : {&f.analysis.title, &f.analysis.what, &f.analysis.where, &f.analysis.urgency}) {
    for (int i = 0; i < 30; ++i) {
      text->zh += "继电器触点粘连，";
      text->en += "a welded contact ";
    }
  }
  f.analysis.checks = {f.analysis.what, f.analysis.where};
  return f;
}

}  // namespace

TEST_CASE("every page with the longest texts fits 80 columns in both languages") {
  const auto f = long_finding();
  auto status = tests::sample_status();
  status.config_warning = f.analysis.what.en;
  auto bus = tests::sample_bus();
  bus.title = f.analysis.what;
  const DeviceRow device{"relay-board-of-station-12",
                         f.analysis.what,
                         "rs485-1",
                         247,
                         "waveshare-relay-8ch-d",
                         DeviceHealth::degraded,
                         100h,
                         128,
                         12};
  const PointRow point{"relay-1", "relay.3.state", f.analysis.what, "mV", "measure", tests::sample_reading()};
  for (const auto language : {Language::zh, Language::en}) {
    const Screen screen(language, 80);
    for (const auto& page : {status_page(screen.console, status), buses_page(screen.console, {bus}),
                             devices_page(screen.console, {device}), points_page(screen.console, {point}),
                             findings_page(screen.console, {f}, now), finding_page(screen.console, f, now),
                             outbox_page(screen.console, *status.outbox, now)}) {
      CHECK_FALSE(page.empty());
      for (const auto& line : tests::lines_of(page)) {
        CAPTURE(line);
        CHECK(width_of(line) <= 80);
      }
    }
  }
}

TEST_CASE("a pipe gets everything uncut") {
  const Screen screen(Language::en, 0);
  const auto f = long_finding();
  CHECK(findings_page(screen.console, {f}, now).find(f.analysis.title.en.substr(0, 300)) != std::string::npos);
}

TEST_CASE("a page looks the same with colours as without, but for the colours") {
  const auto strip = [](std::string text) {
    for (std::size_t at = 0; (at = text.find('\x1b', at)) != std::string::npos;)
      text.erase(at, text.find('m', at) - at + 1);
    return text;
  };
  const Screen plain(Language::en, 80);
  const Screen colour(Language::en, 80, true);
  const auto status = tests::sample_status();
  CHECK(strip(status_page(colour.console, status)) == status_page(plain.console, status));
  CHECK(status_page(colour.console, status) != status_page(plain.console, status));
  const auto f = tests::sample_finding();
  CHECK(strip(finding_page(colour.console, f, now)) == finding_page(plain.console, f, now));
}

TEST_CASE("the status page shows every trouble that is counted") {
  const Screen screen(Language::en, 0);
  const auto page = status_page(screen.console, tests::sample_status());
  for (const auto* part : {"the last write failed", "failures 17", "readings dropped 20", "findings waiting 24",
                           "oldest 1 h ago", "refused 30", "lines that are no request 32", "events dropped 34",
                           "timed out 35", "not acknowledged: 15", "site.toml:1:2"}) {
    CAPTURE(part);
    CHECK(page.find(part) != std::string::npos);
  }
}

TEST_CASE("a history that only began is told by its readings, not as nothing") {
  const Screen screen(Language::en, 0);
  auto status = tests::sample_status();
  status.store.history_bytes = 0;
  status.store.readings_stored = 420;
  CHECK(status_page(screen.console, status).find("history begun, 420 readings so far") != std::string::npos);
  status.store.readings_stored = 0;
  CHECK(status_page(screen.console, status).find("history 0 B") != std::string::npos);
}

TEST_CASE("a date from a clock that cannot be trusted does not look like one that can") {
  const Screen screen(Language::en, 0);
  auto doubted = long_finding();
  doubted.changed.trust = ClockTrust::floor;
  doubted.returned.reset();
  const auto page = finding_page(screen.console, doubted, now);
  const auto once = page.find("not to be trusted: since, changed\n");
  REQUIRE(once != std::string::npos);
  CHECK(page.find("not to be trusted", once + 1) == std::string::npos);
  doubted.changed.trust = ClockTrust::rtc;
  CHECK(finding_page(screen.console, doubted, now).find("not to be trusted: since\n") != std::string::npos);
  auto trusted = tests::sample_finding();
  trusted.since.trust = ClockTrust::ntp;
  CHECK(finding_page(screen.console, trusted, now).find("not to be trusted") == std::string::npos);
}

TEST_CASE("a finding page names the department in the reader's language, and one nobody knows by its key") {
  auto finding = tests::sample_finding();
  finding.analysis.department = "relay-electronics";
  CHECK(finding_page(Screen(Language::zh, 0).console, finding, now).find("部门      继电器电子部\n") !=
        std::string::npos);
  CHECK(finding_page(Screen(Language::en, 0).console, finding, now).find("Relay electronics\n") != std::string::npos);
  finding.analysis.department = "night-shift";
  CHECK(finding_page(Screen(Language::en, 0).console, finding, now).find("night-shift\n") != std::string::npos);
}

TEST_CASE("a finding page tells the shelf, the return and the flapping") {
  const Screen screen(Language::zh, 0);
  const auto page = finding_page(screen.console, tests::sample_finding(), now);
  for (const auto* part :
       {"已搁置 (root (张工))", "原因：备件在路上", "恢复", "反复      7", "88 %", "WS-RELAY-8  继电器板"}) {
    CAPTURE(part);
    CHECK(page.find(part) != std::string::npos);
  }
}

TEST_CASE("an acknowledged fault that was mended says that it is gone, and since when") {
  auto f = tests::sample_finding();
  f.state = AlarmState::acknowledged;
  f.shelved_until.reset();
  f.reason.clear();
  f.analysis.what.en = "Silent since 2026-11-24 04:00:00 UTC.";
  const Screen english(Language::en, 0);
  const Screen chinese(Language::zh, 0);
  CHECK(findings_page(english.console, {f}, now).find("acknowledged, gone ") != std::string::npos);
  CHECK(findings_page(chinese.console, {f}, now).find("已确认、已消失") != std::string::npos);
  const auto gone = local_time(f.returned->wall);
  CHECK(finding_page(english.console, f, now).find("acknowledged (root (张工)), gone since " + gone) !=
        std::string::npos);
  CHECK(finding_page(chinese.console, f, now).find("故障已消失，始于 " + gone) != std::string::npos);
  CHECK(finding_page(english.console, f, now).find("Silent since " + local_time(f.since.wall) + '.') !=
        std::string::npos);
  f.active = true;
  CHECK(findings_page(english.console, {f}, now).find("gone") == std::string::npos);
  CHECK(finding_page(english.console, f, now).find("gone since") == std::string::npos);
}

TEST_CASE("the reason of a shelf is shown while the finding is shelved, not after") {
  const Screen screen(Language::en, 0);
  auto f = tests::sample_finding();
  f.reason = "spare part on its way";
  f.state = AlarmState::shelved;
  f.shelved_until = now + 1h;
  CHECK(finding_page(screen.console, f, now).find("because: spare part on its way") != std::string::npos);
  f.state = AlarmState::unacknowledged;
  f.shelved_until.reset();
  CHECK(finding_page(screen.console, f, now).find("because") == std::string::npos);
}

TEST_CASE("no findings are no page") {
  const Screen screen(Language::en, 80);
  CHECK(findings_page(screen.console, {}, now).empty());
}

TEST_CASE("points of several devices carry their device's name") {
  const Screen screen(Language::en, 0);
  const PointRow a{"one", "x", {}, "V", "measure", tests::sample_reading()};
  const PointRow b{"two", "x", {}, "V", "measure", tests::sample_reading()};
  CHECK(points_page(screen.console, {a, b}).find("two/x") != std::string::npos);
  CHECK(points_page(screen.console, {a}).find("one/x") == std::string::npos);
}

TEST_CASE("the curve goes from low to high, even in time, and holes are holes") {
  const std::vector<HistoryRow> rising{row(70s, 0), row(60s, 1), row(50s, 2), row(40s, 3),
                                       row(30s, 4), row(20s, 5), row(10s, 6), row(0s, 7)};
  CHECK(sparkline(rising, 8) == "▁▂▃▄▅▆▇█");
  CHECK(sparkline({row(30s, 0), row(20s, std::nullopt), row(10s, 1), row(0s, 1)}, 4) == "▁ ██");
  CHECK(sparkline({row(10s, 5), row(0s, 5)}, 4) == "▅▅▅▅");
  // A relay that stayed on is on, not half on.
  CHECK(sparkline({row(10s, 1), row(0s, 1)}, 4, true) == "████");
  CHECK(sparkline({row(10s, 0), row(0s, 0)}, 4, true) == "▁▁▁▁");
  // One late row takes the last column, however many came before it.
  CHECK(sparkline({row(100s, 0), row(99s, 0), row(98s, 0), row(0s, 8)}, 4) == "▁▁▁█");
}

TEST_CASE("no curve without two rows and one value") {
  CHECK(sparkline({}, 10).empty());
  CHECK(sparkline({row(0s, 1)}, 10).empty());
  CHECK(sparkline({row(1s, std::nullopt), row(0s, std::nullopt)}, 10).empty());
  CHECK(sparkline({row(1s, 1), row(0s, 2)}, 0).empty());
}

TEST_CASE("a finding's id is shown without its site") {
  CHECK(short_id(tests::sample_finding().id) == "relay-1/-/device.silent/3");
}

TEST_CASE("the page of USB ports names the port, the device, whether it is proven and why not") {
  const control::UsbRow proven{"1-1", "board-1", true, "16c0:05df", "www.dcttech.com", "USBRelay4", "", "proven", {},
                               3,     2,         1};
  control::UsbRow doubtful = proven;
  doubtful.port = "1-2";
  doubtful.identity = "doubtful";
  doubtful.why = {"换了另一台", "another one was put in its place"};
  control::UsbRow missing;
  missing.port = "1-3";
  missing.device = "meter";
  control::UsbRow stranger;
  stranger.port = "1-4";
  stranger.plugged = true;
  stranger.ids = "1a86:7523";
  std::ostringstream out;
  const Console console{out, out};
  const auto page = usb_page(console, {proven, doubtful, missing, stranger});
  for (const auto* text : {"1-1", "board-1", "proven", "doubtful", "another one was put in its place", "not there",
                           "not configured", "1a86:7523", "USBRelay4"}) {
    CAPTURE(text);
    CHECK(page.find(text) != std::string::npos);
  }
}

TEST_CASE("an exam is told with its end and by whose word, one by the calendar that nobody can read with the cure") {
  std::ostringstream out;
  const Console english{out, out};
  Console chinese{out, out};
  chinese.language = Language::zh;
  const auto now = parse_rfc3339("2026-11-24T05:00:00Z").value();
  CHECK(exam_text(english, {}, now).text == "none is on");
  const control::ExamRow by_switch{true, "switch", now, now + std::chrono::hours(3), "root (Li)"};
  for (const auto* text : {"nothing is written", "still 3 h", "root (Li)"}) {
    CAPTURE(text);
    CHECK(exam_text(english, by_switch, now).text.find(text) != std::string::npos);
  }
  CHECK(exam_text(chinese, by_switch, now).text.find("由 root (Li) 声明") != std::string::npos);
  const control::ExamRow by_calendar{true, "calendar", now, now + std::chrono::hours(1), ""};
  CHECK(exam_text(chinese, by_calendar, now).text.find("按日历") != std::string::npos);
  const control::ExamRow by_clock{true, "clock", {}, {}, ""};
  CHECK(exam_text(english, by_clock, now).text.find("set it first") != std::string::npos);
}

TEST_CASE("an order is told as it was meant, as it was sent, and with what becomes of it") {
  std::ostringstream out;
  const Console english{out, out};
  Console chinese{out, out};
  chinese.language = Language::zh;
  const auto now = parse_rfc3339("2026-11-24T05:00:00Z").value();
  CHECK(order_text(english, {"relay-3", "relay.3.off", "relay.3.off", {}, {}}, now) ==
        "relay-3/relay.3.off: done and read back");
  const control::OrderRow held{"relay-3", "relay.3.on", "relay.3.pulse", std::chrono::milliseconds(350),
                               now + std::chrono::seconds(60)};
  for (const auto* text : {"sent as relay.3.pulse", "every 0.3 s", "lets go", "off in 1 min"}) {
    CAPTURE(text);
    CAPTURE(order_text(english, held, now));
    CHECK(order_text(english, held, now).find(text) != std::string::npos);
  }
  CHECK(order_text(chinese, held, now).find("自行放开") != std::string::npos);
}

TEST_CASE("the page of tests shows each with its last result and the reason below it") {
  std::ostringstream out;
  const Console english{out, out};
  Console chinese{out, out};
  chinese.language = Language::zh;
  const auto at = parse_rfc3339("2026-11-24T05:00:00Z");
  const std::vector<control::TestRow> rows{
      {"drill", {"手电钻", "drill"}, "fail", at, "Li", {"不合格：1.2 mA", "fail: 1.2 mA"}},
      {"heater", {"电热器", "heater"}, "never", {}, "", {}},
      {"lamp", {"灯", "lamp"}, "undecidable", at, "Li", {"校准到期", "calibration ended"}}};
  for (const auto* text : {"drill", "fail: 1.2 mA", "never", "undecidable", "calibration ended", "Li"}) {
    CAPTURE(text);
    CHECK(tests_page(english, rows).find(text) != std::string::npos);
  }
  CHECK(tests_page(chinese, rows).find("无法判定") != std::string::npos);
}
