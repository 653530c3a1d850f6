#include "cloud-bridge/uplink/bridge_config.hpp"

#include "tests/cloud-bridge/mqtt/private_broker.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <fstream>
#include <sstream>

using namespace inspect;
using namespace inspect::bridge;
using namespace std::chrono_literals;

namespace {

std::string text_of(const std::string& path) {
  std::ifstream in(path);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

/// The error of a text, which must be one.
std::string complaint(const std::string& text) {
  settings::Problems problems("bridge.toml");
  CHECK_FALSE(parse_config(text, problems).has_value());
  REQUIRE_FALSE(problems.empty());
  return problems.error().message;
}

std::optional<BridgeConfig> read(const std::string& text) {
  settings::Problems problems("x");
  return parse_config(text, problems);
}

/// What the files of a configuration are told to be wrong with, in English and in Chinese.
Text wrong_files(const BridgeConfig& config) {
  settings::Problems problems("bridge.toml");
  check_files(config, problems);
  Text all;
  for (const auto& line : problems.lines()) {
    all.zh += line.zh + '\n';
    all.en += line.en + '\n';
  }
  return all;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the example configuration is good and says what it says") {
  settings::Problems problems("examples/bridge.toml");
  const auto config = load_config(problems);
  REQUIRE_MESSAGE(config.has_value(), problems.error().message);
  CHECK(config->agent_socket == "/run/inspectd/control.sock");
  CHECK(config->gateway.empty());
  CHECK(config->broker.host == "mqtt.example.org");
  CHECK(config->broker.port == 8883);
  REQUIRE(config->broker.tls);
  CHECK(config->broker.tls->key == "/etc/inspectd/pki/gateway.key");
  CHECK(config->resend_after == 30s);
  CHECK(config->broker.retry_least == 1s);
  CHECK(config->broker.retry_most == 300s);
}

TEST_CASE("a mistake is shown with its place and a cure") {
  CHECK(has(complaint("[broker]\nhost = \"h\"\nplain = true\nport = 70000\n"), "bridge.toml:4:8: "));
  CHECK(has(complaint("[broker]\nhost = \"h\"\nplain = true\nprt = 1\n"), "did you mean \"port\""));
  CHECK(has(complaint("gateway = \"GW/1\"\n[broker]\nhost = \"h\"\nplain = true\n"), "bridge.toml:1:11: "));
  CHECK(has(complaint("[broker]\nplain = true\n"), "\"host\" is missing"));
  CHECK(has(complaint("resend_after_ms = 5000\n"), "\"broker\" is missing"));
  CHECK(has(complaint("[broker\nhost"), "bridge.toml:1:"));
}

TEST_CASE("a connection without TLS must be asked for in so many words, and not together with TLS") {
  CHECK(has(complaint("[broker]\nhost = \"h\"\n"), "plain = true"));
  CHECK(has(complaint("[broker]\nhost = \"h\"\nplain = true\n[broker.tls]\nca=\"a\"\ncertificate=\"b\"\nkey=\"c\"\n"),
            "keep one"));
  CHECK(has(complaint("[broker]\nhost = \"h\"\n[broker.tls]\nca=\"a\"\ncertificate=\"b\"\n"), "\"key\" is missing"));
  CHECK(read("[broker]\nhost = \"h\"\nplain = true\n").has_value());
}

TEST_CASE("the waits between attempts must be in order") {
  CHECK(has(complaint("[broker]\nhost=\"h\"\nplain=true\nretry_least_ms=500\nretry_most_ms=100\n"), "retry_least_ms"));
}

TEST_CASE("an example that is cut anywhere is refused or means the same") {
  const auto whole = text_of("examples/bridge.toml");
  const auto meant = *read(whole);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto config = read(whole.substr(0, length));
    if (!config) continue;
    CAPTURE(length);
    REQUIRE(config->broker.tls);
    CHECK(config->broker.tls->ca == meant.broker.tls->ca);
    CHECK(config->broker.tls->key == meant.broker.tls->key);
    CHECK(config->broker.port == meant.broker.port);
  }
}

TEST_CASE("a private key that others can read is refused, and so is a file that is not there") {
  tests::TempDir dir;
  BridgeConfig config;
  config.broker.tls = TlsFiles{dir / "ca.crt", dir / "gw.crt", dir / "gw.key"};
  // All that is missing at once: a technician drives to the site once.
  for (const auto* file : {"ca.crt", "gw.crt", "gw.key"}) {
    CHECK(has(wrong_files(config).en, std::string(file) + " cannot be read"));
    CHECK(has(wrong_files(config).zh, std::string(file) + " 读不了"));
  }
  for (const auto* file : {"ca.crt", "gw.crt", "gw.key"}) tests::write_file(dir / file, "pem");
  ::chmod((dir / "gw.key").c_str(), 0644);
  CHECK(has(wrong_files(config).en, "chmod 600"));
  CHECK(has(wrong_files(config).zh, "可被他人读取；请运行：chmod 600"));
  ::chmod((dir / "gw.key").c_str(), 0600);
  CHECK(wrong_files(config) == Text{});
}

TEST_CASE("every key is explained, in both languages") {
  const auto page = config_reference();
  for (const auto* key : {"agent_socket", "gateway", "resend_after_ms", "host", "port", "ca", "key", "keep_alive_s"}) {
    CAPTURE(key);
    CHECK(has(page, "| `" + std::string(key) + "` |"));
  }
  CHECK(has(page, "上行桥"));
}

TEST_CASE("the page of documentation shows the keys as they are") {
  const auto page = text_of("cloud-bridge/docs/inspect-bridge.md");
  CHECK_MESSAGE(has(page, config_reference()), "put the output of inspect-bridge --explain into the page");
}
