#include "firmware-agent/judgement/judge.hpp"
#include "firmware-agent/judgement/state_bytes.hpp"

#include <algorithm>

namespace inspect::judgement {

namespace {

constexpr std::uint8_t format = 1;  // of the pieces; another one is not read

std::string part_name(const Plant& plant, std::uint16_t component) {
  return "part/" + plant.components[component].name;
}

std::string trend_name(const Plant& plant, std::uint16_t point) {
  return "trend/" + plant.points[point].device + "/" + plant.points[point].name;
}

/// A component or a point by its name; numbers change with the site.
template <class Bytes>
void keep_place(Bytes& bytes, const Plant& plant, std::uint16_t& component, std::uint16_t& point) {
  std::string part = component == nowhere ? "" : plant.components[component].name;
  std::string device = point == nowhere ? "" : plant.points[point].device;
  std::string name = point == nowhere ? "" : plant.points[point].name;
  bytes.text(part);
  bytes.text(device);
  bytes.text(name);
  component = plant.component(part);
  const auto same = [&](const Point& p) { return p.device == device && p.name == name; };
  const auto found = std::find_if(plant.points.begin(), plant.points.end(), same);
  point = found == plant.points.end() ? nowhere : static_cast<std::uint16_t>(found - plant.points.begin());
}

template <class Keep>
KeptPiece piece(std::string name, Keep keep) {
  StateWriter bytes;
  auto version = format;
  bytes(version);
  keep(bytes);
  return {std::move(name), std::move(bytes.bytes)};
}

template <class Keep>
bool read(const std::string& from, Keep keep) {
  StateReader bytes(from);
  std::uint8_t version = 0;
  bytes(version);
  if (version != format) return false;
  keep(bytes);
  return bytes.good();
}

}  // namespace

template <class Bytes>
void Judge::keep_part(std::uint16_t component, Bytes& bytes) {
  const auto& own = plant_.components[component].points;
  for (const auto p : own) {
    auto& state = points_[p];
    bytes(state);
    if (state.trend != nowhere) bytes(trends_[state.trend]);
  }
  if (!own.empty()) {
    const auto& first = points_[own.front()];
    if (first.unit == Unit::relay) bytes(relays_[first.at]);
    if (first.unit == Unit::module) bytes(modules_[first.at]);
    if (first.unit == Unit::tester) bytes(testers_[first.at]);
  }
  power_.keep(component, bytes);
  links_.keep(component, bytes);
}

template <class Bytes>
void Judge::keep_site(Bytes& bytes) {
  bytes(now_, operations_, use_);
}

template <class Bytes>
void Judge::keep_claims(Bytes& bytes, std::vector<ClaimBook::Standing>& standing) {
  auto count = static_cast<std::uint32_t>(standing.size());
  bytes.count(count, ClaimBook::most);
  standing.resize(count);
  for (auto& one : standing) {
    auto& c = one.claim;
    keep_place(bytes, plant_, c.component, c.point);
    bytes(c.time, c.fault, c.forecast, one.seen);
  }
}

template <class Bytes>
void Judge::keep_forecasts(Bytes& bytes, std::vector<Foretold>& open) {
  ledger_.keep_skills(bytes);
  auto count = static_cast<std::uint32_t>(open.size());
  bytes.count(count, ForecastLedger::most);
  open.resize(count);
  for (auto& one : open) {
    auto component = nowhere;
    keep_place(bytes, plant_, component, one.point);
    bytes(one);
  }
}

std::vector<KeptPiece> Judge::kept() {
  std::vector<KeptPiece> pieces;
  pieces.reserve(3 + plant_.components.size() + trends_.size());
  for (auto& t : trends_) {
    pieces.push_back(piece(trend_name(plant_, t.point()), [&](auto& bytes) { bytes(t.series()); }));
  }
  for (std::size_t c = 0; c < plant_.components.size(); ++c) {
    const auto id = static_cast<std::uint16_t>(c);
    pieces.push_back(piece(part_name(plant_, id), [&](auto& bytes) { keep_part(id, bytes); }));
  }
  auto standing = book_.standing();
  auto open = ledger_.open();
  pieces.push_back(piece("claims", [&](auto& bytes) { keep_claims(bytes, standing); }));
  pieces.push_back(piece("forecasts", [&](auto& bytes) { keep_forecasts(bytes, open); }));
  pieces.push_back(piece("site", [&](auto& bytes) { keep_site(bytes); }));
  return pieces;
}

/// What cannot be read leaves the state as new as it was.
template <class Keep>
bool Judge::give_back(const std::string& bytes, Keep keep) {
  const auto fresh = piece("", keep);
  if (read(bytes, keep)) return true;
  read(fresh.bytes, keep);
  return false;
}

bool Judge::restore_claims(const std::string& bytes) {
  std::vector<ClaimBook::Standing> standing;
  if (!read(bytes, [&](auto& b) { keep_claims(b, standing); })) return false;
  for (const auto& one : standing) {
    const bool known = static_cast<std::size_t>(one.claim.fault) < fault_count && one.claim.component != nowhere;
    if (known) book_.restore(one);
  }
  return true;
}

bool Judge::restore_forecasts(const std::string& bytes) {
  std::vector<Foretold> open;
  const auto before = ledger_;
  if (!read(bytes, [&](auto& b) { keep_forecasts(b, open); })) {
    ledger_ = before;
    return false;
  }
  for (const auto& one : open) {
    if (static_cast<std::size_t>(one.fault) < fault_count && one.point != nowhere) ledger_.restore(one);
  }
  return true;
}

bool Judge::restore(const KeptPiece& piece) {
  if (piece.name == "claims") return restore_claims(piece.bytes);
  if (piece.name == "forecasts") return restore_forecasts(piece.bytes);
  if (piece.name == "site") return give_back(piece.bytes, [&](auto& b) { keep_site(b); });
  for (auto& t : trends_) {
    if (piece.name == trend_name(plant_, t.point())) return give_back(piece.bytes, [&](auto& b) { b(t.series()); });
  }
  for (std::size_t c = 0; c < plant_.components.size(); ++c) {
    const auto id = static_cast<std::uint16_t>(c);
    if (piece.name == part_name(plant_, id)) return give_back(piece.bytes, [&](auto& b) { keep_part(id, b); });
  }
  return false;
}

std::vector<std::string> Judge::restore(std::span<const KeptPiece> pieces) {
  std::vector<std::string> left_out;
  for (const auto& piece : pieces) {
    if (!restore(piece)) left_out.push_back(piece.name);
  }
  for (const auto& p : points_) {
    if (p.role == Role::setpoint && p.unit == Unit::module && modules_[p.at].told_volts > 0) {
      power_.expect(p.component, modules_[p.at].told_volts);
    }
  }
  if (now_ > start_) go_on_at(now_);
  return left_out;
}

}  // namespace inspect::judgement
