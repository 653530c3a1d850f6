#include "protocol/catalogue/catalogue.hpp"

#include <algorithm>

namespace inspect::catalogue {

namespace {

template <class Entries>
auto find(const Entries& entries, std::string_view key) -> decltype(entries.data()) {
  const auto entry = std::find_if(entries.begin(), entries.end(), [key](const auto& e) { return e.key == key; });
  return entry == entries.end() ? nullptr : &*entry;
}

}  // namespace

const FaultKind* Catalogue::kind(std::string_view key) const { return find(kinds, key); }
Text department_name(std::string_view key) {
  const auto* known = find(departments, key);
  return known == nullptr ? Text{std::string(key), std::string(key)}
                          : Text{std::string(known->zh), std::string(known->en)};
}

const Part* Catalogue::part(std::string_view key) const { return find(parts, key); }

}  // namespace inspect::catalogue
