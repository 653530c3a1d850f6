// Cuts the power at random instants of a recorded life of the store (reliability F06, F07): whatever was not made
// durable may be kept, gone, partly there, or torn at 512 bytes.
#include "tests/faults/child.hpp"
#include "tests/faults/store_oracle.hpp"
#include "tests/firmware-agent/store/bench_site.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <random>
#include <sstream>

using namespace inspect::tests;

namespace {

enum class Op : std::uint32_t { write = 1, sync, truncate, create, remove, rename, say };

struct Event {
  Op op = Op::say;
  std::string name;
  std::uint64_t offset = 0;
  std::string data;
};

std::vector<Event> read_log(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream all;
  all << file.rdbuf();
  const auto bytes = all.str();
  std::vector<Event> events;
  for (std::size_t at = 0; at + 24 <= bytes.size();) {
    std::uint32_t op = 0;
    std::uint32_t name_length = 0;
    Event event;
    std::uint64_t size = 0;
    std::memcpy(&op, bytes.data() + at, 4);
    std::memcpy(&name_length, bytes.data() + at + 4, 4);
    std::memcpy(&event.offset, bytes.data() + at + 8, 8);
    std::memcpy(&size, bytes.data() + at + 16, 8);
    at += 24;
    event.op = static_cast<Op>(op);
    event.name = bytes.substr(at, name_length);
    event.data = bytes.substr(at + name_length, size);
    at += name_length + size;
    events.push_back(std::move(event));
  }
  return events;
}

using Files = std::map<std::string, std::string>;

void put(std::string& content, std::uint64_t offset, std::string_view data) {
  if (content.size() < offset + data.size()) content.resize(offset + data.size());
  content.replace(offset, data.size(), data);
}

void apply(std::string& content, const Event& event) {
  if (event.op == Op::write) put(content, event.offset, event.data);
  if (event.op == Op::truncate) content.resize(event.offset);
}

/// The disk behind a cache that forgets: what is durable, and what only was written.
class Disk {
 public:
  void take(const Event& event) {
    switch (event.op) {
      case Op::create: durable_[event.name]; break;
      case Op::remove:
        durable_.erase(event.name);
        pending_.erase(event.name);
        break;
      case Op::write:
      case Op::truncate: pending_[event.name].push_back(&event); break;
      case Op::sync:
        for (const auto* written : pending_[event.name]) apply(durable_[event.name], *written);
        pending_.erase(event.name);
        break;
      case Op::rename:
      case Op::say: break;
    }
  }

  /// One of the states that may be found after the power came back.
  Files cut(std::mt19937_64& random) const {
    auto files = durable_;
    const auto mode = random() % 4;  // all kept, none, any subset, torn
    if (mode == 1) return files;
    for (const auto& [name, events] : pending_) {
      for (const auto* event : events) {
        if (mode >= 2 && random() % 2 == 0) continue;
        if (mode == 3 && event->op == Op::write) {
          tear(files[name], *event, random);
        } else {
          apply(files[name], *event);
        }
      }
    }
    return files;
  }

 private:
  static void tear(std::string& content, const Event& event, std::mt19937_64& random) {
    constexpr std::size_t sector = 512;
    for (std::size_t at = 0; at < event.data.size(); at += sector) {
      if (random() % 2 == 0) put(content, event.offset + at, std::string_view(event.data).substr(at, sector));
    }
  }

  Files durable_;
  std::map<std::string, std::vector<const Event*>> pending_;
};

std::vector<Event> record(const std::string& synchronous, int findings) {
  const TempDir dir;
  std::filesystem::create_directory(dir / "store");
  Child writer(beside("store_writer"), {dir / "store", std::to_string(findings), synchronous},
               {"LD_PRELOAD=" + beside("libpower_recorder.so"), "POWER_DIR=" + (dir / "store"),
                // Memory: gone after a cut, so neither recorded nor given back.
                "STORE_TAIL=" + dir.path(), "POWER_LOG=" + (dir / "log")});
  while (!writer.read(20'000).empty()) {
  }
  REQUIRE(writer.wait() == 0);
  return read_log(dir / "log");
}

struct Tally {
  int cuts = 0;
  int corrupt = 0;
  std::uint64_t lost = 0;
  int bad = 0;
};

Tally cut_power(const std::vector<Event>& events, int cuts, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::size_t> at(static_cast<std::size_t>(cuts));
  for (auto& place : at) place = random() % events.size() + 1;
  std::sort(at.begin(), at.end());
  Disk disk;
  Promises promises;
  std::string unfinished;
  Tally tally;
  std::size_t done = 0;
  for (const auto place : at) {
    for (; done < place; ++done) {
      if (events[done].op == Op::say) promises.hear(unfinished, events[done].data);
      disk.take(events[done]);
    }
    const TempDir dir;
    for (const auto& [name, content] : disk.cut(random)) {
      std::ofstream file(dir / name, std::ios::binary);
      file.write(content.data(), static_cast<std::streamsize>(content.size()));
    }
    const auto verdict = judge(dir.path(), promises);
    ++tally.cuts;
    tally.corrupt += verdict.corrupt || !verdict.opens ? 1 : 0;
    tally.lost += verdict.lost;
    if (!verdict.good()) {
      if (++tally.bad <= 3) MESSAGE("cut at " << place << " of " << events.size() << ": " << verdict.text());
    }
  }
  return tally;
}

}  // namespace

TEST_CASE("no power cut loses an acknowledged finding, damages the store, or lets a batch number be used twice") {
  const auto events = record("FULL", 250);
  const char* wanted = std::getenv("INSPECT_POWER_CUTS");
  const auto tally = cut_power(events, wanted == nullptr ? 1000 : std::atoi(wanted), 1);
  MESSAGE(tally.cuts << " cuts over " << events.size() << " operations: corrupt " << tally.corrupt << ", findings lost "
                     << tally.lost);
  CHECK(tally.corrupt == 0);
  CHECK(tally.lost == 0);
  CHECK(tally.bad == 0);
}

TEST_CASE("the same cuts lose findings when commits are not made durable: this test has teeth") {
  const auto tally = cut_power(record("NORMAL", 250), 60, 1);
  MESSAGE("NORMAL: " << tally.cuts << " cuts, findings lost " << tally.lost);
  CHECK(tally.lost > 0);
}
