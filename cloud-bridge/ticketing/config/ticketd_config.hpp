#pragma once

#include "cloud-bridge/ticketing/ledger/dispatch.hpp"
#include "protocol/settings/problems.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace inspect::ticketing {

struct HttpConfig {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;
  std::string pages = "/usr/share/ticketd/web";
  std::string time_zone = "Asia/Shanghai";  ///< of the sites; the pages show every instant in it
};

struct BrokerConfig {
  std::string host = "127.0.0.1";
  std::uint16_t port = 1883;
  std::string client_id = "ticketd";
  std::string username;
  std::string password_file;
  std::string ca;  ///< PEM; empty: plain TCP, for a broker on the same machine
  std::string certificate;
  std::string key;
};

struct StoreConfig {
  std::string directory = "/var/lib/ticketd";
  int readings_hours = 48;
  bool begin_anew = false;  ///< from the command line only: a lost or damaged database is set aside
};

/// Everything ticketd is told by its file.
struct TicketdConfig {
  HttpConfig http;
  BrokerConfig broker;
  StoreConfig store;
  DispatchTable dispatch;
};

/// Nothing, and every problem with file:line:column and the cure in both languages, when the text is not right.
std::optional<TicketdConfig> parse_config(std::string_view text, settings::Problems& problems);
/// Reads the file the problems are of.
std::optional<TicketdConfig> load_config(settings::Problems& problems);

}  // namespace inspect::ticketing
