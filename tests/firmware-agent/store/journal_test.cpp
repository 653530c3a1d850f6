#include "firmware-agent/store/journal.hpp"

#include "tests/firmware-agent/store/bench_site.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <random>
#include <sstream>

using namespace inspect;
using namespace inspect::agent::storage;
using inspect::tests::good;
using inspect::tests::TempDir;

namespace {

constexpr std::uint64_t capacity = 8192;
const JournalHeader header{"0123456789abcdef", 7, 12, 3};

std::string content_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream all;
  all << file.rdbuf();
  return all.str();
}

void write_file(const std::string& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(content.data(), static_cast<std::streamsize>(content.size()));
}

std::vector<std::string> some_records(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::string> records(20);
  for (auto& record : records) {
    record.resize(random() % 90 + 1);
    for (auto& c : record) c = static_cast<char>(random());
  }
  return records;
}

struct Held : Journal::Content {
  std::vector<std::string> records;
};

Result<Held> held_by(Journal& journal) {
  std::vector<std::string> records;
  auto content = journal.open([&](const JournalHeader&, std::string_view record) { records.emplace_back(record); });
  if (!content) return content.error();
  return Held{*content, std::move(records)};
}

/// A journal with one generation of records in it.
void fill(const std::string& path, const JournalHeader& with, const std::vector<std::string>& records) {
  Journal journal(path, capacity, path + ".tail");
  REQUIRE(good(held_by(journal)));
  REQUIRE(good(journal.restart(with)));
  REQUIRE(good(journal.append(records)));
  REQUIRE(good(journal.sync()));
}

}  // namespace

TEST_CASE("what was appended is read back, and appending goes on after it") {
  const TempDir dir;
  const auto records = some_records(1);
  fill(dir / "j", header, records);
  {
    Journal journal(dir / "j", capacity, dir / "j.tail");
    const auto content = held_by(journal);
    REQUIRE(good(content));
    CHECK(content->header == header);
    CHECK(content->records == records);
    const std::string more = "one more";
    REQUIRE(good(journal.append({&more, 1})));
  }
  Journal journal(dir / "j", capacity, dir / "j.tail");
  const auto content = held_by(journal);
  REQUIRE(content->records.size() == records.size() + 1);
  CHECK(content->records.back() == "one more");
  CHECK(std::filesystem::file_size(dir / "j") == capacity);
}

TEST_CASE("cut at every byte, the journal gives the records before the cut, all of them and no other") {
  const TempDir dir;
  const auto records = some_records(2);
  fill(dir / "j", header, records);
  const auto whole = content_of(dir / "j");
  std::size_t used = Journal::header_bytes;
  std::vector<std::size_t> ends{used};
  for (const auto& record : records) ends.push_back(used += record.size() + Journal::overhead);
  for (std::size_t cut = 0; cut <= used; ++cut) {
    // What follows the cut is zero, as in a fresh file, or noise.
    std::string damaged = whole.substr(0, cut);
    damaged.resize(capacity, cut % 2 == 0 ? '\0' : '\x5a');
    write_file(dir / "cut", damaged);
    Journal journal(dir / "cut", capacity, dir / "cut.tail");
    const auto content = held_by(journal);
    REQUIRE(content.has_value());
    // Records are whole when their bytes are, even if the cut fell into zeros at their end.
    const auto whole_ends = std::count_if(ends.begin(), ends.end(), [&](std::size_t end) {
      return std::equal(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(end), damaged.begin());
    });
    REQUIRE(content->header.has_value() == (whole_ends > 0));
    if (whole_ends == 0) continue;
    const auto expected = static_cast<std::size_t>(whole_ends - 1);
    REQUIRE(content->header == header);
    REQUIRE(content->records.size() == expected);
    REQUIRE(std::equal(content->records.begin(), content->records.end(), records.begin()));
  }
}

TEST_CASE("a flipped bit ends the journal there and is never taken for a record") {
  const TempDir dir;
  const auto records = some_records(3);
  fill(dir / "j", header, records);
  const auto whole = content_of(dir / "j");
  for (std::size_t at = 0; at < 600; ++at) {
    auto damaged = whole;
    damaged[at] ^= static_cast<char>(1 << at % 8);
    write_file(dir / "flip", damaged);
    Journal journal(dir / "flip", capacity, dir / "flip.tail");
    const auto content = held_by(journal);
    REQUIRE(content.has_value());
    REQUIRE(content->records.size() < records.size());
    REQUIRE(std::equal(content->records.begin(), content->records.end(), records.begin()));
  }
}

TEST_CASE("records of an older generation behind the new ones are not taken up again") {
  const TempDir dir;
  const auto old = some_records(4);
  fill(dir / "j", header, old);
  Journal journal(dir / "j", capacity, dir / "j.tail");
  REQUIRE(good(held_by(journal)));
  auto next = header;
  ++next.generation;
  REQUIRE(good(journal.restart(next)));
  // The same sizes, so that old records begin just where the new ones end.
  REQUIRE(good(journal.append(std::span(old).first(3))));
  Journal again(dir / "j", capacity, dir / "j.tail");
  const auto content = held_by(again);
  CHECK(content->header == next);
  CHECK(content->records.size() == 3);
}

TEST_CASE("a record lost between two others does not let the later one in, also not after new appends") {
  const TempDir dir;
  const auto records = some_records(5);
  fill(dir / "j", header, records);
  auto damaged = content_of(dir / "j");
  // The page with record 1 did not reach the disk, the rest did.
  const auto first_end = Journal::header_bytes + Journal::overhead + records[0].size();
  for (std::size_t i = 0; i < records[1].size() + Journal::overhead; ++i) damaged[first_end + i] = '\0';
  write_file(dir / "j", damaged);
  Journal journal(dir / "j", capacity, dir / "j.tail");
  REQUIRE(held_by(journal)->records.size() == 1);
  std::string other = records[1];
  other[0] ^= 1;
  REQUIRE(good(journal.append({&other, 1})));
  Journal again(dir / "j", capacity, dir / "j.tail");
  const auto content = held_by(again);
  REQUIRE(content->records.size() == 2);
  CHECK(content->records[1] == other);
}

TEST_CASE("a kill loses nothing that was appended; a power cut loses what was not made durable") {
  const TempDir dir;
  const auto records = some_records(6);
  for (const bool power_cut : {false, true}) {
    auto fresh = header;
    fresh.generation += power_cut ? 1 : 0;
    fill(dir / "j", fresh, {});
    {
      Journal journal(dir / "j", capacity, dir / "j.tail");
      REQUIRE(good(held_by(journal)));
      REQUIRE(good(journal.append(std::span(records).first(5))));
      REQUIRE(good(journal.sync()));
      REQUIRE(good(journal.append(std::span(records).subspan(5))));
    }
    if (power_cut) std::filesystem::remove(dir / "j.tail");
    Journal journal(dir / "j", capacity, dir / "j.tail");
    const auto content = held_by(journal);
    REQUIRE(good(content));
    CHECK(content->records.size() == (power_cut ? 5 : records.size()));
  }
}

TEST_CASE("a tail cut at every byte gives the records before the cut") {
  const TempDir dir;
  const auto records = some_records(7);
  fill(dir / "j", header, {});
  const auto durable = content_of(dir / "j");
  {
    Journal journal(dir / "j", capacity, dir / "j.tail");
    REQUIRE(good(held_by(journal)));
    REQUIRE(good(journal.append(records)));
  }
  const auto tail = content_of(dir / "j.tail");
  for (std::size_t cut = 0; cut < tail.size(); ++cut) {
    write_file(dir / "j", durable);
    write_file(dir / "j.tail", tail.substr(0, cut));
    Journal journal(dir / "j", capacity, dir / "j.tail");
    const auto content = held_by(journal);
    REQUIRE(content.has_value());
    std::size_t whole = 0;
    for (std::size_t end = 0; whole < records.size(); ++whole) {
      end += records[whole].size() + Journal::overhead;
      if (end > cut) break;
    }
    REQUIRE(content->records.size() == whole);
  }
}

TEST_CASE("a full journal refuses and takes nothing until it is begun anew") {
  const TempDir dir;
  fill(dir / "j", header, {});
  Journal journal(dir / "j", capacity, dir / "j.tail");
  REQUIRE(good(held_by(journal)));
  const std::string large(capacity, 'x');
  const auto refused = journal.append({&large, 1});
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().code == Errc::storage);
  CHECK(journal.broken());
  const std::string small = "x";
  CHECK_FALSE(journal.append({&small, 1}).has_value());
  CHECK_FALSE(journal.sync().has_value());
  REQUIRE(good(journal.restart(header)));
  CHECK(good(journal.append({&small, 1})));
}
