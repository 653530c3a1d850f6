#pragma once

#include "protocol/control/answer.hpp"
#include "protocol/control/line_splitter.hpp"
#include "protocol/control/request.hpp"

#include <unistd.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <set>
#include <string>

namespace inspect::tests {

namespace asio = boost::asio;

/// An agent's control socket with an outbox in memory.
class FakeAgent {
 public:
  using Key = std::pair<std::string, std::uint64_t>;

  FakeAgent(asio::io_context& loop, std::string path) : loop_(loop), path_(std::move(path)) {}
  ~FakeAgent() { close(); }

  void open() {
    ::unlink(path_.c_str());
    acceptor_ = std::make_unique<Acceptor>(loop_, asio::local::stream_protocol::endpoint(path_));
    asio::co_spawn(loop_, accept(*acceptor_), asio::detached);
  }
  void close() {
    acceptor_.reset();
    hang_up();
    ::unlink(path_.c_str());
  }
  /// Ends the connections, as an agent does with those that ask nothing.
  void hang_up() {
    for (const auto& socket : sockets_) {
      if (const auto open = socket.lock()) open->close();
    }
    sockets_.clear();
    waiting_.clear();
  }

  void add(control::Stream stream, std::uint64_t seq, std::string payload) {
    const auto* epoch = stream == control::Stream::findings ? "00000000000000f1" : "00000000000000e2";
    rows_[{stream == control::Stream::findings ? 0 : 1, seq}] = {stream, epoch, seq, std::move(payload)};
    // One event for many rows, as the agent does it.
    if (std::exchange(news_, true)) return;
    asio::post(loop_, [this] {
      news_ = false;
      for (const auto& [socket, id] : waiting_) {
        if (const auto open = socket.lock()) send(*open, *control::encode_event({id, 0, control::RowsAdded{}}));
      }
    });
  }

  [[nodiscard]] std::size_t waiting() const { return rows_.size(); }

  std::string gateway = "gw-01";
  std::uint64_t claims = 0;
  std::uint64_t asked = 0;                                                  ///< questions of any kind, answered or not
  std::uint64_t receipts_twice = 0;                                         ///< receipts for rows that had one
  std::vector<std::vector<Holding>> holdings;                               ///< as they were told
  std::function<std::size_t()> lose_again = [] { return std::size_t{0}; };  ///< puts rows back, says how many
  bool older = false;                                                       ///< does not know of holdings
  bool refuse_all = false;
  bool talk_nonsense = false;
  bool silent = false;
  bool stuck_thread = false;

 private:
  using Socket = asio::local::stream_protocol::socket;
  using Acceptor = asio::local::stream_protocol::acceptor;

  asio::awaitable<void> accept(Acceptor& acceptor) {
    while (true) {
      boost::system::error_code error;
      auto peer = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return;
      auto socket = std::make_shared<Socket>(std::move(peer));
      sockets_.push_back(socket);
      asio::co_spawn(loop_, serve(socket), asio::detached);
    }
  }

  asio::awaitable<void> serve(std::shared_ptr<Socket> socket) {
    control::LineSplitter lines(control::largest_request);
    std::array<char, 65536> buffer{};
    while (true) {
      boost::system::error_code error;
      while (const auto line = lines.next()) {
        auto reply = answer(socket, line->text);
        if (reply.empty()) continue;
        reply += '\n';
        co_await asio::async_write(*socket, asio::buffer(reply), asio::redirect_error(asio::use_awaitable, error));
        if (error) co_return;
      }
      const auto count =
          co_await socket->async_read_some(asio::buffer(buffer), asio::redirect_error(asio::use_awaitable, error));
      if (error) co_return;
      lines.feed({buffer.data(), count});
    }
  }

  /// For events only: they are short and fit the socket's buffer.
  static void send(Socket& socket, const std::string& line) {
    boost::system::error_code ignored;
    asio::write(socket, asio::buffer(line + '\n'), ignored);
  }

  std::string answer(const std::shared_ptr<Socket>& socket, const std::string& line) {
    ++asked;
    if (silent) return {};
    if (talk_nonsense) return "{\"id\": what?";
    const auto request = control::decode_request(line);
    const auto* question = std::get_if<control::Request>(&request);
    if (question == nullptr || refuse_all) {
      return control::encode_trouble(question == nullptr ? 0 : question->id,
                                     {control::Refusal::internal, {"不行", "not today"}, {}});
    }
    if (const auto* claim = std::get_if<control::ClaimRows>(&question->ask)) {
      return *control::encode_answer(question->id, rows_for(*claim));
    }
    if (const auto* given = std::get_if<control::GiveReceipt>(&question->ask)) {
      return *control::encode_answer(question->id, control::Receipted{take(*given)});
    }
    if (const auto* told = std::get_if<control::GiveHoldings>(&question->ask)) {
      if (older) {
        return control::encode_trouble(question->id, {control::Refusal::unknown_verb, {"不认识", "unknown verb"}, {}});
      }
      holdings.push_back(told->epochs);
      return *control::encode_answer(question->id, control::Unsent{lose_again()});
    }
    if (std::holds_alternative<control::AwaitRows>(question->ask)) {
      waiting_.emplace_back(socket, question->id);
      return *control::encode_answer(question->id, std::monostate{});
    }
    control::Status status;
    status.gateway = gateway;
    status.threads = {{"store", std::chrono::seconds(stuck_thread ? 40 : 1)}};
    return *control::encode_answer(question->id, status);
  }

  std::vector<control::OutboxRow> rows_for(const control::ClaimRows& claim) {
    ++claims;
    const std::set<Key> skip(claim.skip.begin(), claim.skip.end());
    std::vector<control::OutboxRow> out;
    for (const auto& [key, row] : rows_) {
      if (out.size() >= claim.most) break;
      if (skip.count({row.epoch, row.seq}) == 0) out.push_back(row);
    }
    control::fit_one_line(out);
    return out;
  }

  std::uint64_t take(const control::GiveReceipt& given) {
    std::uint64_t count = 0;
    for (const auto seq : given.seqs) {
      const std::size_t had = rows_.erase({given.epoch == "00000000000000f1" ? 0 : 1, seq});
      count += had;
      if (had == 0) ++receipts_twice;
    }
    return count;
  }

  asio::io_context& loop_;
  std::string path_;
  std::unique_ptr<Acceptor> acceptor_;
  std::list<std::weak_ptr<Socket>> sockets_;
  std::list<std::pair<std::weak_ptr<Socket>, std::uint64_t>> waiting_;
  std::map<std::pair<int, std::uint64_t>, control::OutboxRow> rows_;
  bool news_ = false;
};

}  // namespace inspect::tests
