#pragma once

#include "cloud-bridge/ticketing/desk/desk.hpp"
#include "cloud-bridge/ticketing/http/web.hpp"

#include <vector>

namespace inspect::ticketing {

/// What an answer of the API brings with it.
struct Answer {
  WebResponse response;
  std::vector<TicketId> changed;  ///< tickets that everybody watching should see again
};

/// `/api/v1/…` without a socket: a request and the time in, an answer out. Called on the desk's thread.
Answer answer_api(Desk& desk, const WebRequest& request, WallTime now);

}  // namespace inspect::ticketing
