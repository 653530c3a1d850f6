#include "cloud-bridge/ticketing/daemon/ticket_service.hpp"

#include "cloud-bridge/mqtt/mqtt_client.hpp"
#include "tests/cloud-bridge/mqtt/loop.hpp"
#include "tests/cloud-bridge/mqtt/private_broker.hpp"
#include "tests/cloud-bridge/ticketing/http_line.hpp"
#include "tests/cloud-bridge/ticketing/store/broken_disk.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <thread>

using namespace inspect;
using namespace inspect::ticketing;
using namespace inspect::ticketing::test;
namespace asio = boost::asio;
using tests::PrivateBroker;
using tests::run_until;

namespace {

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// The service as `ticketd` runs it, on a thread of its own.
class Running {
 public:
  Running(const PrivateBroker& broker, const std::string& store) {
    TicketdConfig config;
    config.http.port = 0;
    config.http.pages = "cloud-bridge/web";
    config.broker.port = broker.port();
    config.store.directory = store;
    config.dispatch = standard_dispatch();
    auto made = TicketService::make(loop_, config);
    REQUIRE_MESSAGE(made.has_value(), (made ? "" : made.error().message));
    service_ = std::move(*made);
    service_->start();
    port_ = service_->port();
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Running() {
    asio::post(loop_, [this] { service_->stop(); });
    thread_.join();
  }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] std::string get(const std::string& target) const { return ask_once(port_, "GET " + target); }

 private:
  asio::io_context loop_;
  std::unique_ptr<TicketService> service_;
  std::uint16_t port_ = 0;
  std::thread thread_;
};

/// A gateway's side of the broker: sends what it is told and keeps the receipts.
class Gateway {
 public:
  Gateway(asio::io_context& loop, const PrivateBroker& broker, std::string name = "gw-1")
      : loop_(loop), name_(std::move(name)), client_(loop.get_executor(), options(broker)) {
    client_.on_message([this](const bridge::MqttMessage& message) {
      const auto receipt = messages::decode_receipt(message.payload);
      if (!receipt) return;
      for (const auto seq : receipt->seqs) receipted[{receipt->epoch, seq}] += 1;
      if (on_receipt) on_receipt(*receipt);
    });
    client_.start();
  }
  void send(const Incoming& incoming) {
    bridge::MqttMessage message(incoming.topic, incoming.payload);
    asio::co_spawn(loop_, client_.publish(std::move(message)), asio::detached);
  }
  [[nodiscard]] bool up() const { return client_.up(); }
  [[nodiscard]] int receipts(std::uint64_t seq, const std::string& epoch = epoch_a) const {
    const auto found = receipted.find({epoch, seq});
    return found == receipted.end() ? 0 : found->second;
  }

  std::map<std::pair<std::string, std::uint64_t>, int> receipted;
  std::function<void(const messages::Receipt&)> on_receipt;

 private:
  bridge::MqttOptions options(const PrivateBroker& broker) const {
    bridge::MqttOptions wanted;
    wanted.port = broker.port();
    wanted.client_id = name_;
    wanted.backoff_least = 20ms;
    wanted.backoff_most = 100ms;
    wanted.subscriptions = {messages::topic(messages::Channel::receipt, name_)};
    return wanted;
  }
  asio::io_context& loop_;
  std::string name_;
  bridge::MqttClient client_;
};

struct Scene {
  PrivateBroker broker;
  TemporaryDirectory home;
  asio::io_context loop;
  std::unique_ptr<Running> service;
  std::unique_ptr<Gateway> gateway;

  Scene() {
    broker.start();
    start_service();
    gateway = std::make_unique<Gateway>(loop, broker);
    REQUIRE(until([&] { return gateway->up(); }));
  }
  void start_service() {
    service = std::make_unique<Running>(broker, home.path());
    REQUIRE(until([&] { return holds(service->get("/healthz"), R"("broker":"up")"); }));
  }
  bool until(const std::function<bool()>& condition) { return run_until(loop, condition); }
  /// Sent until it is receipted, as a gateway does.
  bool receipted(const Incoming& incoming, std::uint64_t seq) {
    const auto before = gateway->receipts(seq);
    int patience = 0;
    return until([&] {
      if (patience++ % 100 == 0) gateway->send(incoming);
      return gateway->receipts(seq) > before;
    });
  }
};

}  // namespace

TEST_CASE("a receipt comes back when the finding is in the database, and not before") {
  Scene scene;
  int looked = 0;
  // A reader of its own: what it sees has been committed.
  scene.gateway->on_receipt = [&](const messages::Receipt& receipt) {
    SQLite::Database reader(scene.home.path() + "/tickets.db", SQLite::OPEN_READONLY);
    for (const auto seq : receipt.seqs) {
      SQLite::Statement query(reader, "SELECT count(*) FROM inbox WHERE gateway = ? AND epoch = ? AND seq = ?");
      query.bind(1, receipt.gateway);
      query.bind(2, receipt.epoch);
      query.bind(3, static_cast<std::int64_t>(seq));
      REQUIRE(query.executeStep());
      CHECK(query.getColumn(0).getInt() == 1);
      ++looked;
    }
  };
  for (std::uint64_t seq = 1; seq <= 100; ++seq) {
    scene.gateway->send(Sample{.seq = seq, .device = "seat-" + std::to_string(seq)}.incoming());
  }
  REQUIRE(scene.until([&] { return scene.gateway->receipted.size() == 100; }));
  CHECK(looked >= 100);
  CHECK(holds(scene.service->get("/api/v1/tickets?limit=1"), R"("total":100)"));
}

TEST_CASE("a store that cannot write gives no receipt, says so, and takes the repeat when it can again") {
  Scene scene;
  REQUIRE(scene.receipted(Sample{}.incoming(), 1));
  Line page(scene.service->port());
  page.send("GET /api/v1/events HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(holds(page.until("event: hello"), "event: hello"));
  const auto second = Sample{.seq = 2, .device = "seat-08"}.incoming();
  {
    const FrozenFiles frozen;
    scene.gateway->send(second);
    REQUIRE(scene.until([&] { return holds(scene.service->get("/healthz"), "HTTP/1.1 503"); }));
    const auto health = scene.service->get("/healthz");
    CHECK(holds(health, R"("store":"cannot_write","since":")"));
    CHECK(holds(health, R"("broker":"up")"));
    CHECK(holds(page.until("cannot_write"), "event: health\ndata: {\"store\":\"cannot_write\""));
    // People are told as well, and may read.
    const auto refused =
        ask_once(scene.service->port(), "POST /api/v1/tickets/T-2026-000001/note", R"({"by":"a","note":"b"})");
    CHECK(holds(refused, "HTTP/1.1 503"));
    CHECK(holds(scene.service->get("/api/v1/tickets"), R"("total":1)"));
    CHECK(scene.gateway->receipts(2) == 0);
  }
  REQUIRE(scene.until([&] { return holds(scene.service->get("/healthz"), "HTTP/1.1 200"); }));
  CHECK(holds(page.until("\"ok\""), "event: health\ndata: {\"store\":\"ok\""));
  CHECK(scene.gateway->receipts(2) == 0);
  CHECK(scene.receipted(second, 2));
  CHECK(holds(scene.service->get("/api/v1/tickets"), R"("total":2)"));
}

TEST_CASE("after a restart the repeat of a message is receipted again and makes nothing twice") {
  Scene scene;
  const auto message = Sample{}.incoming();
  REQUIRE(scene.receipted(message, 1));
  scene.service.reset();
  scene.start_service();
  REQUIRE(scene.receipted(message, 1));
  const auto list = scene.service->get("/api/v1/tickets");
  CHECK(holds(list, R"("total":1)"));
  CHECK(holds(list, "T-"));
}

TEST_CASE("what came while the service was away waits at the broker and is taken when it is back") {
  Scene scene;
  scene.service.reset();
  scene.gateway->send(Sample{.seq = 3}.incoming());
  scene.start_service();
  REQUIRE(scene.until([&] { return scene.gateway->receipts(3) > 0; }));
}

TEST_CASE("a broker that goes away is told, and found again without a restart") {
  Scene scene;
  Line page(scene.service->port());
  page.send("GET /api/v1/events HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(holds(page.until("event: hello"), "event: hello"));
  scene.broker.end(SIGKILL);
  CHECK(holds(page.until(R"("broker":"down")"), "event: health"));
  const auto health = scene.service->get("/healthz");
  CHECK(holds(health, "HTTP/1.1 200"));
  CHECK(holds(health, R"("broker":"down")"));
  scene.broker.start();
  CHECK(holds(page.until(R"("broker":"up")"), "event: health"));
  REQUIRE(scene.until([&] { return scene.gateway->up(); }));
  CHECK(scene.receipted(Sample{.seq = 4}.incoming(), 4));
}

TEST_CASE("poison and a flood of it are put aside, and the good finding between them is receipted") {
  Scene scene;
  for (int i = 0; i < 50; ++i) scene.gateway->send({"site/gw-1/up/finding", "{\"broken\":" + std::to_string(i)});
  CHECK(scene.receipted(Sample{.seq = 9}.incoming(), 9));
  CHECK(holds(scene.service->get("/api/v1/quarantine"), R"("topic":"site/gw-1/up/finding")"));
}

TEST_CASE("pages that watch see a ticket the moment it is committed, and do not keep the service from ending") {
  Scene scene;
  std::vector<std::unique_ptr<Line>> pages;
  for (int i = 0; i < 8; ++i) {
    pages.push_back(std::make_unique<Line>(scene.service->port()));
    pages.back()->send("GET /api/v1/events HTTP/1.1\r\nHost: a\r\n\r\n");
    REQUIRE(holds(pages.back()->until("event: hello"), "event: hello"));
  }
  REQUIRE(scene.receipted(Sample{.seq = 5}.incoming(), 5));
  for (const auto& page : pages) CHECK(holds(page->until("event: ticket"), "event: ticket"));
  const auto begun = std::chrono::steady_clock::now();
  scene.service.reset();
  CHECK(std::chrono::steady_clock::now() - begun < 10s);
  for (const auto& page : pages) CHECK(page->ends());
}

TEST_CASE("what keeps the service from starting is said, not thrown") {
  const TemporaryDirectory home;
  asio::io_context loop;
  TicketdConfig config;
  config.http.port = 0;
  config.http.pages = "cloud-bridge/web";
  config.store.directory = home.path();
  const auto complaint = [&] {
    const auto made = TicketService::make(loop, config);
    return made ? std::string() : made.error().message;
  };
  config.http.pages = "/nowhere";
  CHECK(holds(complaint(), "/nowhere"));
  config.http.pages = "cloud-bridge/web";
  config.http.address = "no address";
  CHECK(holds(complaint(), "no address"));
  config.http.address = "127.0.0.1";
  config.store.directory = "/proc/nothing";
  CHECK(holds(complaint(), "/proc/nothing"));
  config.store.directory = home.path();
  const auto first = TicketService::make(loop, config);
  REQUIRE(first.has_value());
  CHECK(holds(complaint(), "another ticketd"));
}
