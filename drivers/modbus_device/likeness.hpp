#pragma once

#include "drivers/profiles/profile.hpp"
#include "protocol/modbus/frame.hpp"

#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace inspect::drivers {

/// How a line is set, as far as it tells models apart.
struct LineFormat {
  std::uint32_t baud = 9600;
  Parity parity = Parity::none;
};

/// What an unknown unit said to one question; nothing: silence.
using Reply = std::pair<modbus::Request, std::optional<modbus::Answer>>;

/// How much an unknown unit is like a model. Signs: its constant (where the profile knows one), that it answers the
/// profile's questions, that what it says can be by the profile, and that the line is set as it leaves the factory.
struct Likeness {
  std::string model;
  unsigned signs = 0;   ///< seen …
  unsigned of = 0;      ///< … of so many that could be
  bool proven = false;  ///< the constant is right
  unsigned values = 0;  ///< points that were answered: of two models with equal signs the one with more is nearer

  friend bool operator==(const Likeness&, const Likeness&) = default;
};

/// Reads that tell whether a unit is of this model: its constant, and its first questions; at most four. All to unit 1.
/// None for what speaks no Modbus.
std::vector<modbus::Request> telling_questions(const Profile& profile);

/// Nothing: it is not of this model (its constant is another, or it answers none of the questions). `line`: nothing
/// where there is no serial line.
std::optional<Likeness> likeness(const Profile& profile, std::span<const Reply> replies,
                                 const std::optional<LineFormat>& line);

/// The likely models, nearest first: a proven one, then the larger share of signs, then more of them, then more values.
std::vector<Likeness> rank(std::vector<Likeness> found);

/// Questions that find units of any of these models: for every function that one of them reads, one address, the one
/// most of them know; the function that most of them read is first.
std::vector<modbus::Request> finding_questions(std::span<const Profile> profiles);

}  // namespace inspect::drivers
