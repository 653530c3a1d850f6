#include "cloud-bridge/mqtt/mqtt_client.hpp"
#include "tests/cloud-bridge/mqtt/loop.hpp"
#include "tests/cloud-bridge/mqtt/private_broker.hpp"

#include <doctest/doctest.h>

using namespace inspect::bridge;
using namespace inspect::tests;
using namespace std::chrono_literals;

namespace {

/// A broker that lets in only who shows a certificate of its authority.
struct SecureBroker {
  SecureBroker() : authority(broker.dir()) {
    authority.issue("server", "localhost");
    const auto& dir = broker.dir();
    broker.replace_settings("allow_anonymous false\nuse_identity_as_username true\nrequire_certificate true\ncafile " +
                            authority.certificate() + "\ncertfile " + (dir / "server.crt") + "\nkeyfile " +
                            (dir / "server.key") + "\ntls_version tlsv1.3\n");
    broker.start();
  }
  PrivateBroker broker;
  TestAuthority authority;
};

MqttOptions options_for(const SecureBroker& secure, TlsFiles files) {
  MqttOptions options;
  options.host = "localhost";
  options.port = secure.broker.port();
  options.client_id = "gw";
  options.tls = std::move(files);
  options.backoff_least = 20ms;
  options.backoff_most = 50ms;
  return options;
}

/// Up, or the words of the first failure.
std::string outcome(const MqttOptions& options) {
  boost::asio::io_context loop;
  MqttClient client(loop.get_executor(), options);
  std::optional<MqttState> first;
  client.on_state([&](const MqttState& state) {
    if (!first) first = state;
  });
  client.start();
  if (!run_until(loop, [&] { return first.has_value(); })) return "nothing happened";
  return first->up ? "up" : first->why;
}

}  // namespace

TEST_CASE("a gateway with a certificate of the authority is let in over TLS 1.3, others are told why not") {
  SecureBroker secure;
  const auto& dir = secure.broker.dir();
  secure.authority.issue("gateway", "gw-01");
  TestAuthority stranger(dir, "stranger");
  stranger.issue("impostor", "gw-01");
  const auto ca = secure.authority.certificate();

  CHECK(outcome(options_for(secure, {ca, dir / "gateway.crt", dir / "gateway.key"})) == "up");
  CHECK(outcome(options_for(secure, {ca, "", ""})) != "up");
  CHECK(outcome(options_for(secure, {ca, dir / "impostor.crt", dir / "impostor.key"})) != "up");
  const auto wrong_broker =
      outcome(options_for(secure, {stranger.certificate(), dir / "gateway.crt", dir / "gateway.key"}));
  CHECK(wrong_broker.find("certificate") != std::string::npos);
}

TEST_CASE("a broker whose certificate names another host is not believed") {
  SecureBroker secure;
  const auto& dir = secure.broker.dir();
  secure.authority.issue("gateway", "gw-01");
  secure.authority.issue("server", "elsewhere.example");
  // The certificate also carries the address, so only the name is wrong.
  secure.broker.end(15);
  secure.broker.start();
  CHECK(outcome(options_for(secure, {secure.authority.certificate(), dir / "gateway.crt", dir / "gateway.key"})) !=
        "up");
}
