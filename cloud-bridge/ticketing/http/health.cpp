#include "cloud-bridge/ticketing/http/health.hpp"

#include "protocol/messages/json_writer.hpp"

namespace inspect::ticketing {

std::string health_json(const Health& health) {
  messages::JsonWriter out;
  out.begin_object().key("store").text(health.store ? "cannot_write" : "ok", 16);
  if (health.store) {
    out.key("since").text(rfc3339(health.store->since), 40).key("why").text(health.store->why, 512);
  }
  out.key("broker").text(health.broker_up ? "up" : "down", 8).end_object();
  return std::move(out).take();
}

WebResponse health_answer(const Health& health) {
  WebResponse response;
  response.status = health.store ? 503 : 200;
  response.body = health_json(health);
  return response;
}

}  // namespace inspect::ticketing
