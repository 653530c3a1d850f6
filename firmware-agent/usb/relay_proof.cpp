#include "firmware-agent/usb/relay_proof.hpp"

#include <utility>

namespace inspect::agent {

namespace asio = boost::asio;

namespace {

constexpr int rounds = 2;

asio::awaitable<Result<void>> move(drivers::RelayBoard& board, std::uint8_t channel, bool on, const ProofMeans& means) {
  auto action = "relay." + std::to_string(channel) + (on ? ".on" : ".off");
  auto permit = means.permit(action);
  if (!permit) co_return permit.error();
  const usb::RelayOrder order{channel, on};
  co_return co_await board.order(order, std::move(action), std::move(*permit));
}

/// The output to `on`, and whether the input is then as expected.
asio::awaitable<Result<void>> see(const OutputProof& proof, bool on, bool expected) {
  auto moved = co_await proof.move(on);
  if (!moved) co_return moved;
  co_await proof.settle();
  const auto seen = co_await proof.witness();
  if (!seen) co_return seen.error();
  if (*seen == expected) co_return Result<void>{};
  co_return fail(Errc::device_refused,
                 "the input did not follow; look whether another board was moved, and how the input is wired");
}

}  // namespace

asio::awaitable<Result<void>> prove_output(bool was, OutputProof proof) {
  const auto input = co_await proof.witness();
  if (!input) co_return input.error();
  for (int round = 0; round < rounds; ++round) {
    auto away = co_await see(proof, !was, !*input);
    auto back = co_await see(proof, was, *input);
    if (!away) co_return away;
    if (!back) co_return back;
  }
  co_return Result<void>{};
}

asio::awaitable<Result<void>> prove_relay(drivers::RelayBoard& board, std::uint8_t channel, ProofMeans means) {
  if (channel < 1 || channel > board.layout().channels) {
    co_return fail(Errc::invalid_argument, "the board has no relay " + std::to_string(channel));
  }
  const auto before = co_await board.read();
  if (!before) co_return before.error();
  OutputProof proof;
  proof.move = [&](bool on) { return move(board, channel, on, means); };
  proof.witness = means.witness;
  proof.settle = means.settle;
  co_return co_await prove_output(before->on[channel - 1U], std::move(proof));
}

}  // namespace inspect::agent
