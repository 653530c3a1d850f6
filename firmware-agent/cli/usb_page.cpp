#include "firmware-agent/cli/pages.hpp"
#include "firmware-agent/cli/table.hpp"

namespace inspect::cli {

namespace {

Cell identity_cell(const Console& console, const control::UsbRow& row) {
  if (row.device.empty()) return {console.in({"未配置", "not configured"}), Tone::quiet};
  if (!row.plugged) return {console.in({"未插", "not there"}), Tone::bad};
  if (row.identity == "proven") return {console.in({"已证实", "proven"}), Tone::good};
  if (row.identity == "doubtful") return {console.in({"可疑", "doubtful"}), Tone::bad};
  return {console.in({"未证实", "unproven"}), Tone::doubt};
}

}  // namespace

std::string usb_page(const Console& console, const std::vector<control::UsbRow>& rows) {
  Table table({{console.in({"口", "PORT"})},
               {console.in({"设备", "DEVICE"})},
               {console.in({"身份", "IDENTITY"})},
               {console.in({"标识", "IDS"})},
               {console.in({"插入", "PLUGS"}), true},
               {console.in({"拔出", "UNPLUGS"}), true},
               {console.in({"失败", "FAILED"}), true},
               {console.in({"复位", "RESETS"}), true},
               {console.in({"自称", "NAME"}), false, 10, 2}});
  for (const auto& row : rows) {
    table.row({{row.port},
               {row.device.empty() ? "–" : row.device},
               identity_cell(console, row),
               {row.ids},
               {std::to_string(row.arrivals)},
               {std::to_string(row.departures)},
               {std::to_string(row.failures)},
               {std::to_string(row.resets)},
               {row.name + (row.serial.empty() ? "" : " " + row.serial)}},
              console.in(row.why));
  }
  return table.text(console);
}

}  // namespace inspect::cli
