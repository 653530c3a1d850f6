// When findings.db is damaged or gone: what is still known of the open findings comes back under a new epoch and is
// told to the centre again; the watch then ends those that are no longer measured.
#include "firmware-agent/store/files.hpp"
#include "firmware-agent/store/finding_json.hpp"
#include "firmware-agent/store/finding_ledger.hpp"
#include "firmware-agent/store/open_list.hpp"

#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>

#include <algorithm>
#include <filesystem>

namespace inspect::agent::storage {

namespace {

/// So many changes in a row are written at once, for power fails just when faults do; then one every 10 s: a site that
/// flaps must not wear out its card.
constexpr int most_list_credit = 16;
constexpr std::chrono::seconds list_every{10};

std::string counted(const std::vector<Finding>& open, const std::vector<FindingId>& numbers) {
  return std::to_string(open.size()) + " open findings and " + std::to_string(numbers.size()) + " occurrence numbers";
}

void add_missing(std::vector<Finding>& open, const std::vector<Finding>& others) {
  for (const auto& other : others) {
    const auto same = [&](const Finding& finding) { return finding.id == other.id; };
    if (std::none_of(open.begin(), open.end(), same)) open.push_back(other);
  }
}

/// A damaged file is evidence, not truth: what of it can be read. False when that was not all.
bool salvage(const std::string& corrupt, OpenList& remains) {
  std::error_code error;
  // SQLite would delete the log of an empty file, which is all that is left of it.
  if (std::filesystem::file_size(corrupt, error) == 0 || error) return false;
  try {
    SQLite::Database old(corrupt, SQLite::OPEN_READWRITE);
    old.exec("PRAGMA trusted_schema=OFF");
    old.exec("PRAGMA cell_size_check=ON");
    SQLite::Statement names(old, "SELECT site, device, point, kind, highest FROM occurrences");
    while (names.executeStep()) {
      remains.numbers.push_back({names.getColumn(0).getString(), names.getColumn(1).getString(),
                                 names.getColumn(2).getString(), names.getColumn(3).getString(),
                                 names.getColumn(4).getUInt()});
    }
    SQLite::Statement rows(old, "SELECT doc FROM findings WHERE state <> 'normal' ORDER BY last_event");
    bool whole = true;
    while (rows.executeStep()) {
      auto finding = finding_from_document(rows.getColumn(0).getString());
      whole = whole && finding;
      if (finding) remains.open.push_back(std::move(*finding));
    }
    return whole;
  } catch (const SQLite::Exception&) {
    return false;  // the rest stays in the file that was put aside
  }
}

}  // namespace

std::string FindingLedger::list_path() const { return site_.store.directory + "/findings.open"; }

Result<void> FindingLedger::recover(bool lost) {
  if (auto text = read_file(list_path(), largest_open_list)) list_text_ = std::move(*text);
  auto list = open_list_from(list_text_);
  const bool list_damaged = !list && !list_text_.empty();
  // Its epoch tells for sure, also after a crash between the new file's first breath and what is done here.
  if (list && list->epoch == opened_.epoch) list.reset();
  if (lost) {
    warn_("findings.db was empty or missing although this store was in use: it was lost; a new one with epoch " +
          opened_.epoch + " begins");
  }
  if (!corrupt_.empty()) {
    warn_("findings.db was corrupt and lies in " + corrupt_ + " now; a new one with epoch " + opened_.epoch +
          " begins");
  }
  list_due_ = true;
  if (!lost && corrupt_.empty() && !list) {
    if (list_damaged) warn_(list_path() + " was damaged and is written anew");
    return {};
  }
  OpenList remains;
  const bool whole = !corrupt_.empty() && salvage(corrupt_, remains);
  if (list) {
    add_missing(remains.open, list->open);
    remains.numbers.insert(remains.numbers.end(), list->numbers.begin(), list->numbers.end());
  }
  if (auto taken = take_over(remains); !taken) return taken;
  corrupt_.clear();
  warn_("taken over from what is left: " + counted(remains.open, remains.numbers));
  if (!list && !whole) {
    warn_(std::string("the list of open findings beside it is ") + (list_damaged ? "damaged" : "missing") +
          " too: which findings were open is not known, and the agent cannot end them at the centre; look there for "
          "faults of this site that are shown as measured since before " +
          rfc3339(options_.now().wall));
  }
  return {};
}

// One transaction: half of them would look like all of them after a crash.
Result<void> FindingLedger::take_over(const OpenList& remains) {
  try {
    auto& db = *opened_.connection;
    SQLite::Statement known(db, "SELECT 1 FROM findings WHERE id=?");
    FindingCommit commit;
    commit.at = options_.now();
    for (const auto& finding : remains.open) {
      known.bind(1, to_string(finding.id));
      // Taken over before a crash, and perhaps ended since.
      if (!known.executeStep()) commit.changes.push_back({FindingEvent::updated, carried_over(finding, commit.at)});
      known.reset();
    }
    for (const auto& id : remains.numbers) {
      SQLite::Statement keep(db,
                             "INSERT INTO occurrences VALUES(?1, ?2, ?3, ?4, ?5) ON CONFLICT DO UPDATE "
                             "SET highest=max(highest, ?5)");
      SQLite::bind(keep, id.site, id.device, id.point, id.kind, static_cast<std::int64_t>(id.occurrence));
      keep.exec();
    }
    write(commit);
    return {};
  } catch (const SQLite::Exception& error) {
    abandon(opened_);
    return storage_error(error, "findings.db: cannot take over what is left of its predecessor");
  } catch (const std::exception& error) {
    warn_(std::string("nothing could be taken over from the lost findings.db: ") + error.what());
    return {};
  }
}

void FindingLedger::note_for_list(const FindingCommit& commit) {
  // Whether an open finding is measured just now is found out anew by measuring; what people said of it is not.
  for (const auto& [event, finding] : commit.changes) {
    const bool by_people =
        event == FindingEvent::acknowledged || event == FindingEvent::shelved || event == FindingEvent::unshelved;
    list_due_ = list_due_ || by_people || event == FindingEvent::opened || finding.state == AlarmState::normal;
  }
}

void FindingLedger::keep_list(bool at_once) {
  if (!list_due_ || !opened_.connection) return;
  const auto now = options_.now().boot;
  const auto earned = (now - list_counted_) / list_every;
  list_credit_ = static_cast<int>(std::clamp<std::int64_t>(list_credit_ + earned, 0, most_list_credit));
  list_counted_ += earned * list_every;
  if (list_credit_ == 0 && !at_once) return;
  list_credit_ = std::max(list_credit_ - 1, 0);
  const auto numbers = last_occurrences();
  if (!numbers) return;
  const auto text = guarded("read what is open", [&]() -> Result<std::string> {
    std::vector<std::string> documents;
    SQLite::Statement rows(*opened_.connection, "SELECT doc FROM findings WHERE state <> 'normal' ORDER BY last_event");
    while (rows.executeStep()) documents.push_back(rows.getColumn(0).getString());
    return open_list_text(opened_.epoch, *numbers, documents);
  });
  if (!text) return;
  const auto written = *text == list_text_ ? Result<void>{} : replace_file(list_path(), *text);
  if (!written && !list_failed_) {
    warn_("the list of open findings could not be renewed and is tried again: " + written.error().message);
  }
  list_failed_ = !written;
  if (!written) return;
  list_text_ = *text;
  list_due_ = false;
}

}  // namespace inspect::agent::storage
