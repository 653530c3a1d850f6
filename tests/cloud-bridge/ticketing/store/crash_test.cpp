#include "tests/cloud-bridge/ticketing/sample.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <random>
#include <set>

using namespace inspect;
using namespace inspect::ticketing;
using namespace inspect::ticketing::test;

namespace {

constexpr std::uint64_t faults = 40;
constexpr int kills = 100;

/// Four reports of each of forty faults; the gateway repeats what was not receipted, in any order.
Sample sample_of(std::uint64_t seq) {
  Sample sample;
  sample.seq = seq;
  sample.device = "seat-" + std::to_string((seq - 1) % faults);
  const auto step = (seq - 1) / faults;
  sample.active = step % 2 == 0;
  sample.event = step == 0 ? FindingEvent::opened : sample.active ? FindingEvent::reopened : FindingEvent::returned;
  return sample;
}

/// The child: takes batch after batch and says each receipt on the pipe, until it is killed.
[[noreturn]] void serve_until_killed(const std::string& directory, std::vector<std::uint64_t> due, int pipe) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  auto desk = Desk::open(directory, standard_dispatch(), noon);
  if (!desk) ::_exit(3);
  for (std::size_t from = 0;; from = (from + 3) % std::max<std::size_t>(1, due.size())) {
    std::vector<Incoming> batch;
    for (std::size_t i = from; i < std::min(due.size(), from + 3); ++i) batch.push_back(sample_of(due[i]).incoming());
    const auto taken = (*desk)->take(batch, noon);
    if (!taken) ::_exit(4);
    for (const auto& receipt : taken->receipts) {
      for (const auto seq : receipt.seqs) {
        if (::write(pipe, &seq, sizeof seq) != sizeof seq) ::_exit(5);
      }
    }
  }
}

}  // namespace

TEST_CASE("killed a hundred times in the middle of its work, the desk loses nothing it receipted and doubles nothing") {
  const TemporaryDirectory home;
  std::mt19937 random(5);
  std::set<std::uint64_t> receipted;
  std::size_t receipts = 0;
  for (int round = 0; round < kills; ++round) {
    // Much that is due, and much that was receipted already: the receipt may have been lost on its way.
    std::vector<std::uint64_t> due;
    for (std::uint64_t seq = 1; seq <= faults * 4; ++seq) {
      if (!receipted.contains(seq) || random() % 4 == 0) due.push_back(seq);
    }
    std::shuffle(due.begin(), due.end(), random);
    if (round < 60) due.resize(std::min<std::size_t>(due.size(), 12));
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const auto child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      ::close(ends[0]);
      serve_until_killed(home.path(), due, ends[1]);
    }
    ::close(ends[1]);
    // Killed after some receipts, at whatever it does then.
    const auto patience = random() % 9;
    std::uint64_t seq = 0;
    for (std::size_t i = 0; i < patience && ::read(ends[0], &seq, sizeof seq) == sizeof seq; ++i) {
      receipted.insert(seq);
      ++receipts;
    }
    ::kill(child, SIGKILL);
    while (::read(ends[0], &seq, sizeof seq) == sizeof seq) receipted.insert(seq);
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    ::close(ends[0]);
    REQUIRE(WIFSIGNALED(status));

    const auto desk = desk_in(home.path());
    std::set<std::uint64_t> stored;
    std::set<std::string> fault_names;
    for (const auto* entry : desk->list({})) {
      CHECK(fault_names.insert(entry->row.finding).second);
      const auto ledger = desk->ledger(entry->row.id);
      REQUIRE(ledger.has_value());
      std::set<std::uint64_t> seqs;
      for (const auto& row : *ledger) {
        if (row.event.report) CHECK(seqs.insert(row.event.report->envelope.seq).second);
      }
      for (const auto each : seqs)
        CHECK(sample_of(each).message().change.finding.id == entry->ticket.latest.change.finding.id);
      stored.merge(seqs);
    }
    CHECK(std::includes(stored.begin(), stored.end(), receipted.begin(), receipted.end()));
  }
  MESSAGE("kills " << kills << ", receipts read " << receipts << ", messages receipted " << receipted.size());
  CHECK(receipted.size() > 50);
  // At the end the gateway sends everything once more.
  const auto desk = desk_in(home.path());
  std::vector<Incoming> all;
  for (std::uint64_t seq = 1; seq <= faults * 4; ++seq) all.push_back(sample_of(seq).incoming());
  REQUIRE(desk->take(all, noon).has_value());
  CHECK(desk->list({}).size() == faults);
  for (const auto* entry : desk->list({})) CHECK(entry->ticket.state() == TicketState::recovered);
}
