#include "cloud-bridge/ticketing/daemon/ticket_service.hpp"

#include "cloud-bridge/mqtt/mqtt_client.hpp"
#include "cloud-bridge/ticketing/daemon/desk_thread.hpp"
#include "cloud-bridge/ticketing/daemon/manager.hpp"
#include "cloud-bridge/ticketing/http/api.hpp"
#include "cloud-bridge/ticketing/http/health.hpp"
#include "cloud-bridge/ticketing/http/pages.hpp"
#include "cloud-bridge/ticketing/http/server.hpp"
#include "cloud-bridge/ticketing/http/ticket_view.hpp"
#include "cloud-bridge/ticketing/intake/fair_queue.hpp"

#include <spdlog/spdlog.h>
#include <boost/asio/detached.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <utility>

namespace inspect::ticketing {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t batch_size = 256;
constexpr std::size_t most_sending = 1024;  ///< what is beyond is left out: it is said again
constexpr auto tick_every = 1s;
constexpr auto retry_after_failure = 1s;

bridge::MqttOptions mqtt_options(const BrokerConfig& config) {
  bridge::MqttOptions options;
  options.host = config.host;
  options.port = config.port;
  options.client_id = config.client_id;
  options.username = config.username;
  options.password_file = config.password_file;
  if (!config.ca.empty()) options.tls = bridge::TlsFiles{config.ca, config.certificate, config.key};
  options.subscriptions = {"site/+/up/#"};
  // The broker keeps what comes during a restart of ours; what it loses the gateways send again.
  options.clean_start = false;
  options.session_expiry = 1h;
  // There is one of this service, beside its broker: nobody is hurt when it knocks often.
  options.backoff_most = 5s;
  return options;
}

/// What the browsers are told after something happened, made on the desk's thread.
struct News {
  std::vector<std::string> tickets;
  std::vector<std::string> gateways;
  std::optional<StoreTrouble> trouble;
};

News news_of(Desk& desk, const std::vector<TicketId>& changed, WallTime now) {
  News news;
  news.trouble = desk.trouble();
  for (const auto id : changed) {
    const auto entry = desk.fetch(id);
    if (entry && *entry) news.tickets.push_back(summary_json(**entry, desk.dispatch(), now));
  }
  return news;
}

std::string gateway_news(const std::string& name) { return "{\"name\":\"" + name + "\"}"; }

}  // namespace

class TicketService::Core {
 public:
  Core(asio::io_context& loop, const TicketdConfig& config, std::unique_ptr<Desk> desk, ServiceClock clock, Pages pages)
      : loop_(loop),
        desk_(std::move(desk), clock),
        pages_(std::move(pages)),
        mqtt_(loop.get_executor(), mqtt_options(config.broker)),
        server_(loop.get_executor(), {.address = config.http.address, .port = config.http.port}, hub_,
                [this](WebRequest request) { return handle(std::move(request)); }),
        bell_(loop) {}

  Result<void> bind() { return server_.start(); }
  void start();
  void stop();
  [[nodiscard]] std::uint16_t port() const { return server_.port(); }

 private:
  asio::awaitable<WebResponse> handle(WebRequest request);
  asio::awaitable<void> pump();
  void send_down(messages::Channel channel, const std::string& gateway, std::string payload);
  asio::awaitable<void> send(bridge::MqttMessage message);
  asio::awaitable<void> heartbeat();
  asio::awaitable<void> wait(asio::steady_timer& timer, std::chrono::milliseconds limit);
  void took(Taken& taken);
  void publish(const News& news);
  void tell_health();

  asio::io_context& loop_;
  DeskThread desk_;
  Pages pages_;
  EventHub hub_;
  bridge::MqttClient mqtt_;
  Server server_;
  FairQueue queue_;
  asio::steady_timer bell_;
  asio::steady_timer pulse_{loop_};
  asio::steady_timer recess_{loop_};
  Health health_;
  std::size_t sending_ = 0;  ///< messages to gateways that the broker has not taken yet
  std::uint64_t drops_told_ = 0;
  bool stopping_ = false;
};

asio::awaitable<void> TicketService::Core::wait(asio::steady_timer& timer, std::chrono::milliseconds limit) {
  boost::system::error_code ignored;
  timer.expires_after(limit);
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

void TicketService::Core::publish(const News& news) {
  for (const auto& ticket : news.tickets) hub_.publish("ticket", ticket);
  for (const auto& gateway : news.gateways) hub_.publish("gateway", gateway);
  if (news.trouble.has_value() == health_.store.has_value()) return;
  health_.store = news.trouble;
  // Told when it begins and when it ends: a line for each failure would fill what little room there is.
  if (health_.store) {
    spdlog::error("the store cannot write, nothing is taken until it can: {}", health_.store->why);
  } else {
    spdlog::info("the store writes again");
  }
  tell_health();
}

void TicketService::Core::tell_health() { hub_.publish("health", health_json(health_)); }

asio::awaitable<WebResponse> TicketService::Core::handle(WebRequest request) {
  if (request.target == "/healthz") {
    // Asked on the desk's thread: a service whose desk hangs does not call itself healthy.
    const auto look = [](Desk& desk, WallTime) { return desk.trouble(); };
    auto trouble = co_await desk_.ask(look);
    const Health health{std::move(trouble), mqtt_.up()};
    co_return health_answer(health);
  }
  if (auto page = pages_.answer(request)) co_return std::move(*page);
  const auto work = [&request](Desk& desk, WallTime now) {
    auto made = answer_api(desk, request, now);
    auto told = news_of(desk, made.changed, now);
    return std::pair(std::move(made), std::move(told));
  };
  auto [answer, news] = co_await desk_.ask(work);
  publish(news);
  co_return std::move(answer.response);
}

asio::awaitable<void> TicketService::Core::send(bridge::MqttMessage message) {
  const auto topic = message.topic;
  const auto sent = co_await mqtt_.publish(std::move(message));
  --sending_;
  // A lost receipt costs one repeat of each message; a refused one is the broker's access list, and must be seen.
  if (!sent && sent.error().code == Errc::not_permitted) {
    spdlog::error("{} refused by the broker: {}", topic, sent.error().message);
  }
}

void TicketService::Core::send_down(messages::Channel channel, const std::string& gateway, std::string payload) {
  if (sending_ >= most_sending) return;
  ++sending_;
  asio::co_spawn(loop_, send({messages::topic(channel, gateway), std::move(payload)}), asio::detached);
}

void TicketService::Core::took(Taken& taken) {
  using messages::Channel;
  for (const auto& one : taken.receipts) send_down(Channel::receipt, one.gateway, messages::encode(one));
  for (const auto& one : taken.holdings) send_down(Channel::holdings, one.gateway, messages::encode(one));
  if (taken.poisoned > 0) spdlog::warn("{} messages put aside; see /api/v1/quarantine", taken.poisoned);
  if (taken.conflicts > 0) {
    spdlog::error(
        "{} messages under a known number with other content: is a gateway's card a copy? See /api/v1/quarantine",
        taken.conflicts);
  }
  if (taken.refused > 0)
    spdlog::error("{} messages not taken, they stay with their gateways: see /api/v1/quarantine", taken.refused);
}

/// Takes what waits, as much as there is up to a batch: alone a message waits for nobody, in a flood the commits are
/// shared.
asio::awaitable<void> TicketService::Core::pump() {
  while (!stopping_) {
    if (queue_.empty()) {
      co_await wait(bell_, 1h);
      continue;
    }
    const auto batch = queue_.take(batch_size);
    const auto work = [&batch](Desk& desk, WallTime now) {
      auto result = desk.take(batch, now);
      auto told = news_of(desk, result ? result->tickets : std::vector<TicketId>{}, now);
      if (result) {
        for (const auto& name : result->gateways) told.gateways.push_back(gateway_news(name));
      }
      return std::pair(std::move(result), std::move(told));
    };
    auto [taken, news] = co_await desk_.ask(work);
    publish(news);
    if (taken) {
      took(*taken);
      continue;
    }
    // The batch is dropped: nothing of it was receipted, so the gateways send it again. A recess of its own, because
    // the bell rings with every message.
    if (!news.trouble) spdlog::error("nothing of a batch was taken: {}", taken.error().message);
    co_await wait(recess_, retry_after_failure);
  }
}

/// Once a second: warnings and expiries, and a sign of life that needs both threads.
asio::awaitable<void> TicketService::Core::heartbeat() {
  const auto work = [](Desk& desk, WallTime now) {
    auto result = desk.tick(now);
    auto told = news_of(desk, result ? *result : std::vector<TicketId>{}, now);
    return std::pair(std::move(result), std::move(told));
  };
  while (!stopping_) {
    auto [ticked, news] = co_await desk_.ask(work);
    if (!ticked && !news.trouble) spdlog::error("clocks: {}", ticked.error().message);
    publish(news);
    if (queue_.dropped() != drops_told_) {
      spdlog::warn("{} messages dropped because a gateway's queue was full", queue_.dropped() - drops_told_);
      drops_told_ = queue_.dropped();
    }
    if (!mqtt_.stuck()) feed_watchdog();
    if (!stopping_) co_await wait(pulse_, tick_every);
  }
}

void TicketService::Core::start() {
  mqtt_.on_message([this](bridge::MqttMessage message) {
    if (queue_.put({std::move(message.topic), std::move(message.payload)})) bell_.cancel();
  });
  mqtt_.on_state([this](const bridge::MqttState& state) {
    if (std::exchange(health_.broker_up, state.up) != state.up) tell_health();
    if (state.up) {
      spdlog::info("broker: connected");
    } else {
      spdlog::warn("broker: {}; next attempt in {} ms", state.why, state.retry_in.count());
    }
  });
  mqtt_.start();
  asio::co_spawn(loop_, pump(), asio::detached);
  asio::co_spawn(loop_, heartbeat(), asio::detached);
}

void TicketService::Core::stop() {
  stopping_ = true;
  server_.stop();
  bell_.cancel();
  pulse_.cancel();
  recess_.cancel();
  asio::co_spawn(loop_, mqtt_.stop(2s), asio::detached);
}

TicketService::TicketService(std::unique_ptr<Core> core) : core_(std::move(core)) {}
TicketService::~TicketService() = default;

Result<std::unique_ptr<TicketService>> TicketService::make(asio::io_context& loop, const TicketdConfig& config) {
  auto pages = Pages::load(config.http.pages, config.http.time_zone);
  if (!pages) return pages.error();
  StoreLimits limits;
  limits.readings_age = std::chrono::hours(config.store.readings_hours);
  auto desk = Desk::open(config.store.directory, config.dispatch, wall_now(), limits, config.store.begin_anew);
  if (!desk) return desk.error();
  if (const auto& aside = (*desk)->set_aside(); !aside.empty()) {
    spdlog::warn("begun with no tickets; what there was is now called {}", aside);
  } else if (config.store.begin_anew) {
    spdlog::warn("tickets.db is sound, --begin-anew changes nothing; leave it out");
  }
  const auto last = (*desk)->last_moment();
  if (!last) return last.error();
  if (*last - wall_now() > 1min) {
    spdlog::error(
        "this machine's clock is behind the ledger: its newest entry is of {}, and time goes on from there; set "
        "the clock right",
        rfc3339(*last));
  }
  const ServiceClock clock(wall_now(), boot_now(), *last);
  auto core = std::make_unique<Core>(loop, config, std::move(*desk), clock, std::move(*pages));
  if (auto bound = core->bind(); !bound) return bound.error();
  return std::unique_ptr<TicketService>(new TicketService(std::move(core)));
}

void TicketService::start() { core_->start(); }
void TicketService::stop() { core_->stop(); }
std::uint16_t TicketService::port() const { return core_->port(); }

}  // namespace inspect::ticketing
