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

/// A piece of the list and what it is a piece of.
struct TicketListing {
  std::vector<const Case*> cases;
  std::size_t total = 0;  ///< tickets the filter lets through
  std::size_t offset = 0;
  std::size_t limit = 0;
};
std::string list_json(const TicketListing& listing, const DispatchTable& dispatch, WallTime now);
std::string gateways_json(const std::vector<GatewayRow>& gateways, WallTime now);
std::string quarantine_json(const std::vector<QuarantineRow>& rows, WallTime now);

/// Who that is, for a person: "power" → 电源部 / Power, "head/power" → 电源部负责人 / Head of Power.
Text party_text(const DispatchTable& dispatch, std::string_view party);

}  // namespace inspect::ticketing
