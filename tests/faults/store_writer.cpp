// The program that is killed and cut from power: commits findings, one change after the other, and says
// "ACK <occurrence>" with one write() after each commit returned. Gathers readings beside it and says "BATCH <seq>
// <digest>" for each batch it could claim, as the bridge would have sent it.
//
//   store_writer DIRECTORY COUNT [NORMAL]
#include "tests/firmware-agent/store/bench_site.hpp"

#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <string>

using namespace inspect;
using namespace inspect::tests;

namespace {

void say(const std::string& line) {
  if (write(STDOUT_FILENO, line.data(), line.size()) != static_cast<ssize_t>(line.size())) _exit(3);
}

std::uint64_t digest(const std::string& text) {
  std::uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

void say_batches(OpenStore& store) {
  const auto rows = store.wait(store->claim({}, 1000));
  if (!rows) _exit(4);
  for (const auto& row : *rows) {
    if (row.stream != control::Stream::readings) continue;
    say("BATCH " + row.epoch + " " + std::to_string(row.seq) + " " + std::to_string(digest(row.payload)) + "\n");
  }
}

}  // namespace

int main(int argc, char** argv) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (argc < 3) return 2;
  const auto site = small_site(argv[1]);
  TestClock clock;
  auto options = test_options(clock);
  options.reserve_bytes = 0;
  if (const char* tail = std::getenv("STORE_TAIL"); tail != nullptr) options.tail_directory = tail;
  options.compact_every = std::chrono::seconds{150};
  if (argc > 3) options.findings_synchronous = argv[3];
  OpenStore store(site, options);
  if (!good(store.store)) return 1;

  // Goes on where the last life ended, as the agent does.
  std::uint32_t number = 0;
  const auto numbers = store.wait(store->last_occurrences());
  if (!good(numbers)) return 1;
  for (const auto& id : *numbers) number = std::max(number, id.occurrence);
  clock.advance(std::chrono::minutes{number});
  const auto last = number + static_cast<std::uint32_t>(std::stoul(argv[2]));
  while (number < last) {
    ++number;
    for (int second = 0; second < 20; ++second) {
      const auto now = clock.advance(std::chrono::seconds{1});
      const double volts = 11.5 + 0.1 * ((number * 20 + static_cast<std::uint32_t>(second)) % 7);
      const std::vector<Reading> readings{a_reading(0, second < 10 ? 0 : 1, now), a_reading(8, volts, now)};
      store->gather(readings);
    }
    store.settle();
    if (!good(store.wait(
            store->commit({{opened(site, number, clock.now())}, {a_reading(8, 11, clock.now())}, clock.now()})))) {
      return 1;
    }
    say("ACK " + std::to_string(number) + "\n");
    if (number % 4 == 0) say_batches(store);
  }
  return 0;
}
