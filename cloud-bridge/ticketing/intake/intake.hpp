#pragma once

#include "cloud-bridge/ticketing/desk/book.hpp"
#include "cloud-bridge/ticketing/intake/lives.hpp"
#include "protocol/messages/topics.hpp"

#include <map>
#include <span>
#include <string>
#include <vector>

namespace inspect::ticketing {

/// One message as the broker hands it over. Nothing in it is trusted; the topic alone says who sent it, because the
/// broker let that gateway write there.
struct Incoming {
  std::string topic;
  std::string payload;
};

/// What became of a batch, all of it committed.
struct Taken {
  std::vector<messages::Receipt> receipts;   ///< at most 256 numbers each
  std::vector<messages::Holdings> holdings;  ///< for gateways that should compare; before any later receipt
  std::vector<TicketId> tickets;             ///< that changed
  std::vector<std::string> gateways;         ///< that were heard
  std::size_t fresh = 0;
  std::size_t repeats = 0;
  std::size_t poisoned = 0;
  std::size_t conflicts = 0;  ///< numbers that came before with other content
  std::size_t refused = 0;    ///< not receipted: the quarantine is full, or no life is left for it
};

/// From bytes to committed tickets. No socket and no clock in it.
class Intake {
 public:
  Intake(Book& book, TicketStore& store, const DispatchTable& dispatch, StoreLimits limits = {});

  /// Takes a batch in one transaction. On an error nothing was taken and nothing may be receipted; the gateways send
  /// again.
  Result<Taken> take(std::span<const Incoming> batch, WallTime now);

  /// Two gateways use this name, as far as was heard up to `at`.
  [[nodiscard]] bool twins(const std::string& gateway, WallTime at) const { return twins_.twins(gateway, at); }

 private:
  class Batch;
  struct Held {
    std::uint64_t keyed = 0;
    std::uint64_t loose = 0;
  };
  Result<Held*> held_by(const std::string& gateway);
  /// What the gateway is to be told now, if it was not of late.
  std::optional<messages::Holdings> holdings_for(const std::string& gateway, WallTime now);

  Book& book_;
  TicketStore& store_;
  const DispatchTable& dispatch_;
  StoreLimits limits_;
  std::map<std::string, Held> held_;  ///< rows in quarantine by gateway
  TwinWatch twins_;
  std::map<std::string, WallTime> told_holdings_;  ///< when each gateway was told last; none since the start
};

}  // namespace inspect::ticketing
