#include "cloud-bridge/ticketing/http/pages.hpp"

#include <doctest/doctest.h>

using namespace inspect::ticketing;

namespace {

unsigned status(const Pages& pages, const std::string& target, const std::string& method = "GET") {
  const auto answer = pages.answer({method, target, {}, ""});
  return answer ? answer->status : 404;
}

}  // namespace

TEST_CASE("the pages and their files are served, and nothing else of the disk") {
  const auto pages = Pages::load("cloud-bridge/web", "Asia/Shanghai");
  REQUIRE(pages.has_value());
  CHECK(status(*pages, "/") == 200);
  CHECK(status(*pages, "/tickets/T-2026-000001") == 200);
  CHECK(status(*pages, "/web/style.css") == 200);
  CHECK(pages->answer({"GET", "/web/list.js", {}, ""})->type == "text/javascript; charset=utf-8");
  for (const auto* other : {"/web/", "/web/../ticketd.toml", "/web/%2e%2e/x", "/tickets/", "/tickets/<script>", "/web",
                            "/index.html", "/etc/passwd"}) {
    CAPTURE(other);
    CHECK(status(*pages, other) == 404);
  }
  CHECK(status(*pages, "/", "POST") == 405);
}

TEST_CASE("no page names a source outside, and none holds an inline script or style") {
  const auto pages = Pages::load("cloud-bridge/web", "Asia/Shanghai");
  REQUIRE(pages.has_value());
  for (const auto* target :
       {"/", "/tickets/T-2026-000001", "/web/style.css", "/web/list.js", "/web/ticket.js", "/web/common.js"}) {
    CAPTURE(target);
    const auto body = pages->answer({"GET", target, {}, ""})->body;
    CHECK(body.find("https://") == std::string::npos);
    CHECK(body.find("innerHTML") == std::string::npos);
    CHECK(body.find("style=\"") == std::string::npos);
    CHECK(body.find("onclick=\"") == std::string::npos);
    CHECK(body.find("<script>") == std::string::npos);
  }
}

TEST_CASE("a directory without the pages is named with the cure") {
  const auto pages = Pages::load("/nowhere", "UTC");
  REQUIRE_FALSE(pages.has_value());
  CHECK(pages.error().message.find("/nowhere/index.html") != std::string::npos);
  CHECK(pages.error().message.find("http.pages") != std::string::npos);
}

TEST_CASE("the zone in which every time is shown comes with the page") {
  const auto pages = Pages::load("cloud-bridge/web", "America/Sao_Paulo");
  REQUIRE(pages.has_value());
  for (const auto* target : {"/", "/tickets/T-2026-000001"}) {
    const auto body = pages->answer({"GET", target, {}, ""})->body;
    CHECK(body.find(R"(<meta name="time-zone" content="America/Sao_Paulo">)") != std::string::npos);
    CHECK(body.find('@') == std::string::npos);
  }
}
