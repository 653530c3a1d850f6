#include "firmware-agent/store/history_database.hpp"

#include "firmware-agent/store/run_codec.hpp"
#include "firmware-agent/store/schema.hpp"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <algorithm>

namespace inspect::agent::storage {

namespace {

constexpr int point_bits = 20;
constexpr std::size_t row_overhead = 14;  // key, lengths and cell pointer of a row in SQLite's file
constexpr std::size_t most_points = std::size_t{1} << point_bits;

std::int64_t block_key(std::int64_t block, StoredId id) { return (block << point_bits) + id; }
std::uint64_t as_unsigned(const SQLite::Column& column) { return static_cast<std::uint64_t>(column.getInt64()); }

}  // namespace

template <class Work>
auto HistoryDatabase::guarded(const char* doing, Work work) -> decltype(work()) {
  if (auto ready = ensure_open(); !ready) return ready.error();
  try {
    return work();
  } catch (const SQLite::Exception& error) {
    abandon(opened_);
    corrupt_ = corrupt_ || is_corrupt(error);
    return storage_error(error, std::string("history.db: cannot ") + doing);
  }
}

Result<void> HistoryDatabase::ensure_open() {
  if (lost()) return fail(Errc::storage, "history.db is corrupt and waits to be put aside");
  if (opened_.connection) return {};
  DatabasePlan plan{site_.store.directory + "/history.db", history_application_id, history_migrations(), "FULL"};
  plan.check = epoch_.empty();
  auto opened = open_database(plan, options_.now().wall);
  if (!opened) return opened.error();
  opened_ = std::move(*opened);
  if (!opened_.quarantined.empty()) put_aside_ = std::exchange(opened_.quarantined, {});
  // Numbers of points and batches in memory belong to the file that was opened first.
  lost_ = !epoch_.empty() && opened_.epoch != epoch_;
  if (lost_) return fail(Errc::storage, "history.db was corrupt and a new one begins");
  epoch_ = opened_.epoch;
  return {};
}

Result<HistoryDatabase::State> HistoryDatabase::open() {
  if (corrupt_) {
    auto moved = storage::put_aside(site_.store.directory + "/history.db", options_.now().wall);
    if (!moved) return moved.error();
    put_aside_ = std::move(*moved);
    corrupt_ = false;
  }
  lost_ = false;
  if (opened_.connection) {
    epoch_ = opened_.epoch;
  } else if (!put_aside_.empty()) {
    epoch_.clear();  // whatever is made now is right
  }
  return guarded("open", [&]() -> Result<State> {
    bytes_ = block_bytes();
    return State{opened_.epoch, std::exchange(put_aside_, {}), number("generation"), number("next_batch"),
                 number("dropped")};
  });
}

void HistoryDatabase::forget() {
  abandon(opened_);
  epoch_.clear();
  put_aside_.clear();
  corrupt_ = lost_ = false;
}

std::uint64_t HistoryDatabase::number(const char* key) const {
  SQLite::Statement find(*opened_.connection, "SELECT CAST(value AS INTEGER) FROM meta WHERE key=?");
  find.bind(1, key);
  return find.executeStep() ? as_unsigned(find.getColumn(0)) : 0;
}

void HistoryDatabase::set_number(const char* key, std::uint64_t value) {
  SQLite::Statement set(*opened_.connection, "INSERT INTO meta VALUES(?1, ?2) ON CONFLICT(key) DO UPDATE SET value=?2");
  SQLite::bind(set, key, std::to_string(value));
  set.exec();
}

Result<std::vector<HistoryDatabase::KnownPoint>> HistoryDatabase::know(const std::vector<KnownPoint>& points) {
  return guarded("number the points", [&]() -> Result<std::vector<KnownPoint>> {
    auto& db = *opened_.connection;
    SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement insert(db,
                             "INSERT INTO points(id, name, scale, offset) SELECT coalesce(max(id) + 1, 0), ?, ?, ? "
                             "FROM points WHERE true ON CONFLICT(name, scale, offset) DO NOTHING");
    bool grew = false;
    for (const auto& point : points) {
      SQLite::bind(insert, point.name, point.scaling.scale, point.scaling.offset);
      grew = insert.exec() > 0 || grew;
      insert.reset();
    }
    if (grew) transaction.commit();
    std::vector<KnownPoint> known;
    SQLite::Statement rows(db, "SELECT name, scale, offset FROM points ORDER BY id");
    while (rows.executeStep()) {
      known.push_back({rows.getColumn(0).getString(), {rows.getColumn(1).getDouble(), rows.getColumn(2).getDouble()}});
    }
    if (known.size() >= most_points) return fail(Errc::storage, "history.db: more than a million points were known");
    return known;
  });
}

Result<std::uint64_t> HistoryDatabase::write(const Compaction& compaction, WallTime now) {
  return guarded("take over the journal", [&]() -> Result<std::uint64_t> {
    SQLite::Transaction transaction(*opened_.connection, SQLite::TransactionBehavior::IMMEDIATE);
    insert(compaction);
    const auto dropped = enforce_bounds(now);
    set_number("generation", compaction.generation);
    set_number("next_batch", compaction.next_batch);
    set_number("dropped", compaction.dropped + dropped);
    transaction.commit();
    bytes_ = block_bytes();
    return dropped;
  });
}

void HistoryDatabase::insert_block(const OpenBlock& block, std::int64_t number) {
  auto& db = *opened_.connection;
  SQLite::Statement add(db, "INSERT OR REPLACE INTO blocks VALUES(?, ?)");
  std::int64_t bytes = 0;
  for (StoredId id = 0; id < block.points().size(); ++id) {
    if (block.last(id) == nullptr) continue;
    const auto data = encode_runs(block.runs(id), block.points()[id].scaling);
    add.bind(1, block_key(number, id));
    add.bindNoCopy(2, data.data(), static_cast<int>(data.size()));
    add.exec();
    add.reset();
    bytes += static_cast<std::int64_t>(data.size() + row_overhead);
  }
  SQLite::Statement span(db, "INSERT OR REPLACE INTO spans VALUES(?, ?, ?, ?, ?)");
  SQLite::bind(span, number, block.first_ms(), block.last_ms(), static_cast<std::int64_t>(block.readings()), bytes);
  span.exec();
}

void HistoryDatabase::insert(const Compaction& compaction) {
  auto& db = *opened_.connection;
  if (!compaction.block.empty()) insert_block(compaction.block, static_cast<std::int64_t>(compaction.generation));
  SQLite::Statement add_batch(db, "INSERT OR REPLACE INTO batches VALUES(?, ?, ?)");
  for (const auto& batch : compaction.batches) {
    add_batch.bind(1, static_cast<std::int64_t>(batch.seq));
    add_batch.bind(2, batch.created_ms);
    add_batch.bindNoCopy(3, batch.payload.data(), static_cast<int>(batch.payload.size()));
    add_batch.exec();
    add_batch.reset();
  }
  SQLite::Statement remove(db, "DELETE FROM batches WHERE seq=?");
  for (const auto seq : compaction.receipted) {
    remove.bind(1, static_cast<std::int64_t>(seq));
    remove.exec();
    remove.reset();
  }
}

std::uint64_t HistoryDatabase::enforce_bounds(WallTime now) {
  auto& db = *opened_.connection;
  // By age only while the clock can be believed; by bytes always. At most a day of blocks at a time, so that a
  // lowered bound costs many short pauses and no long one.
  const bool dated = options_.now().trust >= ClockTrust::rtc;
  const auto oldest_kept = (now - site_.store.history_age).time_since_epoch().count();
  for (int i = 0; i < 96; ++i) {
    SQLite::Statement oldest(db, "SELECT last_ms FROM spans ORDER BY block LIMIT 1");
    if (!oldest.executeStep()) break;
    const bool too_old = dated && oldest.getColumn(0).getInt64() < oldest_kept;
    if (!too_old && block_bytes() <= site_.store.history_bytes) break;
    oldest.reset();
    drop_oldest_block();
  }
  return drop_batches_over_bound();
}

void HistoryDatabase::drop_oldest_block() {
  auto& db = *opened_.connection;
  const auto block = db.execAndGet("SELECT min(block) FROM spans").getInt64();
  SQLite::Statement blocks(db, "DELETE FROM blocks WHERE id >= ? AND id < ?");
  SQLite::bind(blocks, block_key(block, 0), block_key(block + 1, 0));
  blocks.exec();
  SQLite::Statement span(db, "DELETE FROM spans WHERE block=?");
  span.bind(1, block);
  span.exec();
}

std::uint64_t HistoryDatabase::drop_batches_over_bound() {
  auto& db = *opened_.connection;
  auto bytes = as_unsigned(db.execAndGet("SELECT coalesce(sum(length(payload)), 0) FROM batches"));
  std::uint64_t dropped = 0;
  while (bytes > site_.store.readings_outbox_bytes) {
    SQLite::Statement oldest(db, "SELECT seq, length(payload) FROM batches ORDER BY seq LIMIT 1");
    if (!oldest.executeStep()) break;
    bytes -= as_unsigned(oldest.getColumn(1));
    SQLite::Statement remove(db, "DELETE FROM batches WHERE seq=?");
    remove.bind(1, oldest.getColumn(0).getInt64());
    oldest.reset();
    remove.exec();
    ++dropped;
  }
  return dropped;
}

std::uint64_t HistoryDatabase::block_bytes() const {
  return as_unsigned(opened_.connection->execAndGet("SELECT coalesce(sum(bytes), 0) FROM spans"));
}

Result<std::vector<HistoryDatabase::StoredBlock>> HistoryDatabase::blocks(const std::vector<StoredId>& ids,
                                                                          std::int64_t from, std::int64_t to,
                                                                          std::size_t most) {
  return guarded("read history", [&]() -> Result<std::vector<StoredBlock>> {
    auto& db = *opened_.connection;
    std::vector<std::int64_t> spans;
    SQLite::Statement span(db, "SELECT block FROM spans WHERE last_ms >= ? AND first_ms <= ? ORDER BY block");
    SQLite::bind(span, from, to);
    while (span.executeStep()) spans.push_back(span.getColumn(0).getInt64());
    const auto taken = std::min(spans.size(), std::max<std::size_t>(most, 1));
    std::vector<StoredBlock> found;
    SQLite::Statement block(db, "SELECT data FROM blocks WHERE id=?");
    for (std::size_t i = 0; i < taken; ++i) {
      const auto number = spans[i * spans.size() / taken];
      for (const auto id : ids) {
        if (auto data = read_block(block, block_key(number, id))) found.push_back({id, std::move(*data)});
      }
    }
    return found;
  });
}

// A damaged page costs the blocks on it, not the answer; the next check of the whole file finds it and puts it aside.
std::optional<std::string> HistoryDatabase::read_block(SQLite::Statement& block, std::int64_t key) {
  try {
    block.bind(1, key);
    std::optional<std::string> data;
    if (block.executeStep()) data = block.getColumn(0).getString();
    block.reset();
    return data;
  } catch (const SQLite::Exception& error) {
    if (!is_corrupt(error)) throw;
    block.tryReset();
    return "";
  }
}

Result<std::vector<Batch>> HistoryDatabase::batches(std::uint64_t from_seq, std::size_t most) {
  return guarded("read batches", [&]() -> Result<std::vector<Batch>> {
    std::vector<Batch> found;
    SQLite::Statement rows(*opened_.connection,
                           "SELECT seq, created_ms, payload FROM batches WHERE seq >= ? ORDER BY seq LIMIT ?");
    SQLite::bind(rows, static_cast<std::int64_t>(from_seq), static_cast<std::int64_t>(most));
    while (rows.executeStep()) {
      found.push_back({as_unsigned(rows.getColumn(0)), rows.getColumn(1).getInt64(), rows.getColumn(2).getString()});
    }
    return found;
  });
}

bool HistoryDatabase::has_batch(std::uint64_t seq) {
  const auto found = guarded("look up a batch", [&]() -> Result<bool> {
    SQLite::Statement row(*opened_.connection, "SELECT 1 FROM batches WHERE seq=?");
    row.bind(1, static_cast<std::int64_t>(seq));
    return row.executeStep();
  });
  return found && *found;
}

Result<std::uint64_t> HistoryDatabase::batches_waiting() {
  return guarded("count batches", [&]() -> Result<std::uint64_t> {
    return as_unsigned(opened_.connection->execAndGet("SELECT count(*) FROM batches"));
  });
}

}  // namespace inspect::agent::storage
