#include "drivers/permit/write_permit.hpp"

#include <utility>

namespace inspect::drivers {

WritePermit::WritePermit(WritePermit&& other) noexcept
    : order_(std::exchange(other.order_, std::nullopt)), until_(other.until_) {}

WritePermit& WritePermit::operator=(WritePermit&& other) noexcept {
  order_ = std::exchange(other.order_, std::nullopt);
  until_ = other.until_;
  return *this;
}

Result<void> WritePermit::spend(std::string_view device, std::string_view action, BootTime now) && {
  const auto order = std::exchange(order_, std::nullopt);
  if (!order) return fail(Errc::not_permitted, "the permit is spent");
  if (order->device != device || order->action != action) {
    return fail(Errc::not_permitted, "the permit is for " + order->device + "/" + order->action);
  }
  if (now >= until_) return fail(Errc::not_permitted, "the permit is too old");
  return {};
}

}  // namespace inspect::drivers
