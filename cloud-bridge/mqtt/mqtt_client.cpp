#include "cloud-bridge/mqtt/mqtt_client.hpp"

#include "cloud-bridge/mqtt/backoff.hpp"
#include "cloud-bridge/mqtt/feud.hpp"
#include "cloud-bridge/mqtt/inbox.hpp"
#include "cloud-bridge/mqtt/paho_link.hpp"
#include "cloud-bridge/mqtt/reaper.hpp"
#include "cloud-bridge/mqtt/waiter.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <list>
#include <random>
#include <unordered_map>

namespace inspect::bridge {

namespace asio = boost::asio;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

class MqttClient::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(const asio::any_io_executor& loop, MqttOptions options)
      : loop_(loop),
        options_(std::move(options)),
        relay_(std::make_shared<Relay>(loop, options_)),
        reaper_([relay = relay_] { relay->post([](Core& core) { core.wake_.cancel(); }); }),
        wake_(loop),
        backoff_(options_.backoff_least, options_.backoff_most),
        feud_(options_.takeover_wait, 3),
        suspicion_(options_.takeover_wait, 6),
        dice_(std::random_device{}()) {}

  void start() {
    relay_->core = weak_from_this();
    asio::co_spawn(loop_, run(shared_from_this()), asio::detached);
  }

  void close() {
    closing_ = true;
    relay_->shut();
    tear_down("closed");
    wake_.cancel();
  }

  asio::awaitable<void> stop(milliseconds limit, std::optional<MqttMessage> parting) {
    const auto self = shared_from_this();
    stop_deadline_ = Clock::now() + limit;
    if (up_ && parting) static_cast<void>(co_await publish(std::move(*parting)));
    if (up_) static_cast<void>(co_await transact([this](std::uint64_t id) { return link_->goodbye(id); }));
    close();
  }

  asio::awaitable<Result<void>> publish(MqttMessage message) {
    const auto self = shared_from_this();
    if (!up_) co_return fail(Errc::unreachable, "not connected to the broker");
    const auto number = link_number_;
    if (const auto place = co_await take_place(); !place) co_return place.error();
    // The link may have ended between the grant of the place and this line; the place ended with it.
    if (number != link_number_) co_return fail(Errc::unreachable, "the connection was lost");
    auto sent = co_await transact([this, &message](std::uint64_t id) { return link_->publish(id, message); });
    if (number == link_number_) give_place();
    count(sent);
    co_return sent;
  }

  asio::awaitable<Result<void>> subscribe(std::string filter) {
    const auto self = shared_from_this();
    if (!link_) co_return fail(Errc::unreachable, "not connected to the broker");
    co_return co_await transact([this, &filter](std::uint64_t id) { return link_->subscribe(id, filter); });
  }

  /// Only while up: a handler may want to answer. What came before (of a kept session) waits in the inbox.
  void deliver() {
    constexpr int most_at_once = 64;  // then other work of the loop has its turn
    for (int i = 0; up_ && i < most_at_once; ++i) {
      auto message = relay_->inbox.take();
      if (!message) return;
      if (on_message) on_message(std::move(*message));
    }
    if (!up_) return;
    asio::post(loop_, [weak = weak_from_this()] {
      if (const auto core = weak.lock(); core && !core->closing_) core->deliver();
    });
  }

  [[nodiscard]] MqttCounters counters() const {
    auto out = counters_;
    out.received = relay_->inbox.received();
    out.inbox_dropped = relay_->inbox.dropped();
    return out;
  }

  [[nodiscard]] bool up() const { return up_; }
  [[nodiscard]] std::size_t window() const { return window_; }
  [[nodiscard]] bool stuck() const { return stuck_; }

  std::function<void(MqttMessage)> on_message;
  std::function<void(const MqttState&)> on_state;

 private:
  /// Hands over from the library's threads to the loop, as long as there is one.
  struct Relay {
    Relay(asio::any_io_executor to, const MqttOptions& options)
        : loop(std::move(to)), inbox(options.inbox_messages, options.inbox_bytes) {}

    void post(std::function<void(Core&)> work) {
      const std::lock_guard lock(mutex);
      if (closed) return;
      asio::post(loop, [to = core, work = std::move(work)] {
        if (const auto alive = to.lock()) work(*alive);
      });
    }
    void shut() {
      const std::lock_guard lock(mutex);
      closed = true;
    }

    std::mutex mutex;
    bool closed = false;
    asio::any_io_executor loop;
    std::weak_ptr<Core> core;  ///< set once before the first link
    Inbox inbox;
  };

  /// Events carry the number of their link: what an old one still tells is not believed.
  LinkEvents events(std::uint64_t number) {
    LinkEvents out;
    out.connected = [relay = relay_, number](Result<std::size_t> answer) {
      relay->post([number, answer = std::move(answer)](Core& core) {
        if (number != core.link_number_) return;
        core.connected_ = answer;
        core.wake_.cancel();
      });
    };
    out.lost = [relay = relay_, number](LinkEnd end) {
      relay->post([number, end = std::move(end)](Core& core) {
        if (number == core.link_number_) core.ended(end);
      });
    };
    out.completed = [relay = relay_](std::uint64_t id, Result<void> outcome) {
      relay->post([id, outcome = std::move(outcome)](Core& core) {
        if (const auto found = core.pending_.find(id); found != core.pending_.end()) found->second->settle(outcome);
      });
    };
    out.arrived = [relay = relay_](MqttMessage message) {
      if (relay->inbox.put(std::move(message))) relay->post([](Core& core) { core.deliver(); });
    };
    return out;
  }

  void ended(const LinkEnd& end) {
    if (end.taken_over) {
      ++counters_.takeovers;
      lost_taken_over_ = true;
      feud_.thrown_out(Clock::now());
    }
    lose(end.why);
  }

  void lose(const std::string& why) {
    if (!lost_) lost_ = why;
    wake_.cancel();
  }

  asio::awaitable<void> run(std::shared_ptr<Core> /*self*/) {
    while (!closing_) {
      const auto began = Clock::now();
      const auto why = co_await live_once();
      tear_down(why);
      backoff_.link_lived(std::chrono::duration_cast<milliseconds>(Clock::now() - began));
      if (closing_) break;
      const auto dice = std::uniform_real_distribution<>(0, 1)(dice_);
      const auto wait =
          std::max({backoff_.next(dice), feud_.wait(dice, Clock::now()), suspicion_.wait(dice, Clock::now())});
      if (on_state) on_state({false, why, wait});
      co_await wait_until(Clock::now() + wait, [] { return false; });
      co_await wait_until(Clock::now() + options_.connect_limit, [this] { return reaper_.idle(); });
      stuck_ = !closing_ && !reaper_.idle();
      while (stuck_ && !closing_ && !reaper_.idle()) {
        co_await wait_until(Clock::now() + options_.connect_limit, [this] { return reaper_.idle(); });
      }
      stuck_ = false;
    }
  }

  /// A broker that is ill refuses the next attempt, a bad line takes longer to break; another client with our identity
  /// does neither. A broker that restarts looks the same, but not six times.
  std::string suspect(std::string why, Clock::time_point up_since) {
    const auto now = Clock::now();
    if (lost_taken_over_) return why;
    if (attempts_ == 1 && now - up_since < std::chrono::minutes(1)) suspicion_.thrown_out(now);
    if (suspicion_.lasts(now)) why += ", each time soon after it came up: has a second gateway the same id?";
    return why;
  }

  /// From opening a link to its end; says why it ended.
  asio::awaitable<std::string> live_once() {
    const auto deadline = Clock::now() + options_.connect_limit;
    ++link_number_;
    ++attempts_;
    connected_.reset();
    lost_.reset();
    lost_taken_over_ = false;
    auto opened = PahoLink::open(options_, events(link_number_));
    if (!opened) {
      ++counters_.failed_attempts;
      co_return opened.error().message;
    }
    link_ = std::move(*opened);
    co_await wait_until(deadline, [this] { return connected_ || lost_; });
    const auto ready = co_await prepare(deadline);
    if (!ready) {
      ++counters_.failed_attempts;
      co_return ready.error().message;
    }
    ++counters_.connections;
    up_ = true;
    const auto up_since = Clock::now();
    if (on_state) on_state({true, {}, {}});
    deliver();
    co_await wait_until(Clock::time_point::max(), [this] { return lost_.has_value(); });
    auto why = suspect(lost_.value_or("closed"), up_since);
    attempts_ = 0;
    co_return why;
  }

  asio::awaitable<Result<void>> prepare(Clock::time_point deadline) {
    if (!connected_) co_return fail(Errc::timeout, lost_.value_or("no connection within the limit"));
    if (!*connected_) co_return connected_->error();
    window_ = std::clamp<std::size_t>(options_.window, 1, **connected_);
    for (const auto& filter : options_.subscriptions) {
      auto done = co_await subscribe(filter);
      if (!done) co_return std::move(done.error()).within("subscription to " + filter);
      if (Clock::now() > deadline || closing_) co_return fail(Errc::timeout, "no subscription within the limit");
    }
    if (lost_) co_return fail(Errc::unreachable, *lost_);
    co_return Result<void>{};
  }

  void tear_down(const std::string& why) {
    up_ = false;
    ++link_number_;
    reaper_.bury(std::move(link_));
    in_flight_ = 0;
    const Result<void> unknown = fail(Errc::unreachable, why);
    for (auto& [id, waiter] : pending_) waiter->settle(unknown);
    for (auto* waiter : queue_) waiter->settle(unknown);
    queue_.clear();
  }

  template <class Condition>
  asio::awaitable<void> wait_until(Clock::time_point deadline, Condition condition) {
    boost::system::error_code ignored;
    while (!closing_ && !condition() && Clock::now() < deadline) {
      wake_.expires_at(deadline);
      co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
  }

  [[nodiscard]] Clock::time_point answer_deadline() const {
    return std::min(Clock::now() + options_.connect_limit, stop_deadline_);
  }

  /// Sends one request and waits for the token that belongs to it.
  template <class Send>
  asio::awaitable<Result<void>> transact(Send send) {
    const auto self = shared_from_this();
    const auto id = ++last_id_;
    Waiter waiter(loop_);
    struct Registered {
      Core& core;
      std::uint64_t id;
      ~Registered() { core.pending_.erase(id); }
    } const registered{*this, id};
    pending_[id] = &waiter;
    const auto number = link_number_;
    if (const auto sent = send(id); !sent) {
      // The library refuses to send before it tells that the connection is gone.
      lose(sent.error().message);
      co_return sent.error();
    }
    co_await waiter.wait(answer_deadline());
    if (waiter.outcome) co_return *waiter.outcome;
    if (number == link_number_) lose("the broker did not answer within the limit");
    co_return fail(Errc::unreachable, "no answer from the broker");
  }

  asio::awaitable<Result<void>> take_place() {
    const auto self = shared_from_this();
    if (in_flight_ < window_ && queue_.empty()) {
      ++in_flight_;
      co_return Result<void>{};
    }
    if (queue_.size() >= most_queued) co_return fail(Errc::device_busy, "too many publishes wait for the window");
    Waiter waiter(loop_);
    struct Queued {
      Core& core;
      Waiter* waiter;
      ~Queued() { core.queue_.remove(waiter); }
    } const queued{*this, &waiter};
    queue_.push_back(&waiter);
    co_await waiter.wait(answer_deadline());
    if (!waiter.outcome) co_return fail(Errc::unreachable, "no place in the window within the limit");
    co_return *waiter.outcome;
  }

  /// The place goes straight to the one who waited longest, so that nobody overtakes.
  void give_place() {
    if (queue_.empty()) {
      --in_flight_;
      return;
    }
    auto* next = queue_.front();
    queue_.pop_front();
    next->settle(Result<void>{});
  }

  void count(const Result<void>& sent) {
    if (sent) {
      ++counters_.published;
    } else if (sent.error().code == Errc::unreachable) {
      ++counters_.publish_unknown;
    } else {
      ++counters_.publish_refused;
    }
  }

  static constexpr std::size_t most_queued = 1024;

  asio::any_io_executor loop_;
  MqttOptions options_;
  std::shared_ptr<Relay> relay_;
  Reaper reaper_;
  asio::steady_timer wake_;  ///< of `run` alone
  Backoff backoff_;
  Feud feud_;       ///< the broker says so
  Feud suspicion_;  ///< it looks like one
  std::mt19937 dice_;
  std::unique_ptr<PahoLink> link_;
  std::uint64_t link_number_ = 0;
  std::uint64_t last_id_ = 0;
  std::optional<Result<std::size_t>> connected_;
  std::optional<std::string> lost_;
  bool lost_taken_over_ = false;
  unsigned attempts_ = 0;  ///< since the last link that was up
  std::unordered_map<std::uint64_t, Waiter*> pending_;
  std::list<Waiter*> queue_;
  std::size_t in_flight_ = 0;
  std::size_t window_ = 1;
  Clock::time_point stop_deadline_ = Clock::time_point::max();
  bool up_ = false;
  bool closing_ = false;
  bool stuck_ = false;
  MqttCounters counters_;
};

MqttClient::MqttClient(const asio::any_io_executor& loop, MqttOptions options)
    : core_(std::make_shared<Core>(loop, std::move(options))) {}
MqttClient::~MqttClient() { core_->close(); }
void MqttClient::on_message(std::function<void(MqttMessage)> handler) { core_->on_message = std::move(handler); }
void MqttClient::on_state(std::function<void(const MqttState&)> handler) { core_->on_state = std::move(handler); }
void MqttClient::start() { core_->start(); }
asio::awaitable<void> MqttClient::stop(milliseconds limit, std::optional<MqttMessage> parting) {
  return core_->stop(limit, std::move(parting));
}
asio::awaitable<Result<void>> MqttClient::publish(MqttMessage message) { return core_->publish(std::move(message)); }
asio::awaitable<Result<void>> MqttClient::subscribe(std::string filter) { return core_->subscribe(std::move(filter)); }
bool MqttClient::up() const { return core_->up(); }
std::size_t MqttClient::window() const { return core_->window(); }
bool MqttClient::stuck() const { return core_->stuck(); }
MqttCounters MqttClient::counters() const { return core_->counters(); }

}  // namespace inspect::bridge
