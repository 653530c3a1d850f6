#include "drivers/usb/trouble.hpp"

namespace inspect::drivers {

Error usb_error(UsbTrouble trouble, const std::string& port) {
  const auto at = " at USB port " + port;
  switch (trouble) {
    case UsbTrouble::gone: return fail(Errc::bus_unavailable, "the device has gone" + at + "; plug it in");
    case UsbTrouble::taken:
      return fail(Errc::bus_unavailable, "another program holds the device" + at + "; end that program");
    case UsbTrouble::forbidden:
      return fail(Errc::bus_unavailable, "no permission for the device" + at +
                                             "; install 70-inspectd-usb.rules, which gives it to the group inspectd, "
                                             "and plug it in again");
    case UsbTrouble::silent: return fail(Errc::timeout, "no answer" + at);
    case UsbTrouble::stall: return fail(Errc::device_refused, "STALL" + at);
    case UsbTrouble::babble: return fail(Errc::corrupt_frame, "more bytes than were asked for" + at);
    case UsbTrouble::damaged: return fail(Errc::corrupt_frame, "a damaged transfer" + at);
    case UsbTrouble::stuck: return fail(Errc::timeout, "the kernel does not come back" + at);
  }
  return fail(Errc::timeout, "no answer" + at);
}

}  // namespace inspect::drivers
