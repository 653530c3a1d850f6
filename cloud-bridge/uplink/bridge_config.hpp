#pragma once

#include "cloud-bridge/mqtt/mqtt_client.hpp"
#include "cloud-bridge/uplink/agent_watch.hpp"
#include "protocol/settings/problems.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace inspect::bridge {

struct BrokerConfig {
  std::string host;
  std::uint16_t port = 8883;
  std::optional<TlsFiles> tls;
  bool plain = false;  ///< said out loud by whoever wants no TLS
  std::string username;
  std::string password_file;
  std::chrono::seconds keep_alive{30};
  std::chrono::milliseconds retry_least{1000};
  std::chrono::milliseconds retry_most{300'000};
};

struct BridgeConfig {
  std::string agent_socket = "/run/inspectd/control.sock";
  std::string gateway;  ///< empty: the agent is asked
  BrokerConfig broker;
  std::chrono::milliseconds resend_after{30'000};
  std::string log_level = "info";
  StatePace pace;  ///< agreed with the centre, so not the file's to say
};

/// Reads the file the problems are of; nothing, and every problem with file:line:column and the cure, when it is wrong.
std::optional<BridgeConfig> load_config(settings::Problems& problems);
std::optional<BridgeConfig> parse_config(const std::string& text, settings::Problems& problems);
/// What a file's text cannot show: certificate and key can be read, and the key is nobody else's to read.
void check_files(const BridgeConfig& config, settings::Problems& problems);
/// The tables of the settings, as Markdown.
std::string config_reference();

}  // namespace inspect::bridge
