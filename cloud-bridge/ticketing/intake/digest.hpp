#pragma once

#include "cloud-bridge/ticketing/store/rows.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace inspect::ticketing {

Digest sha256(std::string_view bytes);

/// Lower-case hexadecimal.
std::string hex(const Digest& digest);

/// The key of a message that cannot be read as a whole: the first `"id":"<16 hex>-<number>"` in its bytes. Good enough
/// to say which row of its sender it was, and trusted for nothing else.
std::optional<InboxKey> peek_key(std::string_view gateway, std::string_view payload);

/// Printable ASCII of what a stranger wrote, cut to `most` bytes: it goes into log lines and reasons.
std::string harmless(std::string_view text, std::size_t most);

}  // namespace inspect::ticketing
