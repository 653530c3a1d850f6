#pragma once

#include "drivers/permit/write_permit.hpp"
#include "drivers/relay_board/relay_board.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <string>

namespace inspect::agent {

/// What a proof needs beside the board.
struct ProofMeans {
  /// The independent input, read now.
  std::function<boost::asio::awaitable<Result<bool>>()> witness;
  /// A permit for an action of the board ("relay.3.on"), asked for each time it is to be moved.
  std::function<Result<drivers::WritePermit>(const std::string& action)> permit;
  /// Lets the contact bounce and the input be read: between moving and looking.
  std::function<boost::asio::awaitable<void>()> settle;
};

/// Moves one relay away from where it is and back, twice, and looks each time whether the input follows: once might be
/// chance. The input may follow the relay or its inverse. The relay is put back whatever comes of it. `device_refused`:
/// the input did not follow; another board may have been moved.
boost::asio::awaitable<Result<void>> prove_relay(drivers::RelayBoard& board, std::uint8_t channel, ProofMeans means);

}  // namespace inspect::agent
