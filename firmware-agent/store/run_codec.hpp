#pragma once

#include "firmware-agent/store/open_block.hpp"

#include <span>

namespace inspect::agent::storage {

/// One point's runs of one block as few bytes as may be: columns of differences, then zstd when that is shorter.
/// Lossless for every double, also for those that did not come from a scaled integer.
std::string encode_runs(std::span<const Run> runs, const Scaling& scaling);
/// Strict; Errc::storage on anything `encode_runs` would not have written.
Result<std::vector<Run>> decode_runs(std::string_view bytes, const Scaling& scaling);

/// zstd with a bound on what may come out. Errc::storage when it is damaged or larger.
std::string compress(std::string_view bytes);
Result<std::string> decompress(std::string_view bytes, std::size_t most);

}  // namespace inspect::agent::storage
