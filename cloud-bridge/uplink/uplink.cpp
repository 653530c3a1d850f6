#include "cloud-bridge/uplink/uplink.hpp"

#include "cloud-bridge/mqtt/backoff.hpp"
#include "cloud-bridge/mqtt/credentials.hpp"
#include "cloud-bridge/uplink/agent_link.hpp"
#include "cloud-bridge/uplink/downlink.hpp"
#include "cloud-bridge/uplink/manifest.hpp"
#include "cloud-bridge/uplink/now.hpp"
#include "cloud-bridge/uplink/outage.hpp"
#include "cloud-bridge/uplink/state_report.hpp"
#include "protocol/messages/message.hpp"
#include "protocol/messages/topics.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <optional>
#include <random>

namespace inspect::bridge {

namespace asio = boost::asio;
using messages::Channel;
using std::chrono::milliseconds;

namespace {

constexpr auto round_at_least = std::chrono::seconds(5);   // a sign of new rows that got lost costs no more than this
constexpr auto round_too_slow = std::chrono::seconds(60);  // over every limit of one round

ManifestLimits limits_of(const BridgeConfig& config) {
  ManifestLimits limits;
  limits.resend_after = config.resend_after;
  limits.resend_most = std::min(config.resend_after * 10, limits.resend_most);
  return limits;
}

}  // namespace

class Uplink::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(asio::any_io_executor loop, BridgeConfig config, std::string version)
      : loop_(std::move(loop)),
        config_(std::move(config)),
        agent_(loop_, config_.agent_socket),
        ears_(loop_, config_.agent_socket),
        state_(loop_, config_.agent_socket, std::move(version), config_.pace),
        manifest_(limits_of(config_)),
        wake_(loop_),
        pause_(loop_),
        dice_(std::random_device{}()) {}

  void start() {
    beat_ = boot_now();
    asio::co_spawn(loop_, carry(shared_from_this()), asio::detached);
    asio::co_spawn(loop_, listen(shared_from_this()), asio::detached);
  }

  void close() {
    stopping_ = true;
    wake_.cancel();
    pause_.cancel();
    agent_.close();
    ears_.close();
    state_.close();
    mqtt_.reset();
  }

  asio::awaitable<void> stop() {
    const auto self = shared_from_this();
    stopping_ = true;
    state_.close();  // or it could say "online" after the farewell
    if (mqtt_) {
      auto parting = state_.message(gateway_, false);
      co_await mqtt_->stop(std::chrono::seconds(1), std::move(parting));
    }
    close();
  }

  [[nodiscard]] bool healthy() const { return boot_now() - beat_ < round_too_slow && (!mqtt_ || !mqtt_->stuck()); }

  [[nodiscard]] std::string status() const {
    const std::string link = !mqtt_ ? "waiting for the agent" : mqtt_->up() ? "connected" : "broker out of reach";
    return link + ", " + std::to_string(counters_.receipted) + " rows receipted, " + std::to_string(manifest_.size()) +
           " on their way" + (agent_out_.lasts() ? ", agent out of reach" : "") +
           (state_.watching() == false ? ", nobody watches the site" : "") +
           (manifest_.centre_silent() ? ", centre silent" : "");
  }

  [[nodiscard]] UplinkCounters counters() const { return counters_; }

 private:
  /// The one round that does everything, so that a row is never claimed while its receipt is being handed over.
  asio::awaitable<void> carry(std::shared_ptr<Core> /*self*/) {
    co_await find_gateway();
    if (stopping_) co_return;
    connect();
    while (!stopping_) {
      beat_ = boot_now();
      co_await hand_over_news();
      look_for_overdue();
      if (!stopping_ && may_claim()) co_await claim_and_ship();
      if (!stopping_) co_await rest();
    }
  }

  asio::awaitable<void> find_gateway() {
    gateway_ = config_.gateway;
    while (!stopping_ && gateway_.empty()) {
      beat_ = boot_now();
      auto status = co_await agent_.status();
      if (status && messages::is_gateway_id(status->gateway)) {
        agent_works();
        gateway_ = status->gateway;
        break;
      }
      agent_failed(status ? "its gateway \"" + status->gateway + "\" is no gateway's id" : status.error().message);
      co_await rest();
    }
  }

  void connect() {
    const auto& broker = config_.broker;
    MqttOptions options;
    options.host = broker.host;
    options.port = broker.port;
    options.tls = broker.tls;
    options.client_id = gateway_;
    options.username = broker.username;
    options.password_file = broker.password_file;
    options.keep_alive = broker.keep_alive;
    options.will = state_.message(gateway_, false);
    options.subscriptions = {messages::topic(Channel::receipt, gateway_), messages::topic(Channel::holdings, gateway_)};
    downlink_.emplace(gateway_);
    options.backoff_least = broker.retry_least;
    options.backoff_most = broker.retry_most;
    mqtt_ = std::make_unique<MqttClient>(loop_, options);
    mqtt_->on_message([this](const MqttMessage& message) { arrived(message); });
    mqtt_->on_state([this](const MqttState& state) { broker_changed(state); });
    mqtt_->start();
    asio::co_spawn(loop_, report(shared_from_this()), asio::detached);
    spdlog::info("gateway {} begins to carry to {}:{}", gateway_, broker.host, broker.port);
  }

  void broker_changed(const MqttState& state) {
    if (!state.up) {
      const auto why = broker_out_.lasts() ? std::nullopt : doubt();
      const auto line = broker_out_.failed(boot_now(), why ? state.why + "; " + *why : state.why);
      if (line) spdlog::warn(*line);
      return;
    }
    if (const auto line = broker_out_.works(boot_now())) spdlog::info(*line);
    if (const auto line = doubt()) spdlog::warn(*line);
    asio::co_spawn(loop_, tell_birth(shared_from_this()), asio::detached);
    more_ = true;
    wake();
  }

  /// What our own files say: more than the library does of why the broker does not take us.
  [[nodiscard]] std::optional<std::string> doubt() const {
    if (!config_.broker.tls) return std::nullopt;
    const auto held = read_credentials(*config_.broker.tls);
    if (const auto* wrong = std::get_if<Text>(&held)) return wrong->en;
    const auto why = warning(std::get<Credentials>(held), wall_now(), gateway_);
    return why ? std::optional(why->en) : std::nullopt;
  }

  asio::awaitable<void> tell_birth(std::shared_ptr<Core> /*self*/) { co_await state_.tell(gateway_, *mqtt_); }

  asio::awaitable<void> report(std::shared_ptr<Core> /*self*/) { co_await state_.run(gateway_, *mqtt_); }

  void arrived(const MqttMessage& message) {
    const auto taken = downlink_->put(message);
    if (taken) return wake();
    if (taken.error().code == Errc::device_busy) {
      ++counters_.receipts_dropped;
    } else if (++counters_.bad_receipts == 1) {
      spdlog::warn("{} brought nothing for us: {}", message.topic, taken.error().message);
    }
  }

  /// What the centre says, in the order it came.
  asio::awaitable<void> hand_over_news() {
    while (!stopping_ && !downlink_->empty() && agent_may_be_asked()) {
      beat_ = boot_now();
      const auto news = downlink_->front();
      bool done = false;
      if (const auto* receipt = std::get_if<control::GiveReceipt>(&news)) {
        done = co_await hand_over(*receipt);
      } else {
        done = co_await hand_over(std::get<control::GiveHoldings>(news));
      }
      if (!done || stopping_) co_return;
      downlink_->pop();
    }
  }

  /// False: the agent is out of reach.
  asio::awaitable<bool> hand_over(control::GiveReceipt given) {
    std::erase_if(given.seqs, [&](std::uint64_t seq) { return !manifest_.sent({given.epoch, seq}); });
    if (given.seqs.empty()) co_return true;
    const auto told = co_await agent_.receipt(given);
    if (!told) {
      agent_failed(told.error().message);
      // An agent that refuses a receipt refuses it always; its rows repeat, and that shows.
      co_return told.error().code != Errc::unreachable;
    }
    agent_works();
    const auto now = boot_now();
    counters_.receipted += told->count;
    manifest_.receipted(given.epoch, given.seqs, now);
    if (const auto line = centre_out_.works(now)) spdlog::info(*line);
    more_ = true;
    co_return true;
  }

  asio::awaitable<bool> hand_over(control::GiveHoldings holdings) {
    const auto told = co_await agent_.holdings(std::move(holdings));
    if (!told && told.error().code == Errc::unreachable) {
      agent_failed(told.error().message);
      co_return false;
    }
    const auto line = told ? resending_.works(boot_now()) : resending_.failed(boot_now(), told.error().message);
    if (line) spdlog::warn(*line);
    if (told && told->count > 0) {
      spdlog::warn("the ticket service lost {} findings, they are sent again", told->count);
      counters_.lost += told->count;
      more_ = true;
    }
    co_return true;
  }

  void look_for_overdue() {
    const auto waited = manifest_.patience();
    const auto now = boot_now();
    const auto count = manifest_.forget_overdue(now);
    if (count == 0) return;
    counters_.overdue += count;
    more_ = true;
    if (!manifest_.centre_silent()) return;
    if (const auto line = centre_out_.failed(now, "no receipt within " + spoken(waited))) spdlog::warn(*line);
  }

  [[nodiscard]] bool may_claim() const {
    return mqtt_->up() && more_ && agent_may_be_asked() && manifest_.wanted() > 0 &&
           manifest_.unanswered() < mqtt_->window();
  }

  asio::awaitable<void> claim_and_ship() {
    control::ClaimRows what;
    what.most = static_cast<std::uint32_t>(manifest_.wanted());
    what.skip = manifest_.keys();
    more_ = false;
    auto rows = co_await agent_.claim(std::move(what));
    if (stopping_) co_return;
    if (!rows) {
      more_ = true;
      agent_failed(rows.error().message);
      co_return;
    }
    agent_works();
    const auto offered = rows->size();
    const auto now_leaving = manifest_.load(std::move(*rows), boot_now());
    // The outbox may hold more than one answer does; only an empty one says that it is empty.
    more_ = more_ || !now_leaving.empty();
    left_behind_ = left_behind_ || now_leaving.size() < offered;
    for (const auto& row : now_leaving) {
      asio::co_spawn(loop_, ship(shared_from_this(), row), asio::detached);
    }
  }

  asio::awaitable<void> ship(std::shared_ptr<Core> /*self*/, control::OutboxRow row) {
    const RowKey key{row.epoch, row.seq};
    const auto channel = row.stream == control::Stream::findings ? Channel::finding : Channel::readings;
    MqttMessage message(messages::topic(channel, gateway_), std::move(row.payload));
    const auto sent = co_await mqtt_->publish(std::move(message));
    if (stopping_) co_return;
    if (sent) {
      ++counters_.shipped;
      manifest_.broker_took(key);
      if (const auto line = refusals_.works(boot_now())) spdlog::info(*line);
    } else if (sent.error().code != Errc::unreachable) {
      // A broker that says no says it again at once: the row waits for its deadline like one without a receipt.
      ++counters_.refused;
      manifest_.broker_took(key);
      if (const auto line = refusals_.failed(boot_now(), sent.error().message)) spdlog::error(*line);
    } else {
      manifest_.broker_did_not(key);
      more_ = true;
    }
    more_ = std::exchange(left_behind_, false) || more_;
    wake();
  }

  /// Waits for a sign that there is something to do, and never long without looking.
  asio::awaitable<void> rest() {
    if (std::exchange(awake_, false) || (mqtt_ && may_claim())) co_return;
    const auto now = boot_now();
    auto until = std::min(now + round_at_least, manifest_.next_deadline());
    if (agent_retry_ > now) until = std::min(until, agent_retry_);
    boost::system::error_code timed;
    wake_.expires_after(std::max<BootClock::duration>(until - now, milliseconds(1)));
    co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, timed));
    awake_ = false;
    if (!timed) more_ = true;
  }

  void wake() {
    awake_ = true;
    wake_.cancel();
  }

  /// Hears from the agent that rows were added.
  asio::awaitable<void> listen(std::shared_ptr<Core> /*self*/) {
    Backoff backoff(milliseconds(200), milliseconds(5000));
    while (!stopping_) {
      auto heard = co_await ears_.subscribe();
      const auto began = boot_now();
      while (heard && !stopping_) {
        more_ = true;
        wake();
        heard = co_await ears_.next_event();
      }
      if (stopping_) co_return;
      backoff.link_lived(std::chrono::duration_cast<milliseconds>(boot_now() - began));
      pause_.expires_after(backoff.next(roll()));
      boost::system::error_code ignored;
      co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
  }

  double roll() { return std::uniform_real_distribution<>(0, 1)(dice_); }

  [[nodiscard]] bool agent_may_be_asked() const { return boot_now() >= agent_retry_; }

  void agent_failed(const std::string& why) {
    const auto now = boot_now();
    agent_retry_ = now + agent_backoff_.next(roll());
    if (const auto line = agent_out_.failed(now, why)) spdlog::warn(*line);
  }

  void agent_works() {
    agent_backoff_ = Backoff(milliseconds(200), milliseconds(5000));
    if (const auto line = agent_out_.works(boot_now())) spdlog::info(*line);
  }

  asio::any_io_executor loop_;
  BridgeConfig config_;
  std::string gateway_;
  AgentLink agent_;
  AgentLink ears_;
  StateReport state_;
  std::unique_ptr<MqttClient> mqtt_;
  Manifest manifest_;
  std::optional<Downlink> downlink_;  ///< from `connect` on
  asio::steady_timer wake_;           ///< of `carry`
  asio::steady_timer pause_;          ///< of `listen`
  std::mt19937 dice_;
  Backoff agent_backoff_{milliseconds(200), milliseconds(5000)};
  BootTime agent_retry_{};
  BootTime beat_{};
  bool awake_ = false;
  bool more_ = true;          ///< the outbox may hold rows that are not on their way
  bool left_behind_ = false;  ///< the last claim showed rows that had no place yet
  bool stopping_ = false;
  Outage agent_out_{"the agent"};
  Outage broker_out_{"the broker"};
  Outage centre_out_{"the ticket service"};
  Outage refusals_{"the right to publish"};
  Outage resending_{"the comparison with the ticket service"};
  UplinkCounters counters_;
};

Uplink::Uplink(asio::any_io_executor loop, BridgeConfig config, std::string version)
    : core_(std::make_shared<Core>(std::move(loop), std::move(config), std::move(version))) {}
Uplink::~Uplink() { core_->close(); }
void Uplink::start() { core_->start(); }
asio::awaitable<void> Uplink::stop() { return core_->stop(); }
bool Uplink::healthy() const { return core_->healthy(); }
std::string Uplink::status() const { return core_->status(); }
UplinkCounters Uplink::counters() const { return core_->counters(); }

}  // namespace inspect::bridge
