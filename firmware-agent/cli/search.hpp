#pragma once

#include "drivers/modbus_device/likeness.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace inspect::cli {

/// A unit that answered.
struct FoundUnit {
  std::uint8_t unit = 0;
  modbus::Request question;               ///< the one it answered first
  std::optional<std::uint8_t> exception;  ///< with a refusal: it is there all the same
  std::vector<drivers::Likeness> likely;  ///< nearest first; empty: like no profile
};

/// What a search for unknown devices asks next: every unit one question of each function that some profile reads, the
/// likeliest function of all units first; of a unit that answers, what tells the profiles apart. Pure; reads only.
class Search {
 public:
  /// `profiles` must outlive it.
  Search(std::vector<std::uint8_t> units, const std::vector<drivers::Profile>& profiles,
         std::optional<drivers::LineFormat> line);

  /// The next question; nothing: all has been asked.
  [[nodiscard]] std::optional<modbus::Request> next() const;
  /// What came on it; nothing: silence. Returns a unit when everything about it is known.
  std::optional<FoundUnit> take(const std::optional<modbus::Answer>& answer);

  /// Questions that find units: asked, and to be asked if no further unit is found.
  [[nodiscard]] std::size_t asked() const { return asked_; }
  [[nodiscard]] std::size_t to_ask() const;
  [[nodiscard]] std::size_t found() const { return found_; }

 private:
  void look_at(std::uint8_t unit, const std::optional<modbus::Answer>& answer);
  [[nodiscard]] FoundUnit conclude();
  void forward();

  std::vector<std::uint8_t> units_;  ///< that have not answered
  const std::vector<drivers::Profile>& profiles_;
  std::optional<drivers::LineFormat> line_;
  std::vector<modbus::Request> finding_;
  std::size_t round_ = 0;
  std::size_t place_ = 0;
  std::size_t asked_ = 0;
  std::size_t found_ = 0;

  std::optional<FoundUnit> looking_at_;
  std::vector<modbus::Request> telling_;  ///< still to be asked of it
  std::vector<drivers::Reply> replies_;
};

}  // namespace inspect::cli
