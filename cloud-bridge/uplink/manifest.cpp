#include "cloud-bridge/uplink/manifest.hpp"

#include <algorithm>
#include <utility>

namespace inspect::bridge {

using control::Stream;
using std::chrono::milliseconds;

std::size_t Manifest::room() const {
  const std::size_t most = silent_ ? 1 : limits_.most;
  return most > rows_.size() ? most - rows_.size() : 0;
}

std::size_t Manifest::wanted() const {
  if (!only_readings_) return std::min(room(), limits_.claim_at_once);
  // A claim for readings asks for no more than may go out: they are large. A finding that came meanwhile is in front.
  return readings_ < limits_.readings_at_once ? std::min(room(), limits_.readings_at_once - readings_) : 0;
}

std::vector<control::OutboxRow> Manifest::load(std::vector<control::OutboxRow> rows, BootTime now) {
  only_readings_ = !rows.empty() && rows.front().stream == Stream::readings;
  std::vector<control::OutboxRow> out;
  for (auto& row : rows) {
    if (room() == 0) break;
    const bool reading = row.stream == Stream::readings;
    if (reading && readings_ >= limits_.readings_at_once) break;
    if (!rows_.emplace(RowKey{row.epoch, row.seq}, Entry{row.stream, now, false}).second) continue;
    auto& top = sent_up_to_[row.epoch];
    top = std::max(top, row.seq);
    ++unanswered_;
    if (reading) ++readings_;
    out.push_back(std::move(row));
  }
  return out;
}

void Manifest::broker_took(const RowKey& key) {
  const auto found = rows_.find(key);
  if (found == rows_.end() || std::exchange(found->second.answered, true)) return;
  --unanswered_;
  if (found->second.stream == Stream::readings) --readings_;
}

void Manifest::broker_did_not(const RowKey& key) {
  broker_took(key);
  rows_.erase(key);
}

std::size_t Manifest::receipted(const std::string& epoch, const std::vector<std::uint64_t>& seqs, BootTime now) {
  std::size_t count = 0;
  for (const auto seq : seqs) {
    const RowKey key{epoch, seq};
    const auto found = rows_.find(key);
    if (found == rows_.end()) continue;
    const auto took = std::chrono::duration_cast<milliseconds>(now - found->second.sent_at);
    usual_ = usual_ == milliseconds(0) ? took : (usual_ * 7 + took) / 8;
    broker_did_not(key);
    ++count;
  }
  if (!seqs.empty()) {
    last_receipt_ = now;
    silent_ = false;
    patience_ = limits_.resend_after;
  }
  return count;
}

bool Manifest::sent(const RowKey& key) const {
  const auto found = sent_up_to_.find(key.first);
  return found != sent_up_to_.end() && key.second <= found->second;
}

milliseconds Manifest::patience() const {
  return std::min(std::max(patience_, usual_ * 3), std::max(limits_.resend_most, limits_.resend_after));
}

std::size_t Manifest::forget_overdue(BootTime now) {
  // A row the broker has not answered is not overdue: its publish ends by itself, with the link at the latest.
  std::vector<RowKey> overdue;
  auto oldest = BootTime::max();
  for (const auto& [key, row] : rows_) {
    if (!row.answered || now - row.sent_at < patience()) continue;
    overdue.push_back(key);
    oldest = std::min(oldest, row.sent_at);
  }
  if (overdue.empty()) return 0;
  if (last_receipt_ <= oldest) {
    silent_ = true;
    patience_ = std::min(patience_ * 2, std::max(limits_.resend_most, limits_.resend_after));
    // What was sent a little later will not fare better, and would keep the next trial waiting.
    for (const auto& [key, row] : rows_) {
      if (row.answered) overdue.push_back(key);
    }
  }
  const auto before = rows_.size();
  for (const auto& key : overdue) broker_did_not(key);
  return before - rows_.size();
}

std::vector<RowKey> Manifest::keys() const {
  std::vector<RowKey> out;
  out.reserve(rows_.size());
  for (const auto& [key, row] : rows_) out.push_back(key);
  return out;
}

BootTime Manifest::next_deadline() const {
  auto next = BootTime::max();
  for (const auto& [key, row] : rows_) {
    if (row.answered) next = std::min(next, row.sent_at + patience());
  }
  return next;
}

}  // namespace inspect::bridge
