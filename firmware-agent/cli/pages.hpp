#pragma once

#include "firmware-agent/cli/console.hpp"
#include "firmware-agent/cli/table.hpp"
#include "protocol/control/rows.hpp"

#include <string>
#include <vector>

namespace inspect::cli {

// What people read: each page from the rows of the socket alone, so that it can be looked at without an agent.

std::string status_page(const Console& console, const control::Status& status);
std::string buses_page(const Console& console, const std::vector<control::BusRow>& buses);
std::string devices_page(const Console& console, const std::vector<control::DeviceRow>& devices);
/// `now` only shows ages as they are at that instant; one device's points come without its name.
std::string points_page(const Console& console, const std::vector<control::PointRow>& points);
/// `now`: ages of findings are counted to it.
std::string findings_page(const Console& console, const std::vector<Finding>& findings, WallTime now);
std::string finding_page(const Console& console, const Finding& finding, WallTime now);
std::string usb_page(const Console& console, const std::vector<control::UsbRow>& rows);
/// One line: whether an exam is on, by whose word, until when.
Cell exam_text(const Console& console, const control::ExamRow& exam, WallTime now);
/// One line: what was done, and what becomes of it.
std::string order_text(const Console& console, const control::OrderRow& order, WallTime now);
std::string tests_page(const Console& console, const std::vector<control::TestRow>& rows);
std::string outbox_page(const Console& console, const control::OutboxState& outbox, WallTime now);
/// `point` says unit and role; on a terminal a curve stands above the table.
std::string history_page(const Console& console, const control::PointRow& point,
                         const std::vector<control::HistoryRow>& rows);

/// One character for each column, from low to high; a space where there is no value.
std::string sparkline(const std::vector<control::HistoryRow>& rows, std::size_t columns, bool state = false);

/// The finding's id without the site, as it may be typed again.
std::string short_id(const FindingId& id);

}  // namespace inspect::cli
