#pragma once

#include "firmware-agent/store/files.hpp"

#include <cstdint>
#include <string>

namespace inspect::agent::storage {

/// Space held back so that findings still fit when the disk is full (reliability F10). It is given up for them and
/// taken again when twice as much is free, so that it does not flap.
class Reserve {
 public:
  Reserve(std::string directory, std::uint64_t bytes);

  /// Takes the space if it is not held and there is room. True when it is held afterwards.
  bool hold();
  /// Gives it back to the disk. True when there was something to give.
  bool release();
  [[nodiscard]] bool held() const { return held_; }

 private:
  std::string directory_;
  std::string path_;
  std::uint64_t bytes_;
  bool held_ = false;
};

}  // namespace inspect::agent::storage
