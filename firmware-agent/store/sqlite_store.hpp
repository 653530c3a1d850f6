#pragma once

#include "firmware-agent/store/store.hpp"
#include "protocol/messages/message.hpp"

#include <chrono>
#include <functional>
#include <string>

namespace inspect::agent {

/// How much of what is over is kept. Open findings and rows without a receipt have no bound: they are promises.
struct LedgerBounds {
  std::chrono::hours ended_age{24 * 400};     ///< of a finding, since its end; needs a clock that can be believed
  std::uint64_t ended_bytes = 64ULL << 20;    ///< of ended findings with their events and readings
  std::chrono::hours receipted_age{24 * 14};  ///< twice the age of the oldest backup of the centre (reliability 5.1)
  std::uint64_t receipted_bytes = 64ULL << 20;
  std::uint32_t events_of_open = 500;  ///< of one open finding, newest
};

/// What the store is given from outside, so that tests can play clock, codec and a small disk.
struct StoreOptions {
  std::function<std::string(const messages::FindingMessage&)> encode_finding;
  std::function<std::string(const messages::ReadingsMessage&)> encode_readings;
  std::function<Moment()> now;                   ///< called on the loop and on the store's thread
  std::function<void(const std::string&)> warn;  ///< called on the loop: quarantine, lost space, recovered space
  std::string boot_id;                           ///< of this boot of the machine; empty: the kernel's
  /// On a tmpfs, kept over a restart of the process: takes each second's readings. Empty: where `site.socket` lies, and
  /// if that is no directory yet, the store's own (which costs more flash).
  std::string tail_directory;
  std::uint64_t reserve_bytes = 16ULL << 20;  ///< held back for findings (reliability F10)
  /// The journal goes into the history database this often, or when it is full. Measured on the reference site: every
  /// hour 24.9 MB of flash a day, every three 21.7.
  std::chrono::seconds compact_every{3 * 3600};
  const char* findings_synchronous = "FULL";  ///< only the power-cut test that must fail sets NORMAL
  LedgerBounds bounds;
  bool own_timer = true;  ///< false: gather() alone drives the cadence
};

/// The product's codecs and clocks; `warn` says nothing.
StoreOptions default_store_options();

Result<std::unique_ptr<Store>> open_store(const Site& site, boost::asio::any_io_executor loop, StoreOptions options);

}  // namespace inspect::agent
