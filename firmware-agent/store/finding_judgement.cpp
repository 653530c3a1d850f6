#include "firmware-agent/store/finding_ledger.hpp"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

namespace inspect::agent::storage {

namespace {

std::int64_t to_ms(WallTime time) { return time.time_since_epoch().count(); }
WallTime from_ms(std::int64_t ms) { return WallTime{std::chrono::milliseconds{ms}}; }

void keep_piece(SQLite::Statement& put, const judgement::KeptPiece& piece) {
  put.reset();
  put.bind(1, piece.name);
  put.bind(2, piece.bytes.data(), static_cast<int>(piece.bytes.size()));
  put.exec();
}

void keep_forecast(SQLite::Statement& put, const control::ForecastRow& row) {
  put.reset();
  put.clearBindings();
  put.bind(1, row.device);
  put.bind(2, row.point);
  put.bind(3, row.kind);
  put.bind(4, to_ms(row.made));
  put.bind(5, row.probability);
  put.bind(6, to_ms(row.crossing));
  put.bind(7, to_ms(row.earliest));
  put.bind(8, to_ms(row.latest));
  put.bind(9, row.alert ? 1 : 0);
  put.bind(10, row.outcome);
  if (row.graded) put.bind(11, to_ms(*row.graded));
  put.exec();
}

void prune_oldest(SQLite::Database& db, const std::string& table, std::size_t most) {
  db.exec("DELETE FROM " + table + " WHERE id <= (SELECT max(id) FROM " + table + ") - " + std::to_string(most));
}

}  // namespace

Result<void> FindingLedger::keep(const JudgementNews& news) {
  return guarded("keep what judgement learned", [&]() -> Result<void> {
    auto& db = *opened_.connection;
    SQLite::Transaction transaction(db, SQLite::TransactionBehavior::IMMEDIATE);
    SQLite::Statement piece(db, "INSERT INTO judgement VALUES(?1, ?2) ON CONFLICT(name) DO UPDATE SET bytes = ?2");
    for (const auto& each : news.pieces) keep_piece(piece, each);
    SQLite::Statement forecast(
        db,
        "INSERT INTO forecasts(device, point, kind, made_ms, probability, crossing_ms, earliest_ms, latest_ms, alert, "
        "outcome, graded_ms) VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11) "
        "ON CONFLICT(device, point, kind, made_ms) DO UPDATE SET outcome = ?10, graded_ms = ?11");
    for (const auto& each : news.forecasts) keep_forecast(forecast, each);
    SQLite::Statement part(db, "INSERT INTO parts(at_ms, device, point, part, who, why) VALUES(?,?,?,?,?,?)");
    for (const auto& each : news.parts) {
      part.reset();
      SQLite::bind(part, to_ms(each.at), each.device, each.point, each.part, each.by, each.why);
      part.exec();
    }
    prune_oldest(db, "forecasts", most_kept_forecasts);
    prune_oldest(db, "parts", most_kept_parts);
    transaction.commit();
    return {};
  });
}

Result<std::vector<judgement::KeptPiece>> FindingLedger::judgement() {
  return guarded("read what judgement learned", [&]() -> Result<std::vector<judgement::KeptPiece>> {
    std::vector<judgement::KeptPiece> pieces;
    SQLite::Statement all(*opened_.connection, "SELECT name, bytes FROM judgement ORDER BY name");
    while (all.executeStep()) pieces.push_back({all.getColumn(0).getString(), all.getColumn(1).getString()});
    return pieces;
  });
}

Result<std::vector<control::ForecastRow>> FindingLedger::forecasts(std::size_t most) {
  return guarded("read the forecasts", [&]() -> Result<std::vector<control::ForecastRow>> {
    std::vector<control::ForecastRow> rows;
    SQLite::Statement all(
        *opened_.connection,
        "SELECT device, point, kind, made_ms, probability, crossing_ms, earliest_ms, latest_ms, alert, "
        "outcome, graded_ms FROM forecasts ORDER BY id DESC LIMIT ?");
    all.bind(1, static_cast<std::int64_t>(most));
    while (all.executeStep()) {
      control::ForecastRow row;
      row.device = all.getColumn(0).getString();
      row.point = all.getColumn(1).getString();
      row.kind = all.getColumn(2).getString();
      row.made = from_ms(all.getColumn(3).getInt64());
      row.probability = all.getColumn(4).getDouble();
      row.crossing = from_ms(all.getColumn(5).getInt64());
      row.earliest = from_ms(all.getColumn(6).getInt64());
      row.latest = from_ms(all.getColumn(7).getInt64());
      row.alert = all.getColumn(8).getInt() != 0;
      row.outcome = all.getColumn(9).getString();
      if (!all.getColumn(10).isNull()) row.graded = from_ms(all.getColumn(10).getInt64());
      rows.push_back(std::move(row));
    }
    return rows;
  });
}

Result<std::vector<control::PartRow>> FindingLedger::parts(const std::string& device, std::size_t most) {
  return guarded("read the replaced parts", [&]() -> Result<std::vector<control::PartRow>> {
    std::vector<control::PartRow> rows;
    SQLite::Statement all(*opened_.connection,
                          "SELECT at_ms, point, part, who, why FROM parts WHERE device = ? ORDER BY id DESC LIMIT ?");
    SQLite::bind(all, device, static_cast<std::int64_t>(most));
    while (all.executeStep()) {
      rows.push_back({from_ms(all.getColumn(0).getInt64()), device, all.getColumn(1).getString(),
                      all.getColumn(2).getString(), all.getColumn(3).getString(), all.getColumn(4).getString()});
    }
    return rows;
  });
}

}  // namespace inspect::agent::storage
