#pragma once

#include "cloud-bridge/ticketing/ledger/ticket.hpp"
#include "protocol/core/text.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace inspect::ticketing {

/// Somebody who can be told. `contact` is shown to people; sending comes with the notices.
struct Party {
  std::string key;
  Text name;
  std::string head;  ///< who answers for it
  std::string contact;
};

/// Which kind of fault goes where, by the longest prefix ("relay." or "relay.welded").
struct Rule {
  std::string prefix;
  std::string department;
};

/// S4 and S6: customer service meets every fault first, a department gets what is its trade, the company hears of major
/// ones.
struct DispatchTable {
  Party customer_service;
  Party company;
  std::vector<Party> departments;
  std::vector<Rule> rules;
  std::string fallback;  ///< department of a kind no rule knows

  [[nodiscard]] const Party* department(std::string_view key) const;
  /// The rule for the kind, else what the site's first analysis says if that department exists, else the fallback.
  [[nodiscard]] const std::string& department_of(const Finding& finding) const;
};

/// The table of the service plan, used where the configuration gives none.
DispatchTable standard_dispatch();

}  // namespace inspect::ticketing
