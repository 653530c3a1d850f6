// One libFuzzer program per target: -DINSPECT_FUZZ_TARGET=fuzz_usbtmc_machine and so on.
#include "tests/fuzz/usb_targets.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  inspect::tests::INSPECT_FUZZ_TARGET({data, size});
  return 0;
}
