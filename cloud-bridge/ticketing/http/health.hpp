#pragma once

#include "cloud-bridge/ticketing/desk/desk.hpp"
#include "cloud-bridge/ticketing/http/web.hpp"

#include <optional>
#include <string>

namespace inspect::ticketing {

/// What the service cannot do by itself. With either missing an empty list of tickets means nothing, so the pages show
/// it above everything else.
struct Health {
  std::optional<StoreTrouble> store;  ///< nothing: it writes
  bool broker_up = false;
};

/// One JSON object: `store` is "ok" or "cannot_write" (with `since` and `why`), `broker` is "up" or "down".
std::string health_json(const Health& health);

/// `/healthz`: 503 while the store cannot write, for then nothing a gateway sends is taken. A broker that is away is
/// told, but is no reason to restart this service.
WebResponse health_answer(const Health& health);

}  // namespace inspect::ticketing
