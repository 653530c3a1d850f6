#include "cloud-bridge/ticketing/store/store_files.hpp"

#include "tests/cloud-bridge/ticketing/sample.hpp"

#include <fstream>
#include <set>

using namespace inspect;
using namespace inspect::ticketing;
using namespace inspect::ticketing::test;

namespace fs = std::filesystem;

namespace {

void use(const std::string& directory) {
  const auto desk = desk_in(directory);
  const std::vector<Incoming> batch{Sample{}.incoming()};
  REQUIRE(desk->take(batch, noon).has_value());
}

std::string refusal(const std::string& directory) {
  const auto store = TicketStore::open(directory);
  REQUIRE_FALSE(store.has_value());
  CHECK(store.error().code == Errc::storage);
  return store.error().message;
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

void write(const std::string& file, const std::string& bytes) { std::ofstream(file, std::ios::trunc) << bytes; }

std::set<std::string> names(const std::string& directory) {
  std::set<std::string> out;
  for (const auto& entry : fs::directory_iterator(directory)) out.insert(entry.path().filename().string());
  return out;
}

}  // namespace

TEST_CASE("a database that is gone or of no bytes where tickets were kept is refused with the cure, whatever remains") {
  for (const std::string left : {"tickets.begun", "tickets.lock", "tickets.db-wal", "tickets.db-journal"}) {
    for (const bool empty : {false, true}) {
      CAPTURE(left);
      CAPTURE(empty);
      const TemporaryDirectory home;
      use(home.path());
      for (const auto& name : names(home.path())) fs::remove(home.path() + '/' + name);
      if (empty) write(home.path() + "/tickets.db", "");
      write(home.path() + '/' + left, "x");
      const auto why = refusal(home.path());
      CHECK(holds(why, "missing or empty"));
      CHECK(holds(why, "newest backup"));
      CHECK(holds(why, "--begin-anew"));
      // Asked again it is refused again, and the log that may hold the tickets is still there.
      CHECK(holds(refusal(home.path()), "missing or empty"));
      CHECK(fs::file_size(home.path() + '/' + left) == 1);
    }
  }
}

TEST_CASE("a database that lost its tables with its log is lost, too") {
  const TemporaryDirectory home;
  use(home.path());
  // One page that says nothing but that a log belongs to it.
  const TemporaryDirectory other;
  { TicketStore::open(other.path()).value(); }
  std::string page(4096, '\0');
  std::ifstream(other.path() + "/tickets.db").read(page.data(), 100);
  page[28] = page[29] = page[30] = '\0';
  page[31] = 1;
  for (std::size_t at : {40U, 60U, 68U}) page.replace(at, 4, std::string(4, '\0'));
  page[100] = 13;
  page[105] = 16;
  write(home.path() + "/tickets.db", page);
  CHECK(holds(refusal(home.path()), "missing or empty"));
}

TEST_CASE("begun anew, the old files stand aside under one name and can be put back; the new store takes tickets") {
  const TemporaryDirectory home;
  use(home.path());
  const std::string garbage(8192, 'x');
  write(home.path() + "/tickets.db", garbage);
  write(home.path() + "/tickets.db-wal", "log");
  CHECK(holds(refusal(home.path()), "--begin-anew"));
  const auto aside = home.path() + "/tickets.db.corrupt-20261124T120000";
  {
    auto store = TicketStore::open(home.path(), {}, noon);
    REQUIRE(store.has_value());
    CHECK((*store)->set_aside().starts_with(aside));
    CHECK(fs::file_size((*store)->set_aside()) == garbage.size());
    CHECK((*store)->last_ticket_id().value() == 0);
  }
  use(home.path());
  CHECK(desk_in(home.path())->list({}).size() == 1);
}

TEST_CASE("a sound store is never set aside") {
  const TemporaryDirectory home;
  use(home.path());
  const auto store = TicketStore::open(home.path(), {}, noon);
  REQUIRE(store.has_value());
  CHECK((*store)->set_aside().empty());
  CHECK((*store)->last_ticket_id().value() == 1);
}

TEST_CASE("a store another program or a newer one wrote is not set aside either") {
  const TemporaryDirectory home;
  {
    const TemporaryDirectory other;
    use(other.path());
    fs::copy(other.path() + "/tickets.db", home.path() + "/tickets.db");
  }
  {
    std::fstream file(home.path() + "/tickets.db", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(68).write("else", 4);
  }
  const auto store = TicketStore::open(home.path(), {}, noon);
  REQUIRE_FALSE(store.has_value());
  CHECK(holds(store.error().message, "another program"));
  CHECK(names(home.path()).contains("tickets.db"));
  // The refused start is no sign that tickets were kept here.
  for (const auto& name : names(home.path())) fs::remove(home.path() + '/' + name);
  CHECK(TicketStore::open(home.path()).has_value());
}

TEST_CASE("a backup put in the place of a lost database is opened") {
  const TemporaryDirectory home;
  use(home.path());
  fs::copy(home.path() + "/tickets.db", home.path() + "/backup");
  write(home.path() + "/tickets.db", "");
  CHECK(holds(refusal(home.path()), "missing or empty"));
  fs::rename(home.path() + "/backup", home.path() + "/tickets.db");
  CHECK(desk_in(home.path())->list({}).size() == 1);
}

TEST_CASE("a lock is one process's, and its name goes with a store that was never begun") {
  const TemporaryDirectory home;
  auto first = StoreLock::take(home.path());
  REQUIRE(first.has_value());
  CHECK(first->made());
  CHECK_FALSE(StoreLock::take(home.path()).has_value());
  first->erase();
  CHECK(names(home.path()).empty());
}
