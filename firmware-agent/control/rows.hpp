#pragma once

#include "firmware-agent/control/agent_view.hpp"
#include "protocol/control/rows.hpp"
#include "protocol/control/trace.hpp"

#include <string>

namespace inspect::agent {

// The agent's state as rows of the socket. Read from memory; every age is counted to `view.now()`.

control::Status status_of(const AgentView& view, const control::SocketState& socket);
std::vector<control::BusRow> bus_rows(const AgentView& view);
std::vector<control::DeviceRow> device_rows(const AgentView& view);
control::PointRow point_row(const AgentView& view, const Reading& reading);
control::ReadingRow reading_row(const Reading& reading, const Moment& now);
control::TraceHead trace_head(const AgentView& view, BusIndex bus);
control::HistoryRow history_row(const HistoryEntry& entry);

/// "/dev/ttyUSB0 9600 8N1" or "tcp 192.168.1.8:502"; " listen" behind it where another master asks.
std::string transport_text(const Bus& bus);

}  // namespace inspect::agent
