#include "firmware-agent/usb/records.hpp"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace inspect::agent {

namespace {

using drivers::UsbRecord;
using nlohmann::json;

constexpr std::size_t longest_file = 1UL << 20U;

json to_json(const UsbRecord& record) {
  return {{"device", record.device},        {"port", record.port},     {"vendor", record.vendor},
          {"product", record.product},      {"serial", record.serial}, {"mark", record.mark},
          {"proof", name(record.proof)},    {"by", record.by},         {"at", rfc3339(record.at)},
          {"connection", record.connection}};
}

/// Throws like the library does when a member is missing or of another type.
UsbRecord from_json(const json& value) {
  UsbRecord record;
  value.at("device").get_to(record.device);
  value.at("port").get_to(record.port);
  value.at("vendor").get_to(record.vendor);
  value.at("product").get_to(record.product);
  value.at("serial").get_to(record.serial);
  value.at("mark").get_to(record.mark);
  value.at("by").get_to(record.by);
  value.at("connection").get_to(record.connection);
  record.proof = drivers::proof_from(value.at("proof").get<std::string>()).value();
  record.at = parse_rfc3339(value.at("at").get<std::string>()).value();
  return record;
}

Error failed(const std::string& path, int error) { return fail(Errc::storage, path + ": " + std::strerror(error)); }

}  // namespace

Result<std::vector<UsbRecord>> read_records(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    std::error_code ignored;
    if (!std::filesystem::exists(path, ignored)) return std::vector<UsbRecord>{};
    return fail(Errc::storage, path + ": cannot be read");
  }
  std::string text(longest_file, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  try {
    std::vector<UsbRecord> records;
    const auto document = json::parse(text);
    for (const auto& each : document.at("records")) records.push_back(from_json(each));
    return records;
  } catch (const std::exception& wrong) {
    return fail(Errc::storage, path + ": " + wrong.what());
  }
}

Result<void> write_records(const std::string& path, const std::vector<UsbRecord>& records) {
  json list = json::array();
  for (const auto& record : records) list.push_back(to_json(record));
  const auto text = json{{"records", list}}.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
  const auto beside = path + ".new";
  const int file = open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return failed(beside, errno);
  const bool written = write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) && fsync(file) == 0;
  const int error = errno;
  close(file);
  if (!written) return failed(beside, error);
  if (rename(beside.c_str(), path.c_str()) != 0) return failed(path, errno);
  const int folder = open(std::filesystem::path(path).parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    (void)fsync(folder);
    close(folder);
  }
  return {};
}

}  // namespace inspect::agent
