#pragma once

#include "protocol/core/text.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace inspect::cli {

struct StatusCommand {
  bool check = false;
};
struct BusesCommand {};
struct DevicesCommand {};
struct PointsCommand {
  std::string device;
};
struct ReadCommand {
  std::string target;
  bool fresh = false;
};
struct WatchCommand {
  std::string target;
};
struct HistoryCommand {
  std::string target;
  std::string since = "1h";  ///< a span before now, or an instant
  std::string until;         ///< empty: now
  std::uint32_t most = 500;
};
struct FindingsCommand {
  bool ended = false;
  bool check = false;
  std::uint32_t most = 100;
};
struct ShowFindingCommand {
  std::string finding;
};
struct AcknowledgeCommand {
  std::string finding;
  std::string by;
};
struct ShelveCommand {
  std::string finding;
  std::string until;  ///< a span from now, or an instant
  std::string reason;
  std::string by;
};
struct UnshelveCommand {
  std::string finding;
  std::string by;
};
struct BusWatchCommand {
  std::string bus;  ///< empty: the only one
};
struct BusTraceCommand {
  std::string bus;
  std::string save;  ///< file to write; empty: none
  std::string read;  ///< file to decode, in place of a bus
  std::string time;  ///< how long; empty: until Ctrl-C
  bool hex = false;
};
struct BusScanCommand {
  std::string bus;
  std::string units = "1-247";
  std::vector<std::string> profiles;  ///< directories; earlier ones win
};
struct UsbCommand {};
struct AdoptUsbCommand {
  std::string device;
  std::string by;
};
struct ProveUsbCommand {
  std::string device;
  std::uint32_t relay = 0;  ///< 0: an instrument
  std::string witness;
  std::string by;
};
struct OutboxCommand {};
struct CheckCommand {
  std::string file;
  bool is_profile = false;            ///< else a site
  std::vector<std::string> profiles;  ///< directories; earlier ones win
  std::string catalogue;              ///< directory; without one there the kinds of fault are not checked
};
/// A recorded site through the agent's judgement.
struct ReplayCommand {
  std::string record;  ///< folder, or readings.bin in it
};
struct CompletionCommand {};
/// For the shell's completion: the names that fit a place, one a line.
struct NamesCommand {
  std::string what;  ///< buses, devices, targets, points, findings
};

using Command =
    std::variant<StatusCommand, BusesCommand, DevicesCommand, PointsCommand, ReadCommand, WatchCommand, HistoryCommand,
                 FindingsCommand, ShowFindingCommand, AcknowledgeCommand, ShelveCommand, UnshelveCommand, OutboxCommand,
                 CheckCommand, ReplayCommand, CompletionCommand, NamesCommand, BusWatchCommand, BusTraceCommand,
                 BusScanCommand, UsbCommand, AdoptUsbCommand, ProveUsbCommand>;

/// What the person asked for.
struct Options {
  std::string socket;
  bool json = false;
  bool colour = true;  ///< false: --no-color
  Language language = Language::en;
  Command command;
};

}  // namespace inspect::cli
