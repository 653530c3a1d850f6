// Preloaded into a program under test: the kernel says that its clock is synchronised, as on a gateway that has its
// time from the net. What depends on the date is else never decided on a machine without.
#include <sys/timex.h>

extern "C" int adjtimex(struct timex* request) {
  request->status = 0;
  return TIME_OK;
}
