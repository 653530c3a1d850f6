#include "protocol/catalogue/catalogue.hpp"

#include <algorithm>

namespace inspect::catalogue {

namespace {

template <class Entry>
const Entry* find(const std::vector<Entry>& entries, std::string_view key) {
  const auto entry = std::find_if(entries.begin(), entries.end(), [key](const Entry& e) { return e.key == key; });
  return entry == entries.end() ? nullptr : &*entry;
}

}  // namespace

const FaultKind* Catalogue::kind(std::string_view key) const { return find(kinds, key); }
const Part* Catalogue::part(std::string_view key) const { return find(parts, key); }

}  // namespace inspect::catalogue
