#include "drivers/tester/tester.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace inspect::drivers {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// An instrument answers within this, if at all; the slowest of those read takes half of it for *IDN?.
constexpr auto answer_limit = 2s;

/// Marks a tester as taken for as long as a call lasts.
class Turn {
 public:
  explicit Turn(bool& busy) : busy_(busy) { busy_ = true; }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() { busy_ = false; }

 private:
  bool& busy_;
};

}  // namespace

Tester::Tester(std::string device, const usb::TesterWords& words, std::unique_ptr<TesterWire> wire, BootTime (*now)())
    : device_(std::move(device)), words_(words), wire_(std::move(wire)), now_(now) {}

asio::awaitable<Result<usb::ScpiIdentity>> Tester::identify() {
  if (busy_) co_return fail(Errc::device_busy, device_ + " is testing");
  const Turn turn(busy_);
  const auto questions = usb::commands_for(words_, usb::TesterJob::identify);
  if (!questions) co_return questions.error();
  const auto answer = co_await wire_->ask(questions->front(), now_() + answer_limit);
  co_await wire_->exchanged(answer ? std::nullopt : std::optional(answer.error().code));
  if (!answer) {
    if (answer.error().code == Errc::bus_unavailable) identity_.reset();  // who comes back may be another
    co_return answer.error();
  }
  auto identity = usb::parse_identity(*answer);
  if (!identity) co_return identity.error();
  const auto own = usb::is_model(words_, *identity);
  if (!own) co_return own.error();
  if (!*own) {
    co_return fail(Errc::device_refused, "another instrument answers: " + identity->maker + " " + identity->model);
  }
  identity_ = *identity;
  co_return identity;
}

asio::awaitable<Result<usb::TesterAnswer>> Tester::fetch() {
  if (busy_) co_return fail(Errc::device_busy, device_ + " is testing");
  const Turn turn(busy_);
  const auto questions = usb::commands_for(words_, usb::TesterJob::fetch);
  if (!questions) co_return questions.error();
  usb::TesterAnswer all;
  for (const auto& question : *questions) {
    const auto text = co_await wire_->ask(question, now_() + answer_limit);
    co_await wire_->exchanged(text ? std::nullopt : std::optional(text.error().code));
    if (!text) co_return text.error();
    auto answer = usb::read_answer(words_, *text);
    if (!answer) co_return answer.error();
    if (answer->verdict != usb::TesterVerdict::none) all.verdict = answer->verdict;
    all.quantities.merge(answer->quantities);
  }
  co_return all;
}

asio::awaitable<Result<std::string>> Tester::carry_out(const usb::RunStep& step, const Permits& permits) {
  using Do = usb::RunStep::Do;
  if (step.what == Do::pause) {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    timer.expires_after(std::max<BootClock::duration>(step.until - now_(), 0ns));
    boost::system::error_code ignored;
    co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    co_return std::string();
  }
  // Whoever was allowed to switch the voltage on may switch it off, whatever has begun meanwhile.
  if (step.needs_permit && !(step.job == usb::TesterJob::stop && started_)) {
    const auto action = "test." + std::string(name(step.job));
    auto permit = permits(action);
    if (!permit) co_return permit.error();
    if (auto mine = std::move(*permit).spend(device_, action, now_()); !mine) co_return mine.error();
    if (step.job == usb::TesterJob::start) started_ = true;
  }
  const auto until = now_() + answer_limit;
  if (step.what == Do::ask) co_return co_await wire_->ask(step.text, until);
  auto told = co_await wire_->tell(step.text, until);
  if (!told) co_return told.error();
  co_return std::string();
}

asio::awaitable<Result<usb::TesterAnswer>> Tester::run(usb::TestPlan plan, Permits permits, Forbidden forbidden) {
  if (busy_) co_return fail(Errc::device_busy, device_ + " is testing");
  const Turn turn(busy_);
  started_ = false;
  usb::TesterRun test(words_, std::move(plan), now_());
  std::optional<Errc> failure;
  for (;;) {
    if (auto why = forbidden ? forbidden() : std::nullopt) test.abort(std::move(*why));
    const auto step = test.next(now_());
    if (step.what == usb::RunStep::Do::done) break;
    auto outcome = co_await carry_out(step, permits);
    if (!outcome && outcome.error().code != Errc::not_permitted) failure = outcome.error().code;
    test.took(std::move(outcome), now_());
  }
  co_await wire_->exchanged(failure);
  if (test.identity()) identity_ = test.identity();
  if (test.result()) results_ = *test.result();
  co_return test.result();
}

}  // namespace inspect::drivers
