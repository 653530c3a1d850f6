#pragma once

#include "cloud-bridge/mqtt/mqtt_client.hpp"
#include "protocol/core/clock.hpp"
#include "protocol/core/text.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace inspect::bridge {

/// What a certificate says of its holder.
struct Credentials {
  std::string common_name;  ///< user and client id at the broker
  WallTime from{};
  WallTime until{};
};

/// Reads the three files and holds them against each other, at no particular time: the certificate was signed by the
/// authority, for a client, and the key is its own. Else which file is wrong, and the cure.
std::variant<Credentials, Text> read_credentials(const TlsFiles& files);

/// Why the broker will not take these at `now`, or not as `name`; nothing when it should. A `name` of no letters is not
/// compared.
std::optional<Text> objection(const Credentials& held, WallTime now, std::string_view name);

/// The objection, or that the certificate ends before `ends_soon` has passed.
std::optional<Text> warning(const Credentials& held, WallTime now, std::string_view name);

/// Long enough before a certificate's end to bring a new one on a usual visit.
constexpr std::chrono::days ends_soon{60};

/// "2036-11-22": a day in UTC, as people write it.
std::string day_of(WallTime time);

}  // namespace inspect::bridge
