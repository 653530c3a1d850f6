#include "cloud-bridge/uplink/agent_link.hpp"

#include "protocol/control/line_splitter.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <memory>

namespace inspect::bridge {

namespace asio = boost::asio;
using asio::local::stream_protocol;
using boost::system::error_code;

class AgentLink::Wire : public std::enable_shared_from_this<Wire> {
 public:
  Wire(const asio::any_io_executor& loop, std::string path, std::chrono::milliseconds limit)
      : path_(std::move(path)), limit_(limit), socket_(loop), guard_(loop), lines_(control::largest_answer) {}

  void close() {
    error_code ignored;
    socket_.close(ignored);
    guard_.cancel();
    lines_ = control::LineSplitter(control::largest_answer);
  }

  asio::awaitable<Result<std::string>> ask(control::Ask what) {
    const auto self = shared_from_this();
    const Guard guard(*this);
    const auto id = ++last_id_;
    auto line = control::encode(control::Request{id, std::move(what)});
    line += '\n';
    // The agent closes connections that ask nothing for a minute; that is no trouble, only a reason to ask again.
    const bool was_open = socket_.is_open();
    auto answer = co_await ask_once(id, line);
    if (!answer && answer.error().code == Errc::unreachable && was_open && !timed_out_) {
      answer = co_await ask_once(id, line);
    }
    co_return answer;
  }

  asio::awaitable<Result<void>> next_event() {
    const auto self = shared_from_this();
    while (true) {
      auto line = co_await read_line();
      if (!line) co_return line.error();
      const auto head = control::decode_head(*line);
      if (!head) co_return nonsense(head.error());
      if (head->kind == control::LineKind::event) co_return Result<void>{};
    }
  }

  /// What cannot be read ends the connection: the next answer on it could be anything.
  Error nonsense(const Error& error) {
    close();
    return fail(Errc::malformed, "the agent's answer: " + error.message);
  }

 private:
  /// Closes the socket when the limit comes first; every wait on it then ends.
  class Guard {
   public:
    explicit Guard(Wire& wire) : wire_(wire) {
      wire_.timed_out_ = false;
      wire_.guard_.expires_after(wire_.limit_);
      wire_.guard_.async_wait([alive = wire_.weak_from_this()](const error_code& error) {
        const auto late = alive.lock();
        if (error || !late) return;
        late->timed_out_ = true;
        error_code ignored;
        late->socket_.close(ignored);
      });
    }
    ~Guard() { wire_.guard_.cancel(); }
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    Wire& wire_;
  };

  asio::awaitable<Result<std::string>> ask_once(std::uint64_t id, const std::string& line) {
    if (auto open = co_await ensure_open(); !open) co_return open.error();
    error_code error;
    co_await asio::async_write(socket_, asio::buffer(line), asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return broken(error);
    while (true) {
      auto answer = co_await read_line();
      if (!answer) co_return answer.error();
      const auto head = control::decode_head(*answer);
      if (!head) co_return nonsense(head.error());
      // An answer to an older question of ours: that one ran into its limit.
      if (head->id != id || head->kind == control::LineKind::event) continue;
      if (head->kind == control::LineKind::answer) co_return std::move(*answer);
      const auto trouble = control::decode_trouble(*answer);
      if (!trouble) co_return nonsense(trouble.error());
      co_return fail(Errc::invalid_argument, "the agent refused: " + trouble->message.en);
    }
  }

  asio::awaitable<Result<void>> ensure_open() {
    if (socket_.is_open()) co_return Result<void>{};
    error_code error;
    co_await socket_.async_connect(stream_protocol::endpoint(path_), asio::redirect_error(asio::use_awaitable, error));
    if (error) co_return broken(error);
    co_return Result<void>{};
  }

  asio::awaitable<Result<std::string>> read_line() {
    while (true) {
      if (auto line = lines_.next()) {
        if (line->overlong) co_return nonsense(fail(Errc::malformed, "a line over the limit"));
        co_return std::move(line->text);
      }
      error_code error;
      const auto count =
          co_await socket_.async_read_some(asio::buffer(buffer_), asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return broken(error);
      lines_.feed({buffer_.data(), count});
    }
  }

  Error broken(const error_code& error) {
    const auto why = timed_out_ ? std::string("no answer within the limit") : error.message();
    close();
    return fail(Errc::unreachable, path_ + ": " + why);
  }

  std::string path_;
  std::chrono::milliseconds limit_;
  stream_protocol::socket socket_;
  asio::steady_timer guard_;
  control::LineSplitter lines_;
  std::array<char, 65536> buffer_{};
  std::uint64_t last_id_ = 0;
  bool timed_out_ = false;
};

AgentLink::AgentLink(const asio::any_io_executor& loop, std::string path, std::chrono::milliseconds limit)
    : wire_(std::make_shared<Wire>(loop, std::move(path), limit)) {}
AgentLink::~AgentLink() = default;
void AgentLink::close() { wire_->close(); }
asio::awaitable<Result<void>> AgentLink::next_event() { return wire_->next_event(); }

namespace {

template <class T>
Result<T> read_answer(const Result<std::string>& line) {
  if (!line) return line.error();
  return control::decode_answer<T>(*line);
}

}  // namespace

asio::awaitable<Result<control::Status>> AgentLink::status() {
  const auto line = co_await wire_->ask(control::AskStatus{});
  co_return read_answer<control::Status>(line);
}

asio::awaitable<Result<std::vector<control::OutboxRow>>> AgentLink::claim(control::ClaimRows what) {
  const auto line = co_await wire_->ask(std::move(what));
  co_return read_answer<std::vector<control::OutboxRow>>(line);
}

asio::awaitable<Result<control::Receipted>> AgentLink::receipt(control::GiveReceipt what) {
  const auto line = co_await wire_->ask(std::move(what));
  co_return read_answer<control::Receipted>(line);
}

asio::awaitable<Result<control::Unsent>> AgentLink::holdings(control::GiveHoldings what) {
  const auto line = co_await wire_->ask(std::move(what));
  co_return read_answer<control::Unsent>(line);
}

asio::awaitable<Result<void>> AgentLink::subscribe() {
  const auto line = co_await wire_->ask(control::AwaitRows{});
  if (!line) co_return line.error();
  co_return Result<void>{};
}

}  // namespace inspect::bridge
