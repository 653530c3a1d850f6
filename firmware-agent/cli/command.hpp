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
  std::string time;  ///< how long; empty: until Ctrl-C
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
  std::string bus;   ///< empty: the only one
  std::string time;  ///< how long; empty: until Ctrl-C
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
struct ExamCommand {};
struct BeginExamCommand {
  std::string length = "4h";  ///< a span from now
  std::string by;
};
struct EndExamCommand {
  std::string by;
};
struct OrderCommand {
  std::string device;
  std::string output;  ///< "relay.3"
  std::string word;    ///< on, off, pulse, cancel, …
  std::string length;  ///< a span; empty: not said
  std::string by;
};
struct ProveCommand {
  std::string device;
  std::string output;
  std::string witness;
  std::string by;
};
struct TestCommand {
  std::string test;  ///< empty: list them
  std::string by;
};
struct TrendCommand {
  std::string device;
  std::string point;
  std::string svg;  ///< file to write; empty: drawn on the terminal
};
struct ForecastsCommand {
  std::uint32_t most = 50;
};
struct PartReplacedCommand {
  std::string device;
  std::string point;  ///< empty: the whole device
  std::string part;
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
  std::string what;  ///< buses, devices, targets, points, findings, tests
};

using Command =
    std::variant<StatusCommand, BusesCommand, DevicesCommand, PointsCommand, ReadCommand, WatchCommand, HistoryCommand,
                 FindingsCommand, ShowFindingCommand, AcknowledgeCommand, ShelveCommand, UnshelveCommand, OutboxCommand,
                 CheckCommand, ReplayCommand, CompletionCommand, NamesCommand, BusWatchCommand, BusTraceCommand,
                 BusScanCommand, UsbCommand, AdoptUsbCommand, ProveUsbCommand, ExamCommand, BeginExamCommand,
                 EndExamCommand, OrderCommand, ProveCommand, TestCommand, TrendCommand, ForecastsCommand,
                 PartReplacedCommand>;

/// What the person asked for.
struct Options {
  std::string socket;
  bool json = false;
  bool colour = true;  ///< false: --no-color
  Language language = Language::en;
  Command command;
};

}  // namespace inspect::cli
