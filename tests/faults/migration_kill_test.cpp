// A process killed at any call of a schema migration leaves the old schema or the new one (reliability F20).
#include "firmware-agent/store/database.hpp"
#include "firmware-agent/store/schema.hpp"
#include "tests/faults/fault_injector.hpp"
#include "tests/firmware-agent/store/bench_site.hpp"

#include <doctest/doctest.h>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

using namespace inspect;
using namespace inspect::agent::storage;
using inspect::tests::good;
using inspect::tests::TempDir;
namespace faults = inspect::tests::faults;

namespace {

constexpr WallTime now{std::chrono::milliseconds{1'790'000'000'000}};

DatabasePlan plan(const std::string& directory, std::size_t versions) {
  return {directory + "/findings.db", findings_application_id, findings_migrations().first(versions), "FULL"};
}

/// Opens in a child that dies at its n-th call. True when it did.
bool killed_at(const std::string& directory, std::uint64_t n, std::size_t versions) {
  const auto child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    faults::arm({directory, faults::Plan::Kind::kill, n});
    const auto opened = open_database(plan(directory, versions), now);
    _exit(opened ? 0 : 1);
  }
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFSIGNALED(status)) return WTERMSIG(status) == SIGKILL;
  CHECK(WEXITSTATUS(status) == 0);
  return false;
}

constexpr int findings = 400;

void fill_v1(const std::string& directory) {
  auto old = open_database(plan(directory, 1), now);
  REQUIRE(good(old));
  auto& db = *old->connection;
  db.exec("INSERT INTO boots VALUES(1, 'boot')");
  // Every second one has ended and has its receipt.
  db.exec("BEGIN");
  for (const auto* query :
       {"INSERT INTO findings SELECT 'f' || ?1, iif(?1 % 2, 'unacknowledged', 'normal'), ?1, 1, hex(zeroblob(450))",
        "INSERT INTO events SELECT ?1, 'f' || ?1, 1, 'opened', 'normal', 0, 1, 0, ?1 * 1000, 'ntp', '', '', 0",
        "INSERT INTO explaining SELECT ?1, 'd', 'p', 1, 'good', 'none', 0, 0",
        "INSERT INTO outbox SELECT ?1, ?1, 0, x'0102030405', iif(?1 % 2, NULL, 7)"}) {
    SQLite::Statement insert(db, query);
    for (int i = 1; i <= findings; ++i) {
      insert.bind(1, i);
      insert.exec();
      insert.reset();
    }
  }
  db.exec("COMMIT");
}

int number(SQLite::Database& db, const char* query) { return db.execAndGet(query).getInt(); }

/// The version it found.
int judge(const std::string& directory) {
  SQLite::Database db(directory + "/findings.db", SQLite::OPEN_READWRITE);
  const int version = number(db, "PRAGMA user_version");
  const int columns = number(db, "SELECT count(*) FROM pragma_table_info('findings') WHERE name LIKE 'ended%'");
  const int outbox = number(db, "SELECT count(*) FROM pragma_table_info('outbox') WHERE name='bytes'");
  const int indexes = number(db,
                             "SELECT count(*) FROM sqlite_schema WHERE name IN ('findings_ended', 'outbox_by_event', "
                             "'outbox_receipted')");
  CHECK(number(db, "SELECT count(*) FROM findings") == findings);
  CHECK(number(db, "SELECT count(*) FROM outbox") == findings);
  if (version == 1) {
    CHECK(columns == 0);
    CHECK(outbox == 0);
    CHECK(indexes == 1);
  } else {
    CHECK(version == 2);
    CHECK(columns == 2);
    CHECK(outbox == 1);
    CHECK(indexes == 3);
    CHECK(number(db, "SELECT count(*) FROM findings WHERE ended_bytes=900+250+120 AND ended_ms=last_event*1000") ==
          findings / 2);
    CHECK(number(db, "SELECT count(*) FROM outbox WHERE bytes=5") == findings);
  }
  return version;
}

}  // namespace

TEST_CASE("a migration killed at any of its calls leaves the old schema or the new one, and the next start ends it") {
  const TempDir original;
  fill_v1(original.path());
  int old = 0;
  int fresh = 0;
  for (std::uint64_t n = 1;; ++n) {
    CAPTURE(n);
    const TempDir base;
    const auto directory = base / "store";
    std::filesystem::copy(original.path(), directory, std::filesystem::copy_options::recursive);
    const bool killed = killed_at(directory, n, 2);
    ++(judge(directory) == 1 ? old : fresh);
    {
      const auto opened = open_database(plan(directory, 2), now);
      REQUIRE(good(opened));
      CHECK(opened->quarantined.empty());
    }
    CHECK(judge(directory) == 2);
    if (!killed) break;
    REQUIRE(n < 5000);
  }
  MESSAGE("killed at " << old + fresh - 1 << " calls: old schema " << old << ", new schema " << fresh);
  CHECK(old > 3);
  CHECK(fresh > 3);
}

TEST_CASE("a first start killed at any of its calls is begun again and ends with a whole, sound file") {
  std::uint64_t n = 1;
  for (;; ++n) {
    CAPTURE(n);
    const TempDir dir;
    const bool killed = killed_at(dir.path(), n, 2);
    const auto opened = open_database(plan(dir.path(), 2), now);
    REQUIRE(good(opened));
    CHECK(opened->quarantined.empty());
    CHECK(opened->epoch.size() == 16);
    CHECK(number(*opened->connection, "PRAGMA user_version") == 2);
    if (!killed) break;
    REQUIRE(n < 5000);
  }
  CHECK(n > 10);
}
