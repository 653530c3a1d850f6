#include "cloud-bridge/ticketing/ledger/dispatch.hpp"

namespace inspect::ticketing {

const Party* DispatchTable::department(std::string_view key) const {
  for (const auto& party : departments) {
    if (party.key == key) return &party;
  }
  return nullptr;
}

const std::string& DispatchTable::department_of(const Finding& finding) const {
  const Rule* best = nullptr;
  for (const auto& rule : rules) {
    if (finding.id.kind.starts_with(rule.prefix) && (!best || rule.prefix.size() > best->prefix.size())) best = &rule;
  }
  if (best) return best->department;
  return department(finding.analysis.department) ? finding.analysis.department : fallback;
}

DispatchTable standard_dispatch() {
  DispatchTable table;
  table.customer_service = {"customer-service", {"客户服务部", "Customer service"}, "", ""};
  table.company = {"company", {"公司", "Company"}, "", ""};
  table.departments = {
      {"relay-electronics", {"继电器电子部", "Relay electronics"}, "", ""},
      {"power", {"电源部", "Power"}, "", ""},
      {"measurement", {"测量部", "Measurement"}, "", ""},
      {"network", {"网络部", "Network"}, "", ""},
  };
  table.fallback = "network";
  return table;
}

}  // namespace inspect::ticketing
