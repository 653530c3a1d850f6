#include "cloud-bridge/ticketing/http/web.hpp"

#include <doctest/doctest.h>

#include <random>

using namespace inspect::ticketing;

TEST_CASE("a target is taken apart and its escapes resolved") {
  const auto target = parse_target("/api/v1/tickets?state=new&gateway=gw%2D1&empty&x=a+b");
  REQUIRE(target.has_value());
  CHECK(target->path == "/api/v1/tickets");
  CHECK(target->query.at("state") == "new");
  CHECK(target->query.at("gateway") == "gw-1");
  CHECK(target->query.at("empty").empty());
  CHECK(target->query.at("x") == "a b");
}

TEST_CASE("targets that lead astray are refused") {
  for (const auto* bad : {"", "*", "http://x/", "/../etc/passwd", "/%2e%2e/x", "/a%00b", "/a%0d%0aX: y", "/%", "/%4",
                          "/%zz", "/?a=%", "/?a=1&b=2&c=3&d=4&e=5&f=6&g=7&h=8&i=9&j=1&k=2&l=3&m=4&n=5&o=6&p=7&q=8"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_target(bad).has_value());
  }
}

TEST_CASE("no bytes make the parser of targets fall over") {
  std::mt19937 random(3);
  for (int i = 0; i < 20'000; ++i) {
    std::string text = "/";
    for (auto length = random() % 40; length > 0; --length)
      text +=
          "%?&=+/.\x01\xff"
          "a0"[random() % 11];
    const auto target = parse_target(text);
    if (target) CHECK(target->path.find("..") == std::string::npos);
  }
}

TEST_CASE("the policy of every answer allows no inline script, no frame and no foreign source") {
  std::string policy;
  for (const auto& [name, value] : security_headers()) {
    if (name == "Content-Security-Policy") policy = value;
  }
  CHECK(policy.find("default-src 'none'") != std::string::npos);
  CHECK(policy.find("frame-ancestors 'none'") != std::string::npos);
  CHECK(policy.find("unsafe") == std::string::npos);
  CHECK(policy.find("http") == std::string::npos);
}
