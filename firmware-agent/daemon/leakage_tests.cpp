#include "firmware-agent/daemon/leakage_tests.hpp"

#include "firmware-agent/control/refusals.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace inspect::agent {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using control::TestRow;
using control::Trouble;
using inspection::ContactRun;

namespace {

/// Contacts are looked at this often; one that closes for a verdict stays closed for seconds.
constexpr auto look_every = 100ms;
/// The agent asks an instrument for what it shows; a test waits so long for its turn.
constexpr auto longest_turn = 5s;
/// An agent that ends waits so long for instruments to take their voltage off.
constexpr auto longest_end = 3s;
/// Between the parts of a kept result; no text of ours holds it.
constexpr char part = '\x1f';

std::optional<DeviceIndex> device_named(const Site& site, std::string_view name) {
  for (std::size_t i = 0; i < site.devices.size(); ++i) {
    if (site.devices[i].name == name) return DeviceIndex(i);
  }
  return std::nullopt;
}

std::optional<PointIndex> point_named(const Site& site, const std::string& name) {
  const auto found = find_target(site, name);
  const auto* target = std::get_if<Target>(&found);
  return target == nullptr ? std::nullopt : target->point;
}

std::string before_slash(const std::string& name) { return name.substr(0, name.find('/')); }
std::string after_slash(const std::string& name) { return name.substr(name.find('/') + 1); }

std::string kept_text(const TestRow& row) {
  return row.state + part + rfc3339(row.at.value_or(WallTime{})) + part + row.who + part + row.why.zh + part +
         row.why.en;
}

Trouble not_possible(Text why) { return {control::Refusal::invalid, std::move(why), {}}; }

}  // namespace

LeakageTests::LeakageTests(const Site& site, inspection::LeakagePlan plan, TestMeans means, asio::any_io_executor loop)
    : site_(site), plan_(std::move(plan)), means_(std::move(means)), loop_(std::move(loop)) {
  for (const auto& each : plan_.tests) rows_.push_back({each.name, each.title, "never", {}, "", {}});
  for (const auto& each : plan_.contact_tests) rows_.push_back({each.name, each.title, "never", {}, "", {}});
}

TestRow* LeakageTests::row_of(const std::string& test) {
  const auto found = std::find_if(rows_.begin(), rows_.end(), [&](const auto& row) { return row.name == test; });
  return found == rows_.end() ? nullptr : &*found;
}

void LeakageTests::restore(const std::string& test, const std::string& kept) {
  auto* row = row_of(test);
  if (row == nullptr) return;
  std::array<std::string, 5> parts;
  std::size_t from = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const auto end = i + 1 < parts.size() ? kept.find(part, from) : kept.size();
    if (end == std::string::npos) return;
    parts[i] = kept.substr(from, end - from);
    from = end + 1;
  }
  const auto at = parse_rfc3339(parts[1]);
  if (!at) return;
  *row = {row->name, row->title, parts[0], *at, parts[2], {parts[3], parts[4]}};
}

std::string LeakageTests::device_of(const std::string& test) const {
  if (const auto* words = plan_.find(test)) return words->instrument.name;
  const auto* by_contacts = plan_.find_contact(test);
  return by_contacts == nullptr ? std::string() : before_slash(by_contacts->pass);
}

std::variant<TestRow, Trouble> LeakageTests::start(const std::string& test, std::string who) {
  auto* row = row_of(test);
  if (row == nullptr) return no_test(test);
  if (stopping_) return not_possible({"代理正在停止", "the agent stops"});
  if (auto exam = means_.exam()) return order_refused(std::move(*exam));
  // A contact tester is taken by its pass contact: one instrument has one.
  const auto* by_contacts = plan_.find_contact(test);
  const auto instrument = by_contacts == nullptr ? device_of(test) : by_contacts->pass;
  if (const auto taken = taken_.find(instrument); taken != taken_.end()) {
    return not_possible({"仪器正在做测试 " + taken->second, "the instrument is busy with the test " + taken->second});
  }
  taken_[instrument] = test;
  *row = {row->name, row->title, "running", means_.now().wall, std::move(who), {}};
  asio::co_spawn(loop_, run(static_cast<std::size_t>(row - rows_.data())), asio::detached);
  return *row;
}

asio::awaitable<void> LeakageTests::run(std::size_t number) {
  const auto name = rows_[number].name;
  Came came = fail(Errc::invalid_argument, "no such device");
  if (const auto* test = plan_.find(name)) {
    const auto device = device_named(site_, test->instrument.name);
    if (device) came = co_await by_words(*test, *device);
  } else if (const auto* contacts = plan_.find_contact(name)) {
    auto who = rows_[number].who;
    came = co_await by_contacts(*contacts, std::move(who));
  }
  std::erase_if(taken_, [&](const auto& taken) { return taken.second == name; });
  co_await conclude(number, came);
}

std::optional<Error> LeakageTests::forbidden() const {
  if (stopping_) return fail(Errc::not_permitted, "the agent stops");
  const auto exam = means_.exam();
  return exam ? std::optional(fail(Errc::not_permitted, exam->en)) : std::nullopt;
}

asio::awaitable<void> LeakageTests::end_all() {
  stopping_ = true;
  const auto give_up = means_.now().boot + longest_end;
  while (!taken_.empty() && means_.now().boot < give_up) co_await pause();
}

asio::awaitable<void> LeakageTests::pause() {
  asio::steady_timer timer(loop_, look_every);
  boost::system::error_code ignored;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

asio::awaitable<LeakageTests::Came> LeakageTests::by_words(const inspection::LeakageTest& test, DeviceIndex device) {
  auto* tester = means_.tester(device);
  if (tester == nullptr) co_return fail(Errc::bus_unavailable, test.instrument.name + " is not there");
  const auto began = means_.now().boot;
  for (;;) {
    usb::TestPlan plan;
    plan.values = test.values;
    plan.by_hand = test.by_hand;
    drivers::Tester::Permits permits = [&](std::string action) { return means_.permit(device, std::move(action)); };
    drivers::Tester::Forbidden stop = [this] { return forbidden(); };
    auto answer = co_await tester->run(std::move(plan), std::move(permits), std::move(stop));
    if (answer) co_return inspection::judge(test, *answer, means_.now());
    // It was being asked what it shows; nothing was begun.
    const bool turn = answer.error().code == Errc::device_busy && means_.now().boot < began + longest_turn;
    if (!turn) co_return answer.error();
    co_await pause();
  }
}

asio::awaitable<Result<ContactRun::Contacts>> LeakageTests::contacts(PointIndex pass, PointIndex fail) {
  const auto passed = co_await means_.seen(pass);
  if (!passed) co_return passed.error();
  const auto failed = co_await means_.seen(fail);
  if (!failed) co_return failed.error();
  co_return ContactRun::Contacts{*passed, *failed};
}

asio::awaitable<LeakageTests::Came> LeakageTests::by_contacts(const inspection::ContactTest& test, std::string who) {
  const auto pass = point_named(site_, test.pass);
  const auto fail_point = point_named(site_, test.fail);
  const auto starter = device_named(site_, before_slash(test.start));
  if (!pass || !fail_point || !starter) {
    co_return fail(Errc::invalid_argument, "the plan names a device or point that the site does not have");
  }
  const auto before = co_await contacts(*pass, *fail_point);
  if (!before) co_return before.error();
  auto started = co_await means_.start(*starter, after_slash(test.start), test.pulse, std::move(who));
  if (auto* trouble = std::get_if<Trouble>(&started)) {
    co_return fail(Errc::not_permitted, std::move(trouble->message.en));
  }
  ContactRun run(*before, means_.now().boot, test.longest);
  for (;;) {
    co_await pause();
    if (stopping_) co_return fail(Errc::not_permitted, "the agent stops");
    // Nothing takes the voltage off but the instrument's own timer; what it says is still worth hearing.
    const auto now = co_await contacts(*pass, *fail_point);
    if (now) {
      if (auto judged = run.look(*now, means_.now().boot)) co_return std::move(*judged);
    } else if (auto over = run.look({}, means_.now().boot)) {
      co_return now.error();
    }
  }
}

asio::awaitable<void> LeakageTests::conclude(std::size_t number, const Came& came) {
  auto& row = rows_[number];
  row.at = means_.now().wall;
  row.state = came ? std::string(inspection::name(came->verdict)) : "error";
  row.why = came ? came->why : Text{"未完成：" + came.error().message, "not finished: " + came.error().message};
  spdlog::info("test: {} by {}: {} ({})", row.name, row.who, row.state, row.why.en);
  if (came && came->verdict != inspection::Verdict::undecidable) {
    means_.notice({row.name,
                   came->verdict == inspection::Verdict::fail,
                   {site_.title.zh + "，" + row.title.zh, site_.title.en + ", " + row.title.en},
                   row.why});
  }
  auto text = kept_text(row);
  auto kept = co_await means_.keep("test." + row.name, std::move(text));
  if (!kept) spdlog::error("test: {}: its result would not survive a restart: {}", row.name, kept.error().message);
}

}  // namespace inspect::agent
