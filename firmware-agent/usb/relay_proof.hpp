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

/// An output of any device, and the independent input that is wired to it.
struct OutputProof {
  std::function<boost::asio::awaitable<Result<void>>(bool on)> move;
  std::function<boost::asio::awaitable<Result<bool>>()> witness;
  std::function<boost::asio::awaitable<void>()> settle;
};

/// Moves the output away from where it `was` and back, twice, and looks each time whether the input follows: once might
/// be chance. The input may follow the output or its inverse. The output is put back whatever comes of it.
/// `device_refused`: the input did not follow; another device may have been moved.
boost::asio::awaitable<Result<void>> prove_output(bool was, OutputProof proof);

/// The same for a relay of a board that is no Modbus device.
boost::asio::awaitable<Result<void>> prove_relay(drivers::RelayBoard& board, std::uint8_t channel, ProofMeans means);

}  // namespace inspect::agent
