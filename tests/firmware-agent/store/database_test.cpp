#include "firmware-agent/store/database.hpp"

#include "firmware-agent/store/schema.hpp"
#include "tests/firmware-agent/store/bench_site.hpp"

#include <doctest/doctest.h>

#include <array>
#include <fstream>
#include <random>

using namespace inspect;
using namespace inspect::agent::storage;
using inspect::tests::good;
using inspect::tests::TempDir;

namespace {

constexpr std::int32_t app = 0x54455354;
constexpr const char* first =
    "CREATE TABLE meta(key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;"
    "INSERT INTO meta VALUES('epoch', lower(hex(randomblob(8))));"
    "CREATE TABLE t(x INTEGER NOT NULL) STRICT;";
constexpr const char* second = "ALTER TABLE t ADD COLUMN y TEXT NOT NULL DEFAULT 'new'; INSERT INTO t(x) VALUES(2);";
constexpr const char* broken = "INSERT INTO t(x) VALUES(3); CREATE TABLE t(x INTEGER);";
constexpr std::array steps{first, second, broken};

DatabasePlan plan(const TempDir& dir, std::size_t versions) {
  return {dir / "test.db", app, std::span(steps).first(versions), "FULL"};
}

constexpr WallTime now{std::chrono::milliseconds{1'790'000'000'000}};

int count(SQLite::Database& db, const char* query) { return db.execAndGet(query).getInt(); }

}  // namespace

TEST_CASE("a new file has an epoch of its own, which stays") {
  const TempDir dir;
  std::string epoch;
  {
    const auto opened = open_database(plan(dir, 1), now);
    REQUIRE(good(opened));
    epoch = opened->epoch;
    CHECK(epoch.size() == 16);
    CHECK(epoch.find_first_not_of("0123456789abcdef") == std::string::npos);
    CHECK(opened->quarantined.empty());
  }
  CHECK(open_database(plan(dir, 1), now)->epoch == epoch);
  const TempDir other;
  CHECK(open_database(plan(other, 1), now)->epoch != epoch);
}

TEST_CASE("an older schema grows, step by step, and keeps what is in it") {
  const TempDir dir;
  {
    auto opened = open_database(plan(dir, 1), now);
    REQUIRE(good(opened));
    opened->connection->exec("INSERT INTO t VALUES(1)");
  }
  auto opened = open_database(plan(dir, 2), now);
  REQUIRE(good(opened));
  CHECK(count(*opened->connection, "PRAGMA user_version") == 2);
  CHECK(count(*opened->connection, "SELECT count(*) FROM t WHERE y='new'") == 2);
}

TEST_CASE("a step that fails leaves the old schema whole, and says so") {
  const TempDir dir;
  REQUIRE(good(open_database(plan(dir, 2), now)));
  const auto failed = open_database(plan(dir, 3), now);
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().code == Errc::storage);
  auto opened = open_database(plan(dir, 2), now);
  REQUIRE(good(opened));
  CHECK(count(*opened->connection, "SELECT count(*) FROM t") == 1);
}

TEST_CASE("a newer schema is refused and untouched; the message says what to do") {
  const TempDir dir;
  REQUIRE(good(open_database(plan(dir, 2), now)));
  const auto refused = open_database(plan(dir, 1), now);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("schema 2 is newer than this program's 1; install the newer version") !=
        std::string::npos);
  CHECK(good(open_database(plan(dir, 2), now)));
}

TEST_CASE("another program's file is refused and untouched") {
  const TempDir dir;
  {
    SQLite::Database other(dir / "test.db", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    other.exec("CREATE TABLE theirs(x); PRAGMA application_id=7");
  }
  const auto refused = open_database(plan(dir, 1), now);
  REQUIRE_FALSE(refused.has_value());
  CHECK(refused.error().message.find("belongs to another program") != std::string::npos);
  SQLite::Database other(dir / "test.db");
  CHECK(count(other, "SELECT count(*) FROM theirs") == 0);
}

TEST_CASE("a file that is no database is put aside under its name and a new one begins") {
  const TempDir dir;
  std::ofstream(dir / "test.db") << std::string(5000, 'x');
  const auto opened = open_database(plan(dir, 1), now);
  REQUIRE(good(opened));
  CHECK(opened->quarantined == dir / "test.db.corrupt-20260921T141320000Z");
  CHECK(std::filesystem::file_size(opened->quarantined) == 5000);
}

TEST_CASE("damage anywhere in the file is found, or harmless: no row is silently wrong") {
  const TempDir dir;
  {
    auto opened = open_database(plan(dir, 1), now);
    REQUIRE(good(opened));
    opened->connection->exec(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO t SELECT 1000000 + "
        "i FROM n");
  }
  std::ifstream file(dir / "test.db", std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(file)), {});
  std::mt19937_64 random(1);
  int quarantined = 0;
  for (int i = 0; i < 150; ++i) {
    // Whole pages, as flash loses them.
    auto damaged = whole;
    const auto page = random() % (whole.size() / 4096);
    for (std::size_t b = 0; b < 4096; ++b) damaged[page * 4096 + b] = static_cast<char>(random());
    const TempDir copy;
    std::ofstream(copy / "test.db", std::ios::binary) << damaged;
    auto opened = open_database(plan(copy, 1), now);
    REQUIRE(opened.has_value());
    if (!opened->quarantined.empty()) {
      ++quarantined;
      continue;
    }
    CHECK(count(*opened->connection, "SELECT count(*) FROM t") == 3000);
  }
  CHECK(quarantined > 100);
}

TEST_CASE("nobody else can open the file while we have it") {
  const TempDir dir;
  const auto opened = open_database(plan(dir, 1), now);
  REQUIRE(good(opened));
  SQLite::Database operators(dir / "test.db", SQLite::OPEN_READWRITE);
  CHECK_THROWS_WITH(operators.execAndGet("SELECT count(*) FROM t"), "database is locked");
}

TEST_CASE("the product's own schemas open, grow from nothing and are strict") {
  const TempDir dir;
  for (const auto& product : {DatabasePlan{dir / "findings.db", findings_application_id, findings_migrations(), "FULL"},
                              DatabasePlan{dir / "history.db", history_application_id, history_migrations(), "FULL"}}) {
    auto opened = open_database(product, now);
    REQUIRE(good(opened));
    CHECK(
        count(*opened->connection,
              "SELECT count(*) FROM pragma_table_list WHERE schema='main' AND name NOT LIKE 'sqlite_%' AND strict=0") ==
        0);
    CHECK(count(*opened->connection, "PRAGMA foreign_keys") == 1);
    CHECK(count(*opened->connection, "PRAGMA synchronous") == 2);
    CHECK(count(*opened->connection, "PRAGMA trusted_schema") == 0);
  }
}
