#include "firmware-agent/control/refusals.hpp"

#include "protocol/control/request.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::agent;
using control::Refusal;

TEST_CASE("each error of the agent becomes the refusal that says what to do") {
  const std::vector<std::pair<Errc, Refusal>> table{{Errc::timeout, Refusal::device},
                                                    {Errc::corrupt_frame, Refusal::device},
                                                    {Errc::foreign_frame, Refusal::device},
                                                    {Errc::device_busy, Refusal::device},
                                                    {Errc::device_refused, Refusal::device},
                                                    {Errc::unsupported_point, Refusal::device},
                                                    {Errc::bus_unavailable, Refusal::device},
                                                    {Errc::unreachable, Refusal::device},
                                                    {Errc::not_permitted, Refusal::not_permitted},
                                                    {Errc::invalid_argument, Refusal::invalid},
                                                    {Errc::storage, Refusal::storage},
                                                    {Errc::malformed, Refusal::internal}};
  for (const auto& [code, refusal] : table) {
    const auto trouble = trouble_of(fail(code, "why"));
    CAPTURE(name(code));
    CHECK(trouble.code == refusal);
    CHECK(trouble.message.en == "why");
    CHECK(trouble.message.zh.find("why") != std::string::npos);
    CHECK(trouble.message.zh != trouble.message.en);
  }
}

TEST_CASE("what a stranger typed is quoted short, and never cut inside a character") {
  std::string name;
  for (int i = 0; i < 100; ++i) name += "工位";
  const auto trouble = no_device(name);
  CHECK(trouble.message.en.size() < 200);
  // Every quoted byte is still UTF-8: the encoder would replace what is not.
  CHECK(control::encode({1, control::AskPoints{trouble.message.en}}).find("\xEF\xBF\xBD") == std::string::npos);
}

TEST_CASE("an answer over the bound says ask for less, one that is no text says it is our mistake") {
  CHECK(not_encodable(fail(Errc::invalid_argument, "too long")).code == Refusal::too_large);
  CHECK(not_encodable(fail(Errc::malformed, "no UTF-8")).code == Refusal::internal);
}
