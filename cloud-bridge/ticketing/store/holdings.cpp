// What the centre holds of a gateway's findings, from the counts of its numbers. Only where numbers are missing are the
// rows themselves looked at.
#include "cloud-bridge/ticketing/store/store_impl.hpp"
#include "cloud-bridge/ticketing/store/ticket_store.hpp"

#include <algorithm>

namespace inspect::ticketing {

namespace {

constexpr std::size_t epoch_digits = 16;
constexpr int most_rows = 256;  ///< every life of as many databases as can be told

/// One life of a database, as its counts say.
struct Life {
  std::string name;
  std::uint64_t first = 1;
  std::uint64_t top = 0;
  std::uint64_t count = 0;
};

std::vector<Life> lives_of(TicketStore::Impl& store, const std::string& gateway) {
  auto query = store.prepared(
      "SELECT epoch, first, top, held FROM numbering n WHERE gateway = ?1 ORDER BY coalesce((SELECT received_at FROM"
      " inbox i WHERE i.gateway = n.gateway AND i.epoch = n.epoch AND i.seq = n.top), 0) DESC LIMIT ?2");
  bind_text(*query, 1, gateway);
  query->bind(2, most_rows);
  std::vector<Life> lives;
  while (query->executeStep()) {
    const auto number = [&](int column) { return static_cast<std::uint64_t>(query->getColumn(column).getInt64()); };
    lives.push_back({query->getColumn(0).getString(), number(1), number(2), number(3)});
  }
  return lives;
}

/// Adds the numbers this life has below `end` to `out`, the highest first.
void add_numbers(TicketStore::Impl& store, const std::string& gateway, const Life& life, std::uint64_t end,
                 std::vector<SeqRange>& out) {
  if (life.first >= end) return;
  if (life.count == life.top - life.first + 1) return out.push_back({life.first, std::min(life.top, end - 1)});
  auto query = store.prepared(
      "SELECT seq FROM inbox WHERE gateway = ? AND epoch = ? AND kind <> 2 AND seq < ? ORDER BY seq DESC");
  bind_text(*query, 1, gateway);
  bind_text(*query, 2, life.name);
  query->bind(3, static_cast<std::int64_t>(end));
  bool begun = false;
  while (query->executeStep()) {
    const auto seq = static_cast<std::uint64_t>(query->getColumn(0).getInt64());
    if (begun && out.back().first == seq + 1) {
      out.back().first = seq;
    } else if (out.size() < most_ranges_held) {
      out.push_back({seq, seq});
      begun = true;
    } else {
      return;
    }
  }
}

}  // namespace

/// A later life of a database goes on from where its old copy was put back: below its first number the earlier ones
/// count.
Result<std::vector<Holding>> TicketStore::holdings(const std::string& gateway) {
  return guarded("holdings", [&] {
    auto lives = lives_of(*impl_, gateway);
    std::vector<Holding> out;
    for (const auto& heard : lives) {
      const auto epoch = heard.name.substr(0, epoch_digits);
      const auto told = [&](const Holding& holding) { return holding.epoch == epoch; };
      if (out.size() < most_epochs_held && std::none_of(out.begin(), out.end(), told)) out.push_back({epoch, {}});
    }
    std::sort(lives.begin(), lives.end(), [](const Life& left, const Life& right) { return left.name > right.name; });
    for (auto& [epoch, held] : out) {
      auto end = largest_row;
      for (const auto& life : lives) {
        if (!life.name.starts_with(epoch)) continue;
        add_numbers(*impl_, gateway, life, end, held);
        end = std::min(end, life.first);
      }
      std::reverse(held.begin(), held.end());
      if (held.size() > most_ranges_held) {
        held.erase(held.begin(), held.end() - static_cast<std::ptrdiff_t>(most_ranges_held));
      }
    }
    return out;
  });
}

}  // namespace inspect::ticketing
