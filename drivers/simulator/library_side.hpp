#pragma once

#include "drivers/simulator/tables.hpp"
#include "protocol/core/error.hpp"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace inspect::sim {

/// libmodbus as the device: it reads the question, moves the tables and words the answer, so the simulator shares no
/// line of code with the agent's own frames. It never sees a wire: time and faults are ours.
class LibrarySide {
 public:
  /// Fails when no pair of sockets can be had.
  static Result<LibrarySide> make();
  LibrarySide(LibrarySide&&) noexcept;
  LibrarySide& operator=(LibrarySide&&) noexcept;
  ~LibrarySide();

  /// `request` is a PDU (function code first) of a form that `well_formed` accepts. Empty when the library failed.
  std::vector<std::uint8_t> answer(std::span<const std::uint8_t> request, Tables& tables);

 private:
  struct Context;
  explicit LibrarySide(std::unique_ptr<Context> context);
  std::unique_ptr<Context> context_;
};

}  // namespace inspect::sim
