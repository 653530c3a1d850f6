#pragma once

#include "cloud-bridge/ticketing/desk/desk.hpp"
#include "protocol/messages/json_writer.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace inspect::ticketing {

/// What a list shows of a ticket, as one JSON object.
void write_summary(messages::JsonWriter& out, const Case& entry, const DispatchTable& dispatch, WallTime now);
std::string summary_json(const Case& entry, const DispatchTable& dispatch, WallTime now);

/// A ticket and all its ledger knows.
struct TicketPage {
  const Case& entry;
  const std::vector<EventRow>& ledger;
  const std::vector<Series>& series;
};
std::string ticket_json(const TicketPage& page, const DispatchTable& dispatch, WallTime now);

std::string list_json(const std::vector<const Case*>& cases, const DispatchTable& dispatch, WallTime now);
std::string gateways_json(const std::vector<GatewayRow>& gateways, WallTime now);
std::string quarantine_json(const std::vector<QuarantineRow>& rows, WallTime now);

/// Who that is, for a person: "power" → 电源部 / Power, "head/power" → 电源部负责人 / Head of Power.
Text party_text(const DispatchTable& dispatch, std::string_view party);

}  // namespace inspect::ticketing
