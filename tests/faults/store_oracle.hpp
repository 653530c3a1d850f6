#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace inspect::tests {

/// What store_writer said before it ended: the promises the store made.
struct Promises {
  std::uint32_t acknowledged = 0;                                        ///< findings 1..n are committed
  std::map<std::pair<std::string, std::uint64_t>, std::string> batches;  ///< (epoch, seq) → digest of what was sent

  /// Takes whole lines from `text`; an unfinished one waits in `rest`.
  void hear(std::string& rest, const std::string& text);
};

struct Verdict {
  bool opens = false;
  bool corrupt = false;        ///< something was put aside
  std::uint32_t findings = 0;  ///< there, counted
  std::uint64_t lost = 0;      ///< acknowledged, not there
  bool gapless = false;        ///< outbox is exactly 1..n for the findings that are there
  std::uint64_t lost_batches = 0;
  std::uint64_t changed_batches = 0;  ///< (epoch, seq) known to the centre with other content

  [[nodiscard]] bool good() const {
    return opens && !corrupt && lost == 0 && gapless && lost_batches == 0 && changed_batches == 0;
  }
  [[nodiscard]] std::string text() const;
};

/// Opens the store in `directory` as the agent would after a restart, lets it go on for two minutes, and judges.
Verdict judge(const std::string& directory, const Promises& promises);

}  // namespace inspect::tests
