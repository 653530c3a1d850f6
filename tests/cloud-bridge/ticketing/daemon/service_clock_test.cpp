#include "cloud-bridge/ticketing/daemon/service_clock.hpp"

#include "tests/cloud-bridge/ticketing/sample.hpp"

using namespace inspect;
using namespace inspect::ticketing;
using namespace inspect::ticketing::test;

TEST_CASE("the clock of promises follows the boot clock and ignores the wall clock's steps") {
  const ServiceClock clock(noon, BootTime{1h}, noon - 1h);
  CHECK(clock.at(BootTime{1h}) == noon);
  CHECK(clock.at(BootTime{1h + 90min}) == noon + 90min);
}

TEST_CASE("time does not run backwards over a restart with a wall clock that was set back") {
  const ServiceClock clock(*parse_rfc3339("1970-01-01T00:00:05Z"), BootTime{5s}, noon);
  CHECK(clock.at(BootTime{65s}) == noon + 1min);
}
