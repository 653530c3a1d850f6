#pragma once

#include "drivers/tester/tester.hpp"
#include "firmware-agent/config/site.hpp"
#include "firmware-agent/control/lookup.hpp"
#include "firmware-agent/detection/notice.hpp"
#include "firmware-agent/inspection/contact_run.hpp"
#include "firmware-agent/inspection/leakage_plan.hpp"
#include "protocol/control/rows.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace inspect::agent {

/// What the tests of a plan need of the agent.
struct TestMeans {
  std::function<Moment()> now;
  /// Why nothing may be tested now; nothing: it may.
  std::function<std::optional<Text>()> exam;
  /// nullptr: no instrument that speaks.
  std::function<drivers::Tester*(DeviceIndex)> tester;
  /// For an action of an instrument ("test.start").
  std::function<Result<drivers::WritePermit>(DeviceIndex, std::string action)> permit;
  /// Gives a start relay its pulse, as an order of this person.
  std::function<boost::asio::awaitable<std::variant<control::OrderRow, control::Trouble>>(
      DeviceIndex, std::string output, std::chrono::milliseconds pulse, std::string who)>
      start;
  /// What an input is, read now.
  std::function<boost::asio::awaitable<Result<bool>>(PointIndex)> seen;
  /// Keeps what came of a test over a restart.
  std::function<boost::asio::awaitable<Result<void>>(std::string name, std::string text)> keep;
  std::function<void(const TestNotice&)> notice;
};

/// The leakage tests of the site's plan, as a person begins them: one at a time on each instrument. The verdict is
/// ours, by the limit of the plan and with the instrument's uncertainty; what failed is told as a finding, and passing
/// the test ends it. One for the agent, on the loop.
class LeakageTests {
 public:
  /// Both must outlive it, and it every test under way.
  LeakageTests(const Site& site, inspection::LeakagePlan plan, TestMeans means, boost::asio::any_io_executor loop);
  LeakageTests(const LeakageTests&) = delete;
  LeakageTests& operator=(const LeakageTests&) = delete;

  /// Puts back what `TestMeans::keep` was given for a test; what cannot be read is none.
  void restore(const std::string& test, const std::string& kept);
  [[nodiscard]] std::vector<control::TestRow> rows() const { return rows_; }
  /// Answered with the row, running, or why it was not begun.
  std::variant<control::TestRow, control::Trouble> start(const std::string& test, std::string who);

  /// Ends every test under way, with the voltage off, and waits for that at most 3 s; no other begins.
  boost::asio::awaitable<void> end_all();

  /// Where a finding of a test belongs: the instrument, or the device that reads its contacts.
  [[nodiscard]] std::string device_of(const std::string& test) const;

 private:
  using Came = Result<inspection::Judgement>;

  boost::asio::awaitable<void> run(std::size_t row);
  boost::asio::awaitable<Came> by_words(const inspection::LeakageTest& test, DeviceIndex device);
  boost::asio::awaitable<Came> by_contacts(const inspection::ContactTest& test, std::string who);
  boost::asio::awaitable<Result<inspection::ContactRun::Contacts>> contacts(PointIndex pass, PointIndex fail);
  boost::asio::awaitable<void> pause();
  boost::asio::awaitable<void> conclude(std::size_t row, const Came& came);
  [[nodiscard]] control::TestRow* row_of(const std::string& test);
  [[nodiscard]] std::optional<Error> forbidden() const;

  const Site& site_;
  inspection::LeakagePlan plan_;
  TestMeans means_;
  boost::asio::any_io_executor loop_;
  std::vector<control::TestRow> rows_;        ///< in the order of the plan: by words, then by contacts
  std::map<std::string, std::string> taken_;  ///< instruments that test, with their test
  bool stopping_ = false;
};

}  // namespace inspect::agent
