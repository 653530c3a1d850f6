#pragma once

#include "protocol/modbus/owed_answers.hpp"
#include "protocol/modbus/step.hpp"

#include <deque>

namespace inspect::modbus {

/// The read that goes over the wire in place of the one that was wanted: longer by a few registers, behind or before,
/// so that no answer still owed has its length. Remembers which longer reads a device refused.
class ReadShape {
 public:
  /// Chooses the question for `wanted`; false when every one would be fitted by an answer still owed. Writes are never
  /// changed and never held back: a late echo proves nothing, so a write is read back by whoever orders it.
  bool choose(const Request& wanted, const Allowance& allowance, const OwedAnswers& owed);

  [[nodiscard]] const Request& wanted() const { return wanted_; }
  [[nodiscard]] const Request& asked() const { return asked_; }
  [[nodiscard]] bool changed() const { return !(asked_ == wanted_); }
  /// The device does not know the registers beside the wanted ones.
  void refused();
  /// Cuts an answer down to what was wanted.
  [[nodiscard]] Answer cut(Answer answer) const;

 private:
  struct Refused {
    std::uint8_t unit;
    std::uint8_t function;
    std::uint16_t address;
    std::uint16_t quantity;
    friend bool operator==(const Refused&, const Refused&) = default;
  };
  [[nodiscard]] bool usable(const Request& candidate, const OwedAnswers& owed) const;

  static constexpr std::size_t remembered = 64;  ///< the oldest is forgotten first: it costs one more refusal
  std::deque<Refused> refused_;
  Request wanted_;
  Request asked_;
};

}  // namespace inspect::modbus
