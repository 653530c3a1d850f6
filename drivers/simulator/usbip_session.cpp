#include "drivers/simulator/usbip_session.hpp"

#include <algorithm>
#include <utility>

namespace inspect::sim {

using How = UsbAnswer::How;

bool UsbipSession::take(usb::BytesView bytes, BootTime now) {
  heard_.insert(heard_.end(), bytes.begin(), bytes.end());
  std::size_t at = 0;
  while (heard_.size() - at >= usbip_command_size) {
    const auto command = parse_usbip_command(usb::BytesView(heard_).subspan(at, usbip_command_size));
    if (!command) return false;
    const std::size_t extra = command->unlink || command->in ? 0 : command->length;
    if (heard_.size() - at - usbip_command_size < extra) break;
    const auto data = heard_.begin() + static_cast<std::ptrdiff_t>(at + usbip_command_size);
    if (command->unlink) {
      take_back(*command);
    } else {
      if (flights_.size() >= most_in_flight) return false;
      begin(*command, {data, data + static_cast<std::ptrdiff_t>(extra)}, now);
    }
    at += usbip_command_size + extra;
  }
  heard_.erase(heard_.begin(), heard_.begin() + static_cast<std::ptrdiff_t>(at));
  return true;
}

void UsbipSession::land(Flight& flight, UsbAnswer answer, BootTime now) {
  flight.when = now + answer.delay;
  if (answer.how == How::hang) flight.when = BootTime::max();
  flight.answer = std::move(answer);
}

void UsbipSession::begin(const UsbipCommand& command, const usb::Bytes& data, BootTime now) {
  auto& flight = flights_.emplace_back(Flight{command, std::nullopt, {}});
  if (command.endpoint == 0) {
    land(flight, face_.control(command.setup, data, now), now);
  } else if (!command.in) {
    land(flight, face_.out(command.endpoint, data), now);
  }
  ask_waiting(now);
}

/// What came in may be what the device needs to answer another transfer that waits.
void UsbipSession::ask_waiting(BootTime now) {
  for (auto& flight : flights_) {
    if (flight.answer) continue;
    auto answer = face_.in(static_cast<std::uint8_t>(flight.command.endpoint | 0x80U), flight.command.length);
    if (answer) land(flight, std::move(*answer), now);
  }
}

void UsbipSession::take_back(const UsbipCommand& command) {
  const auto found = std::find_if(flights_.begin(), flights_.end(),
                                  [&](const Flight& each) { return each.command.seq == command.taken_back; });
  const bool in_time = found != flights_.end();
  if (in_time) flights_.erase(found);
  const auto answer = usbip_unlinked(command.seq, in_time);
  said_.insert(said_.end(), answer.begin(), answer.end());
}

usb::Bytes UsbipSession::due(BootTime now) {
  for (auto each = flights_.begin(); each != flights_.end();) {
    if (!each->answer || each->when > now) {
      ++each;
      continue;
    }
    const auto answer = usbip_ended(each->command, *each->answer);
    said_.insert(said_.end(), answer.begin(), answer.end());
    each = flights_.erase(each);
  }
  return std::exchange(said_, {});
}

std::optional<BootTime> UsbipSession::next() const {
  std::optional<BootTime> when;
  if (!said_.empty()) when = BootTime::min();
  for (const auto& flight : flights_) {
    if (flight.answer && flight.when != BootTime::max() && (!when || flight.when < *when)) when = flight.when;
  }
  return when;
}

}  // namespace inspect::sim
