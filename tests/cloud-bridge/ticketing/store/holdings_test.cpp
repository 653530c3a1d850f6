#include "cloud-bridge/ticketing/store/ticket_store.hpp"
#include "tests/cloud-bridge/ticketing/sample.hpp"

using namespace inspect;
using namespace inspect::ticketing;
using namespace inspect::ticketing::test;

namespace {

struct Centre {
  TemporaryDirectory home;
  std::unique_ptr<TicketStore> store = std::move(TicketStore::open(home.path()).value());

  void keep(const std::string& epoch, std::vector<std::uint64_t> seqs, InboxKind kind = InboxKind::finding,
            WallTime at = noon, const std::string& gateway = "gw-1") {
    WriteSet set;
    set.at = at;
    for (const auto seq : seqs) set.inbox.push_back({{gateway, epoch, seq}, Digest{}, kind, epoch.size() > 16});
    REQUIRE(store->commit(set).has_value());
  }
  std::vector<Holding> holdings() { return store->holdings("gw-1").value(); }
  std::vector<SeqRange> only() {
    const auto all = holdings();
    REQUIRE(all.size() == 1);
    return all[0].held;
  }
};

using Ranges = std::vector<SeqRange>;

}  // namespace

TEST_CASE("nothing is held of a gateway that was never heard, and nothing of another's") {
  Centre centre;
  centre.keep(epoch_a, {1, 2}, InboxKind::finding, noon, "gw-2");
  CHECK(centre.holdings().empty());
}

TEST_CASE("findings are held by number, poison too, readings not") {
  Centre centre;
  centre.keep(epoch_a, {1, 2, 4});
  centre.keep(epoch_a, {3}, InboxKind::poison);
  centre.keep(epoch_b, {1, 2, 3}, InboxKind::readings);
  CHECK(centre.only() == Ranges{{1, 4}});
}

TEST_CASE("numbers that never came, or came before the backup was taken and after others, are holes") {
  Centre centre;
  centre.keep(epoch_a, {2, 3, 5, 9, 10});
  CHECK(centre.only() == Ranges{{2, 3}, {5, 5}, {9, 10}});
  centre.keep(epoch_a, {1, 4, 6, 7, 8});
  CHECK(centre.only() == Ranges{{1, 10}});
}

TEST_CASE("numbers whose rows have been pruned are held all the same when none was missing") {
  Centre centre;
  centre.keep(epoch_a, {1, 2, 3});
  REQUIRE(centre.store->prune(noon + 24h * 500).has_value());
  CHECK(centre.only() == Ranges{{1, 3}});
}

TEST_CASE("the lives of a database are one: below the first number of a later one the earlier count") {
  Centre centre;
  centre.keep(epoch_a, {1, 2, 3, 4, 5, 6, 7, 8});
  centre.keep(epoch_a + "~2", {4, 5, 7});
  CHECK(centre.only() == Ranges{{1, 3}, {4, 5}, {7, 7}});
  centre.keep(epoch_a + "~3", {6});
  CHECK(centre.only() == Ranges{{1, 3}, {4, 5}, {6, 6}});
}

TEST_CASE("of many databases those heard last are told, of many ranges the highest") {
  Centre centre;
  for (int i = 0; i < 20; ++i) {
    centre.keep("00112233445566" + std::to_string(10 + i), {1}, InboxKind::finding, noon + 1min * ((i * 7) % 20));
  }
  const auto told = centre.holdings();
  REQUIRE(told.size() == most_epochs_held);
  CHECK(told.front().epoch == "0011223344556627");  // 17 · 7 mod 20 = 19
  CHECK(told.back().epoch == "0011223344556622");   // 12 · 7 mod 20 = 4

  Centre holey;
  std::vector<std::uint64_t> odd;
  for (std::uint64_t seq = 1; seq <= 99; seq += 2) odd.push_back(seq);
  holey.keep(epoch_a, odd);
  const auto ranges = holey.only();
  REQUIRE(ranges.size() == most_ranges_held);
  CHECK(in_order(ranges));
  CHECK(ranges.front() == SeqRange{37, 37});
  CHECK(ranges.back() == SeqRange{99, 99});
}
