// inspectctl as a process against a served socket: what people see, to the column, and what scripts rely on.
#include "protocol/control/answer.hpp"
#include "tests/firmware-agent/cli/child.hpp"
#include "tests/firmware-agent/control/running_server.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>

using namespace inspect;
using namespace inspect::tests;
using namespace std::chrono_literals;

namespace {

using Words = std::vector<std::string>;

const std::string welded = "relay-1/relay.1.state/relay.welded/1";

struct World {
  RunningServer server;

  [[nodiscard]] Call call(Words words, std::map<std::string, std::string> environment = {}) const {
    words.insert(words.end(), {"--socket", server.path()});
    return {std::move(words), std::move(environment)};
  }
  [[nodiscard]] Ended run(Words words, std::map<std::string, std::string> environment = {}) const {
    return run_inspectctl(call(std::move(words), std::move(environment)));
  }
  /// What stands on stdout; nothing may stand on stderr.
  [[nodiscard]] std::string page(Words words, std::map<std::string, std::string> environment = {}) const {
    const auto ended = run(std::move(words), std::move(environment));
    CHECK(ended.code == 0);
    CHECK(ended.err.empty());
    return ended.out;
  }
};

Reading voltage(double value) {
  const auto now = fake_now();
  return {PointIndex{2}, value, Quality::good, Reason::none, now, now.boot + 3s};
}

}  // namespace

TEST_CASE("status at 80 columns, in English") {
  const World w;
  CHECK(w.page({"status"}) ==
        "site      demo  Electrical exam site\n"
        "gateway   gw-demo-1\n"
        "agent     0.1.0, up 3 h 20 min\n"
        "clock     2026-11-24 16:00:00 (synchronised)\n"
        "buses     2: 1 up, 1 silent\n"
        "devices   2: 1 active, 1 dormant\n"
        "points    4: 3 good, 1 bad\n"
        "findings  1: 1 major; not acknowledged: 1\n"
        "exam      none is on\n"
        "store     well; history 3.3 MiB\n"
        "outbox    findings waiting 0, batches of readings 2\n"
        "threads   loop 0.1 s ago, store 0.3 s ago\n"
        "socket    connections 1\n");
}

TEST_CASE("status at 80 columns, in Chinese by the locale") {
  const World w;
  CHECK(w.page({"status"}, {{"LC_ALL", "zh_CN.UTF-8"}}) ==
        "站点    demo  电工考核站\n"
        "网关    gw-demo-1\n"
        "程序    0.1.0，已运行 3 小时 20 分\n"
        "时钟    2026-11-24 16:00:00 (网络校时)\n"
        "总线    2：正常 1，无设备应答 1\n"
        "设备    2：正常 1，不应答 1\n"
        "测点    4：正常 3，无有效值 1\n"
        "故障    1：重大 1；未确认 1\n"
        "考试    没有考试\n"
        "存储    正常；历史 3.3 MiB\n"
        "待发箱  待送故障 0，待送读数批 2\n"
        "线程    loop 0.1 秒前, store 0.3 秒前\n"
        "控制口  连接 1\n");
}

TEST_CASE("a configuration that is not in force, and a store that fails, are on the status page") {
  World w;
  w.server.on_loop([](FakeAgent& agent) {
    agent.config_warning =
        "/etc/inspectd/site.toml:12:3: the device \"power-9\" names no bus; add [[bus]]\n"
        "/etc/inspectd/site.toml:19:1: another";
    agent.storage_failure = fail(Errc::storage, "disk full");
  });
  const auto page = w.page({"status"});
  CHECK(page.find("the store did not answer") != std::string::npos);
  CHECK(page.find("configuration  /etc/inspectd/site.toml:12:3:") != std::string::npos);
  CHECK(page.find("the last good one stays in force; see inspectctl check") != std::string::npos);
  CHECK(page.find("another") == std::string::npos);
  for (const auto& line : lines_of(page)) CHECK(columns_of(line) <= 80);
}

TEST_CASE("buses at 80 columns") {
  const World w;
  CHECK(w.page({"buses"}) ==
        "BUS     HEALTH  BUSY  DEVICES  ASKED  TIMEOUT  CORRUPT  FOREIGN  REOPENED\n"
        "line-1  up      42 %        1  12345       45        0        0         0\n"
        "  /dev/ttyUSB0 9600 8N1\n"
        "net-1   silent   0 %        1      0        0        0        0         0\n"
        "  tcp 192.168.1.8:502\n");
}

TEST_CASE("devices at 80 columns, in both languages") {
  const World w;
  CHECK(w.page({"devices"}) ==
        "DEVICE   HEALTH    ANSWERED  FINDINGS  BUS     UNIT  TITLE            MODEL\n"
        "relay-1  active       0.4 s         1  line-1     1  Station 3, rel…  waveshare…\n"
        "power-1  dormant  2 min 5 s         0  net-1      7  Station 3, pow…  xy6020l\n");
  CHECK(w.page({"devices", "--lang", "zh"}) ==
        "设备     状态         应答  故障  总线    地址  名称              型号\n"
        "relay-1  正常       0.4 秒     1  line-1     1  3号工位 继电器板  waveshare-rel…\n"
        "power-1  不应答  2 分 5 秒     0  net-1      7  3号工位 直流电源  xy6020l\n");
}

TEST_CASE("points of the site, and of one device") {
  const World w;
  CHECK(w.page({"points"}) ==
        "POINT                      VALUE  QUALITY       AGE  TITLE\n"
        "relay-1/relay.1.command      off  good        0.4 s  Relay 1, ordered\n"
        "relay-1/relay.1.state         on  good        0.4 s  Relay 1, contact\n"
        "power-1/output.voltage   11.98 V  good        0.4 s  Output voltage\n"
        "power-1/output.current         –  never read      –  Output current\n");
  CHECK(w.page({"points", "power-1", "--lang", "zh"}) ==
        "测点               数值  质量        时间  名称\n"
        "output.voltage  11.98 V  正常      0.4 秒  输出电压\n"
        "output.current        –  尚未读取       –  输出电流\n");
}

TEST_CASE("a fresh read shows what the bus said just now") {
  World w;
  CHECK(w.page({"read", "power-1/output.voltage", "--fresh"}) ==
        "POINT            VALUE  QUALITY    AGE  TITLE\n"
        "output.voltage  12.5 V  good     0.0 s  Output voltage\n");
  w.server.on_loop([](FakeAgent& agent) { CHECK(agent.asked_fresh.size() == 1); });
}

TEST_CASE("a fresh read without a value fails, on the page and in JSON; the last reading is shown without judgement") {
  World w;
  w.server.on_loop([](FakeAgent& agent) { agent.silent = Reason::no_answer; });
  const auto one = w.run({"read", "power-1/output.voltage", "--fresh"});
  CHECK(one.code == 1);
  CHECK(one.out.find("no answer") != std::string::npos);
  const auto device = w.run({"read", "power-1", "--fresh", "--json"});
  CHECK(device.code == 1);
  CHECK(device.out.find(R"("quality":"bad","reason":"no_answer","value":null)") != std::string::npos);
  CHECK(w.run({"read", "power-1/output.current", "--fresh"}).code == 0);
  CHECK(w.run({"read", "power-1/output.current"}).code == 0);
}

TEST_CASE("history as a table, and with a curve on a terminal only") {
  const World w;
  CHECK(w.page({"history", "power-1/output.voltage", "--since", "15:57"}) ==
        "TIME                  VALUE  QUALITY\n"
        "2026-11-24 15:57:00  11.9 V  good\n"
        "2026-11-24 15:58:00  12.1 V  good\n"
        "2026-11-24 15:59:00       –  no answer\n"
        "2026-11-24 15:59:30    12 V  busy\n");
  Child child(w.call({"history", "power-1/output.voltage"}), Child::Output::terminal);
  CHECK(child.end().out.find("▁") != std::string::npos);
  const auto none = w.run({"history", "power-1/output.current"});
  CHECK(none.code == 0);
  CHECK(none.out.empty());
  CHECK(none.err == "no readings are stored of that time\n");
}

TEST_CASE("findings at 80 columns, with the id to type again") {
  const World w;
  CHECK(w.page({"findings"}) ==
        "CLASS  STATE                    SINCE  FINDING               WHERE\n"
        "major  unacknowledged  3 min 20 s ago  Relay contact welded  Electrical exam si…\n"
        "  relay-1/relay.1.state/relay.welded/1\n");
  CHECK(w.page({"findings", "list", "--lang", "zh"}) ==
        "级别  状态            开始  故障            位置\n"
        "重大  未确认  3 分 20 秒前  继电器触点粘连  电工考核站 / 3号工位 继电器板 / 1号…\n"
        "  relay-1/relay.1.state/relay.welded/1\n");
}

TEST_CASE("one finding with its whole analysis") {
  const World w;
  CHECK(w.page({"findings", "show", welded, "--lang", "zh"}) ==
        "编号      relay-1/relay.1.state/relay.welded/1\n"
        "故障      继电器触点粘连\n"
        "级别      重大\n"
        "状态      未确认\n"
        "现象      命令断开 4.2 秒后触点仍然接通\n"
        "位置      电工考核站 / 3号工位 继电器板 / 1号继电器\n"
        "开始      2026-11-24 15:56:40 (3 分 20 秒前)\n"
        "变化      2026-11-24 15:56:40\n"
        "可信度    95 %\n"
        "备件      SRD-05VDC-SL-C  5 V 继电器\n"
        "部门      field-service\n"
        "紧急程度  当天处理：触点不能断开\n"
        "\n先检查\n"
        "  1. 断电后测量触点电阻\n"
        "  2. 检查负载电流是否超过 10 A\n"
        "\n依据\n"
        "  1. relay-1/relay.1.state  1  2026-11-24 15:56:40  命令：断开\n"
        "\n同因而未单独报告\n"
        "  1. power-1/output.voltage/rail.high\n");
}

TEST_CASE("a finding is acknowledged, shelved with an end and a reason, and taken back") {
  World w;
  const auto acknowledged = w.run({"findings", "acknowledge", welded, "--by", "张工"});
  CHECK(acknowledged.code == 0);
  CHECK(acknowledged.out.empty());
  CHECK(acknowledged.err == "acknowledged: " + welded + '\n');
  w.server.on_loop([](FakeAgent& agent) { CHECK(agent.last_person.find("(张工)") != std::string::npos); });

  CHECK(w.run({"findings", "shelve", welded, "--until", "2h", "--reason", "备件在路上"}).code == 0);
  w.server.on_loop([](FakeAgent& agent) {
    CHECK(agent.open[0].shelved_until == fake_now().wall + 2h);
    CHECK(agent.last_reason == "备件在路上");
  });
  CHECK(w.page({"findings", "show", welded}).find("until 2026-11-24 18:00:00, because: 备件在路上") !=
        std::string::npos);
  CHECK(w.run({"findings", "unshelve", welded}).code == 0);
  CHECK(w.run({"findings", "unshelve", welded}).code == 2);
}

TEST_CASE("the outbox says what waits") {
  World w;
  w.server.on_loop([](FakeAgent& agent) { agent.rows.push_back({control::Stream::findings, "e", 1, "{}"}); });
  CHECK(w.page({"outbox"}) ==
        "findings epoch      0123456789abcdef\n"
        "findings waiting    1\n"
        "findings receipted  7\n"
        "oldest waiting      2026-11-24 15:58:00 (2 min ago)\n"
        "readings epoch      fedcba9876543210\n"
        "batches waiting     2\n"
        "batches given up    0\n");
}

TEST_CASE("--json gives the agent's own fields on one line, for every view") {
  const World w;
  const auto wrapped = [&](Words words) {
    words.emplace_back("--json");
    const auto page = w.page(std::move(words));
    CHECK(std::count(page.begin(), page.end(), '\n') == 1);
    return R"({"id":1,"ok":true,"data":)" + page + '}';
  };
  CHECK(control::decode_answer<control::Status>(wrapped({"status"}))->site == "demo");
  CHECK(control::decode_answer<std::vector<control::BusRow>>(wrapped({"buses"}))->size() == 2);
  CHECK(control::decode_answer<std::vector<control::DeviceRow>>(wrapped({"devices"}))->size() == 2);
  CHECK(control::decode_answer<std::vector<control::PointRow>>(wrapped({"points"}))->size() == 4);
  CHECK(control::decode_answer<std::vector<control::PointRow>>(wrapped({"read", "power-1"}))->size() == 2);
  CHECK(control::decode_answer<std::vector<control::HistoryRow>>(wrapped({"history", "power-1/output.voltage"}))
            ->size() == 4);
  CHECK(control::decode_answer<std::vector<Finding>>(wrapped({"findings"}))->size() == 1);
  CHECK(control::decode_answer<Finding>(wrapped({"findings", "show", welded}))->analysis.checks.size() == 2);
  CHECK(control::decode_answer<Finding>(wrapped({"findings", "acknowledge", welded}))->state ==
        AlarmState::acknowledged);
  CHECK(control::decode_answer<control::OutboxState>(wrapped({"outbox"}))->findings_receipted == 7);
}

TEST_CASE("exit codes are those of the documentation") {
  World w;
  CHECK(w.run({"status"}).code == 0);
  CHECK(w.run({"status", "--check"}).code == 3);
  CHECK(w.run({"findings", "--check"}).code == 3);
  CHECK(w.run({"findings", "list", "--check", "--json"}).code == 3);
  CHECK(w.run({"status", "--dance"}).code == 2);
  CHECK(w.run({"history", "power-1/output.voltage", "--since", "yesterday"}).code == 2);
  CHECK(w.run({"read", "power-9"}).code == 6);
  CHECK(w.run({"history", "power-1"}).code == 6);
  CHECK(w.run({"findings", "show", "a/b/c/1"}).code == 6);
  w.server.on_loop([](FakeAgent& agent) {
    agent.bus_failure = fail(Errc::timeout, "silent");
    agent.open.clear();
  });
  CHECK(w.run({"read", "power-1", "--fresh"}).code == 1);
  CHECK(w.run({"findings", "--check"}).code == 0);
  CHECK(w.run({"status", "--check"}).code == 0);
  w.server.on_loop([](FakeAgent& agent) { agent.bus_failure = fail(Errc::not_permitted, "exam mode"); });
  CHECK(w.run({"read", "power-1", "--fresh"}).code == 4);
  CHECK(run_inspectctl({{"status", "--socket", "/no/such.sock"}, {}}).code == 5);
}

TEST_CASE("who is not in the group is told so, and how to get in") {
  // Only an account without root's powers can be kept out by a file's mode.
  if (geteuid() == 0) return;
  const World w;
  REQUIRE(chmod(w.server.path().c_str(), 0) == 0);
  const auto ended = w.run({"status"});
  CHECK(ended.code == 4);
  CHECK(ended.err.find("group") != std::string::npos);
}

TEST_CASE("failures are told on stderr in the person's language, with the cure") {
  const World w;
  const auto english = w.run({"read", "power-9"});
  CHECK(english.out.empty());
  CHECK(english.err == "inspectctl: there is no device \"power-9\"\n  inspectctl devices lists the names\n");
  const auto chinese = w.run({"read", "power-9", "--lang", "zh"});
  CHECK(chinese.err == "inspectctl: 没有名为 \"power-9\" 的设备\n  用 inspectctl devices 查看名称\n");
  const auto nobody = run_inspectctl({{"status", "--socket", "/no/such.sock", "--lang", "zh"}, {}});
  CHECK(nobody.err.find("连接不到巡检服务 /no/such.sock") != std::string::npos);
}

TEST_CASE("a connection too many is told as what it is") {
  World w;
  std::vector<std::unique_ptr<RawClient>> clients;
  for (int i = 0; i < 32; ++i) clients.push_back(std::make_unique<RawClient>(w.server.path()));
  REQUIRE(w.server.becomes([](FakeAgent&, const control::SocketState& c) { return c.connections == 32; }));
  const auto ended = w.run({"status"});
  CHECK(ended.code == 5);
  CHECK(ended.err.find("32 connections") != std::string::npos);
}

TEST_CASE("colours are for terminals, and NO_COLOR and --no-color take them away") {
  const World w;
  const auto on_terminal = [&](Words words, std::map<std::string, std::string> environment) {
    return Child(w.call(std::move(words), std::move(environment)), Child::Output::terminal).end().out;
  };
  CHECK(on_terminal({"findings"}, {}).find("\x1b[31m") != std::string::npos);
  CHECK(on_terminal({"findings"}, {{"NO_COLOR", "1"}}).find('\x1b') == std::string::npos);
  CHECK(on_terminal({"findings", "--no-color"}, {}).find('\x1b') == std::string::npos);
  CHECK(w.page({"findings"}).find('\x1b') == std::string::npos);
}

TEST_CASE("watch prints a line for each change into a pipe, and Ctrl-C ends it with 0") {
  World w;
  Child child(w.call({"watch", "power-1/output.voltage"}), Child::Output::pipe);
  REQUIRE(child.shows("Ctrl-C"));
  w.server.on_loop([](FakeAgent& agent) { agent.tell({voltage(11.5)}); });
  CHECK(child.shows("power-1/output.voltage  11.5 V  good\n"));
  w.server.on_loop([](FakeAgent& agent) {
    agent.tell({voltage(11.5)});
    agent.tell({voltage(11.25)});
  });
  CHECK(child.shows("11.25 V"));
  child.interrupt();
  const auto ended = child.end();
  CHECK(ended.code == 0);
  CHECK(lines_of(ended.out).size() == 2);
}

TEST_CASE("watch draws the table in place on a terminal, with the findings below") {
  World w;
  Child child(w.call({"watch", "relay-1"}), Child::Output::terminal);
  REQUIRE(child.shows("relay.1.state"));
  w.server.on_loop([](FakeAgent& agent) {
    auto reading = voltage(0);
    reading.point = PointIndex{1};
    agent.tell({reading});
    agent.tell(FindingChange{FindingEvent::returned, welded_relay()});
  });
  CHECK(child.shows("Relay contact welded"));
  CHECK(child.shows("\x1b[H"));
  child.interrupt();
  CHECK(child.end().code == 0);
}

TEST_CASE("watch --json gives the points first and then one event a line") {
  World w;
  Child child(w.call({"watch", "power-1", "--json"}), Child::Output::pipe);
  REQUIRE(child.shows("\n"));
  w.server.on_loop([](FakeAgent& agent) { agent.tell({voltage(11.5)}); });
  REQUIRE(child.shows("11.5"));
  child.interrupt();
  const auto lines = lines_of(child.end().out);
  REQUIRE(lines.size() == 2);
  CHECK(
      control::decode_answer<std::vector<control::PointRow>>(R"({"id":1,"ok":true,"data":)" + lines[0] + '}')->size() ==
      2);
  CHECK(control::decode_event(R"({"id":1,"event":)" + lines[1] + '}')->dropped == 0);
}

TEST_CASE("watch ends with 5 when the agent goes") {
  auto w = std::make_unique<World>();
  Child child(w->call({"watch"}), Child::Output::pipe);
  REQUIRE(child.shows("Ctrl-C"));
  // Its subscription must stand before the agent goes.
  REQUIRE(w->server.becomes([](FakeAgent&, const control::SocketState& c) { return c.requests >= 2; }));
  w.reset();
  const auto ended = child.end();
  CHECK(ended.code == 5);
  CHECK(ended.err.find("closed the connection") != std::string::npos);
}
