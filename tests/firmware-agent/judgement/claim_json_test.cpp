#include "firmware-agent/judgement/claim_json.hpp"
#include "tests/firmware-agent/judgement/small_site.hpp"

#include <doctest/doctest.h>

using namespace inspect::judgement;
using namespace inspect::judgement::tests;

TEST_CASE("a fault that is there is one line without a forecast") {
  const Site site;
  const Claim claim{1740000000.126, site.id("k1"), site.point("k1", Role::feedback), Fault::R1, true, {}};
  CHECK(to_json(claim, site.plant) ==
        R"({"time":1740000000.13,"device":"k1-box","point":"k1.feedback","fault":"R1","part":"SRD-05VDC-SL-C",)"
        R"("severity":"major","state":"raised","predicted_cross":null,"probability":null})");
}

TEST_CASE("a forecast says when, how surely and within what") {
  const Site site;
  Claim claim{10,        site.id("m1"), site.point("m1", Role::output_ripple),
              Fault::P2, true,          Forecast{1743000000.4, 1742000000, 1745000000, 0.93251}};
  CHECK(to_json(claim, site.plant) ==
        R"({"time":10.0,"device":"m1-box","point":"m1.output_ripple","fault":"P2","part":"LM2596S",)"
        R"("severity":"preventive","state":"raised","predicted_cross":1743000000.0,"probability":0.933,)"
        R"("cross_lo":1742000000.0,"cross_hi":1745000000.0})");
}

TEST_CASE("a whole component has no point, and a name that is no text breaks no line") {
  Site site;
  site.plant.components[site.id("f1")].name = "f\xff\"1";
  Claim claim{10, 6, nowhere, Fault::F1, false, {}};
  const auto line = to_json(claim, site.plant);
  CHECK(line.find("\"point\":null") != std::string::npos);
  CHECK(line.find("\"cleared\"") != std::string::npos);
  CHECK(line.find('\n') == std::string::npos);
  CHECK(line.find("\\\"1") != std::string::npos);
}
