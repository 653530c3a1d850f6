#include "cloud-bridge/uplink/state_report.hpp"

#include "cloud-bridge/uplink/now.hpp"
#include "protocol/messages/message.hpp"
#include "protocol/messages/topics.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace inspect::bridge {

namespace asio = boost::asio;

StateReport::StateReport(const asio::any_io_executor& loop, std::string agent_socket, std::string version,
                         StatePace pace)
    : pace_(pace),
      version_(std::move(version)),
      agent_(loop, std::move(agent_socket), pace.answer_limit),
      watch_(pace, boot_now()),
      timer_(loop) {}

MqttMessage StateReport::message(const std::string& gateway, bool online) const {
  messages::GatewayState state{gateway, online, wall_now(), version_, {}, {}};
  if (online) {
    state.watching = watch_.watching(boot_now());
    state.agent_heard_at = watch_.heard_at();
  }
  return {messages::topic(messages::Channel::state, gateway), messages::encode(state), true};
}

asio::awaitable<void> StateReport::tell(std::string gateway, MqttClient& client) {
  auto what = message(gateway, true);
  const auto said = watch_.watching(boot_now());
  const auto sent = co_await client.publish(std::move(what));
  if (sent) {
    watch_.told(said, boot_now());
  } else if (!closed_) {
    spdlog::warn("the gateway's state was not taken: {}", sent.error().message);
  }
}

asio::awaitable<void> StateReport::run(std::string gateway, MqttClient& client) {
  auto next_question = boot_now();
  while (!closed_) {
    if (boot_now() >= next_question) {
      const auto status = co_await agent_.status();
      if (closed_) co_return;
      if (status) watch_.answered(*status, boot_now(), wall_now());
      next_question = boot_now() + pace_.ask_every;
    }
    if (const auto due = boot_now(); client.up() && watch_.next_tell(due) <= due) co_await tell(gateway, client);
    if (closed_) co_return;
    const auto now = boot_now();
    auto until = next_question;
    // One that was refused just now is tried again with the next question, not at once.
    if (const auto next = watch_.next_tell(now); client.up() && next > now) until = std::min(until, next);
    timer_.expires_after(std::max<BootClock::duration>(until - now, std::chrono::milliseconds(1)));
    boost::system::error_code ignored;
    co_await timer_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

std::optional<bool> StateReport::watching() const { return watch_.watching(boot_now()); }

void StateReport::close() {
  closed_ = true;
  agent_.close();
  timer_.cancel();
}

}  // namespace inspect::bridge
