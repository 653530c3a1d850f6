#include "cloud-bridge/ticketing/ledger/dispatch.hpp"

#include "protocol/catalogue/catalogue.hpp"

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
  for (const auto& department : catalogue::departments) {
    table.departments.push_back({std::string(department.key), catalogue::department_name(department.key), "", ""});
  }
  table.fallback = "network";
  return table;
}

}  // namespace inspect::ticketing
