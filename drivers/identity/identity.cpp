#include "drivers/identity/identity.hpp"

#include <algorithm>
#include <array>

namespace inspect::drivers {

namespace {

using State = Identification::State;

constexpr std::array<std::string_view, 3> proof_names{"none", "answered", "moved"};
constexpr std::array<std::string_view, 3> state_names{"unproven", "proven", "doubtful"};

const UsbRecord* record_of(const std::string& device, std::span<const UsbRecord> records) {
  const auto found =
      std::find_if(records.begin(), records.end(), [&](const UsbRecord& each) { return each.device == device; });
  return found == records.end() ? nullptr : &*found;
}

Identification doubt(std::string zh, std::string en) { return {State::doubtful, {std::move(zh), std::move(en)}}; }
Identification unproven(std::string zh, std::string en) { return {State::unproven, {std::move(zh), std::move(en)}}; }

/// Another device that was written down with this text, if exactly one was.
const UsbRecord* owner(const std::string& text, std::string UsbRecord::*field, const UsbRecord& own,
                       std::span<const UsbRecord> records) {
  const UsbRecord* found = nullptr;
  for (const auto& each : records) {
    if (each.*field != text || each.device == own.device) continue;
    if (found != nullptr) return nullptr;
    found = &each;
  }
  return found;
}

/// What is here is not what was written down: whose is it?
Identification exchanged(const UsbRecord& own, const std::string& text, std::string UsbRecord::*field,
                         std::span<const UsbRecord> records) {
  const auto* other = owner(text, field, own, records);
  if (other != nullptr) {
    return doubt(
        "USB 口 " + own.port + " 上是 " + other->device + "（" + text + "），应是 " + own.device + "：插头换了位置",
        other->device + " (" + text + ") is at USB port " + own.port + ", where " + own.device +
            " belongs: the plugs were exchanged");
  }
  return doubt("USB 口 " + own.port + " 上的设备自报 " + text + "，登记的是 " + own.*field + "：换了另一台",
               "the device at USB port " + own.port + " says " + text + ", and " + own.*field +
                   " was written down: another one was put in its place");
}

std::optional<Identification> judge_serial(const UsbRecord& own, const UsbSight& seen,
                                           std::span<const UsbRecord> records, std::span<const UsbSight> others) {
  if (own.serial.empty()) return std::nullopt;
  if (!seen.serial.empty() && seen.serial != own.serial) {
    return exchanged(own, seen.serial, &UsbRecord::serial, records);
  }
  for (const auto& other : others) {
    if (other.serial != own.serial || other.vendor != own.vendor || other.product != own.product) continue;
    return doubt("序列号 " + own.serial + " 同时出现在 USB 口 " + own.port + " 和 " + other.port + "：其中一台是复制品",
                 "serial number " + own.serial + " is at USB ports " + own.port + " and " + other.port +
                     ": one of the two is a clone");
  }
  return std::nullopt;
}

Identification judge_proof(const UsbRecord& own, const UsbSight& seen) {
  switch (own.proof) {
    case Proof::answered:
      if (seen.serial == own.serial) return {State::proven, {"序列号相符", "its serial number is right"}};
      return unproven("尚未报出序列号", "it has not said its serial number yet");
    case Proof::moved:
      if (seen.connection == own.connection) {
        return {State::proven, {"证实后未拔过", "not unplugged since it was proved"}};
      }
      return unproven(
          "证实后曾拔下或重启，须重新证实：inspectctl usb prove",
          "it was unplugged, or the gateway started anew, since it was proved; prove it again: inspectctl usb "
          "prove");
    case Proof::none: break;
  }
  return unproven("已登记，尚未证实：inspectctl usb prove", "written down, but never proved: inspectctl usb prove");
}

}  // namespace

std::string_view name(Proof proof) { return proof_names.at(static_cast<std::size_t>(proof)); }
std::string_view name(State state) { return state_names.at(static_cast<std::size_t>(state)); }

std::optional<Proof> proof_from(std::string_view name) {
  const auto found = std::find(proof_names.begin(), proof_names.end(), name);
  if (found == proof_names.end()) return std::nullopt;
  return static_cast<Proof>(found - proof_names.begin());
}

std::string connection_of(const std::string& boot_id, std::uint8_t bus, std::uint8_t address) {
  return boot_id + "/" + std::to_string(bus) + "/" + std::to_string(address);
}

Identification identify(const std::string& device, std::span<const UsbRecord> records,
                        const std::optional<UsbSight>& seen, std::span<const UsbSight> others) {
  const auto* own = record_of(device, records);
  if (own == nullptr) return unproven("尚未登记：inspectctl usb adopt", "not written down yet: inspectctl usb adopt");
  if (!seen) return unproven("不在其 USB 口上", "not at its USB port");
  if (seen->port != own->port) {
    return doubt("登记在 USB 口 " + own->port + "，配置为 " + seen->port + "：须重新登记",
                 "written down at USB port " + own->port + ", and configured at " + seen->port + ": adopt it anew");
  }
  if (seen->vendor != own->vendor || seen->product != own->product) {
    return doubt("USB 口 " + own->port + " 上是另一种设备", "a device of another kind is at USB port " + own->port);
  }
  if (auto wrong = judge_serial(*own, *seen, records, others)) return *wrong;
  if (!own->mark.empty() && !seen->mark.empty() && own->mark != seen->mark) {
    return exchanged(*own, seen->mark, &UsbRecord::mark, records);
  }
  return judge_proof(*own, *seen);
}

}  // namespace inspect::drivers
