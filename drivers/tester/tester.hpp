#pragma once

#include "drivers/bus/clock.hpp"
#include "drivers/permit/write_permit.hpp"
#include "drivers/tester/tester_wire.hpp"
#include "protocol/usb/tester_run.hpp"
#include "protocol/usb/tester_words.hpp"

#include <boost/asio/awaitable.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace inspect::drivers {

/// A leakage-current tester of any model that speaks. One call at a time.
class Tester {
 public:
  /// Who may change something: asked for each action of the profile ("test.configure", "test.start", "test.stop") when
  /// it comes to that.
  using Permits = std::function<Result<WritePermit>(std::string action)>;

  /// Why a test that runs must end now; nothing: it may go on. Asked between two questions.
  using Forbidden = std::function<std::optional<Error>()>;

  /// `words` must outlive it.
  Tester(std::string device, const usb::TesterWords& words, std::unique_ptr<TesterWire> wire,
         BootTime (*now)() = &boot_now);

  /// Who it says it is. `device_refused`: another model answers; it is kept away from all else.
  boost::asio::awaitable<Result<usb::ScpiIdentity>> identify();
  /// What it shows now, without changing anything; `unsupported_point` where the profile does not know how to ask.
  boost::asio::awaitable<Result<usb::TesterAnswer>> fetch();
  /// One test from beginning to end. Whatever goes wrong after the start, the voltage is taken off again.
  boost::asio::awaitable<Result<usb::TesterAnswer>> run(usb::TestPlan plan, Permits permits, Forbidden forbidden = {});

  /// What it said last; nothing before the first answer.
  [[nodiscard]] const std::optional<usb::ScpiIdentity>& identity() const { return identity_; }
  /// The last test's results.
  [[nodiscard]] const std::optional<usb::TesterAnswer>& results() const { return results_; }
  [[nodiscard]] const usb::TesterWords& words() const { return words_; }
  void close() { wire_->close(); }

 private:
  boost::asio::awaitable<Result<std::string>> carry_out(const usb::RunStep& step, const Permits& permits);

  std::string device_;
  const usb::TesterWords& words_;
  std::unique_ptr<TesterWire> wire_;
  BootTime (*now_)();
  std::optional<usb::ScpiIdentity> identity_;
  std::optional<usb::TesterAnswer> results_;
  bool busy_ = false;
  bool started_ = false;  ///< the permit for the start of this test was given
};

}  // namespace inspect::drivers
