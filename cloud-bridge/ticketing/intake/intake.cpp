#include "cloud-bridge/ticketing/intake/intake.hpp"

#include "cloud-bridge/ticketing/intake/digest.hpp"

#include <set>
#include <utility>

namespace inspect::ticketing {

namespace {

constexpr std::size_t receipt_size = 256;
constexpr std::size_t longest_topic = 128;
constexpr std::size_t longest_reason = 300;
/// A gateway that missed it hears it again; and it may send again once an hour.
constexpr auto tell_holdings_every = std::chrono::minutes(15);

std::vector<messages::Receipt> receipts_of(
    const std::map<std::pair<std::string, std::string>, std::set<std::uint64_t>>& due) {
  std::vector<messages::Receipt> receipts;
  for (const auto& [source, seqs] : due) {
    for (const auto seq : seqs) {
      if (receipts.empty() || receipts.back().gateway != source.first || receipts.back().epoch != source.second ||
          receipts.back().seqs.size() == receipt_size) {
        receipts.push_back({source.first, source.second, {}});
      }
      receipts.back().seqs.push_back(seq);
    }
  }
  return receipts;
}

QuarantineRow row_aside(const std::string& gateway, const Incoming& incoming, const std::string& reason) {
  QuarantineRow row;
  row.gateway = gateway;
  row.topic = harmless(incoming.topic, longest_topic);
  row.reason = harmless(reason, longest_reason);
  row.digest = sha256(incoming.payload);
  row.payload = incoming.payload.substr(0, messages::largest_message);
  return row;
}

}  // namespace

/// One batch on its way: what is decided about each message gathers here and is committed at the end.
class Intake::Batch {
 public:
  Batch(Intake& intake, WallTime now)
      : intake_(intake), stage_(intake.book_, intake.store_, intake.dispatch_, now), now_(now) {}

  Result<void> add(const Incoming& incoming);
  Result<Taken> commit();

 private:
  Result<void> finding(const std::string& gateway, const Incoming& incoming);
  Result<void> readings(const std::string& gateway, const Incoming& incoming);
  Result<void> state(const std::string& gateway, const Incoming& incoming);
  /// What is known about a number in all lives of its database.
  struct Place {
    std::optional<InboxKey> free;  ///< where the message is to be kept; nothing: in no life there is room
    bool repeat = false;
    bool reused = false;  ///< the number came before with other content
  };
  Result<Place> place(const InboxKey& key, const Digest& digest);
  /// Where the message is to be kept when it is new; nothing: a repeat, or it stays with its sender.
  Result<std::optional<InboxKey>> admit(const InboxKey& key, const Incoming& incoming);
  /// False for a repeat.
  Result<bool> admit_readings(const InboxKey& key, const Incoming& incoming);
  Result<void> put_aside(const std::string& gateway, const Incoming& incoming, const std::string& reason);
  /// The alarm about a message whose number came before with other content; `kept`: it is taken all the same.
  Result<void> note_conflict(const InboxKey& key, const Incoming& incoming, bool kept);
  Result<bool> room_for(const QuarantineRow& row, std::uint64_t share = 1);
  Result<std::optional<Digest>> known(const InboxKey& key);
  Result<std::size_t*> lives_of(const InboxKey& key);
  /// `place` is `key` or a later life of it.
  void take_inbox(const InboxKey& key, const InboxKey& place, InboxKind kind, const Digest& digest);
  void heard(const GatewayRow& row);
  void receipt(const InboxKey& key) { due_[{key.gateway, key.epoch}].insert(key.seq); }

  Intake& intake_;
  Stage stage_;
  WallTime now_;
  Taken taken_;
  struct Spoken {
    std::string gateway;
    InboxKind kind;
    std::string epoch;
  };
  std::vector<Spoken> spoken_;
  std::map<InboxKey, Digest> staged_;
  std::map<std::pair<std::string, std::string>, std::size_t> lives_;
  std::map<std::string, GatewayRow> gateways_;
  std::set<std::string> online_;  ///< said so just now
  std::map<std::pair<std::string, std::string>, std::set<std::uint64_t>> due_;
};

Result<std::optional<Digest>> Intake::Batch::known(const InboxKey& key) {
  if (const auto found = staged_.find(key); found != staged_.end()) return std::optional(found->second);
  return intake_.store_.find_inbox(key);
}

Result<std::size_t*> Intake::Batch::lives_of(const InboxKey& key) {
  const auto source = std::make_pair(key.gateway, key.epoch);
  if (const auto found = lives_.find(source); found != lives_.end()) return &found->second;
  const auto lives = intake_.store_.lives(key.gateway, key.epoch);
  if (!lives) return lives.error();
  return &lives_.emplace(source, *lives).first->second;
}

/// Everything new belongs to the newest life: it alone is still being written. A number that is taken there begins
/// another.
Result<Intake::Batch::Place> Intake::Batch::place(const InboxKey& key, const Digest& digest) {
  const auto lives = lives_of(key);
  if (!lives) return lives.error();
  Place out;
  bool taken = false;
  for (std::size_t life = 1; life <= **lives; ++life) {
    const auto before = known(in_life(key, life));
    if (!before) return before.error();
    taken = before->has_value();
    out.repeat = out.repeat || (taken && **before == digest);
    out.reused = out.reused || taken;
  }
  if (!taken) out.free = in_life(key, **lives);
  if (taken && **lives < most_lives) out.free = in_life(key, **lives + 1);
  return out;
}

void Intake::Batch::take_inbox(const InboxKey& key, const InboxKey& place, InboxKind kind, const Digest& digest) {
  staged_.emplace(place, digest);
  stage_.writes().inbox.push_back({place, digest, kind, place.epoch != key.epoch});
  spoken_.push_back({key.gateway, kind, key.epoch});
  receipt(key);
}

void Intake::Batch::heard(const GatewayRow& row) {
  auto& entry = gateways_[row.name];
  entry.name = row.name;
  entry.heard_at = now_;
  if (row.online) entry.online = row.online;
  if (!row.version.empty()) entry.version = row.version;
  if (row.watching) entry.watching = row.watching;
  if (row.agent_at) entry.agent_at = row.agent_at;
  entry.dropped = std::max(entry.dropped, row.dropped);
}

Result<bool> Intake::Batch::room_for(const QuarantineRow& row, std::uint64_t share) {
  const auto held = intake_.held_by(row.gateway);
  if (!held) return held.error();
  auto& count = row.key ? (*held)->keyed : (*held)->loose;
  if (count >= (row.key ? intake_.limits_.quarantine_keyed : intake_.limits_.quarantine_loose) / share) return false;
  ++count;
  return true;
}

/// A message that cannot become a ticket is kept with its reason and, if it can be told which one it was, receipted: it
/// must leave its sender's queue, and it is safe here.
Result<void> Intake::Batch::put_aside(const std::string& gateway, const Incoming& incoming, const std::string& reason) {
  auto row = row_aside(gateway, incoming, reason);
  if (!gateway.empty()) row.key = peek_key(gateway, incoming.payload);
  Place at;
  if (row.key) {
    const auto found = place(*row.key, row.digest);
    if (!found) return found.error();
    at = *found;
    if (at.repeat) {
      ++taken_.repeats;
      receipt(*row.key);
      return {};
    }
    row.conflict = at.reused;
  }
  const auto room = room_for(row);
  if (!room) return room.error();
  if (!*room) {
    ++taken_.refused;
    return {};
  }
  ++(row.conflict ? taken_.conflicts : taken_.poisoned);
  // Nothing that cannot be read begins a life.
  if (row.key) row.conflict ? receipt(*row.key) : take_inbox(*row.key, *at.free, InboxKind::poison, row.digest);
  stage_.writes().quarantine.push_back(std::move(row));
  return {};
}

/// Of what is kept elsewhere only a sample has to be shown: half of the places stay free for what is kept nowhere else.
Result<void> Intake::Batch::note_conflict(const InboxKey& key, const Incoming& incoming, bool kept) {
  auto row = row_aside(key.gateway, incoming,
                       "number " + std::to_string(key.seq) + " of epoch " + key.epoch +
                           " came before with other content: is the gateway's card a copy, or an old backup put back?" +
                           (kept ? "" : " Not taken: too many copies; give the gateway a new store."));
  row.conflict = true;
  row.key = key;
  ++taken_.conflicts;
  const auto room = room_for(row, 2);
  if (!room) return room.error();
  if (*room) stage_.writes().quarantine.push_back(std::move(row));
  return {};
}

Result<std::optional<InboxKey>> Intake::Batch::admit(const InboxKey& key, const Incoming& incoming) {
  const auto digest = sha256(incoming.payload);
  const auto at = place(key, digest);
  if (!at) return at.error();
  if (at->repeat) {
    ++taken_.repeats;
    receipt(key);
    return std::optional<InboxKey>{};
  }
  if (at->reused) {
    if (auto noted = note_conflict(key, incoming, at->free.has_value()); !noted) return noted.error();
  }
  if (!at->free) {
    ++taken_.refused;
    return at->free;
  }
  const auto lives = lives_of(key);
  if (*at->free == in_life(key, **lives + 1)) ++**lives;
  take_inbox(key, *at->free, InboxKind::finding, digest);
  ++taken_.fresh;
  return at->free;
}

/// Readings carry their instant, and the same one twice is one: no need to keep lives apart.
Result<bool> Intake::Batch::admit_readings(const InboxKey& key, const Incoming& incoming) {
  const auto digest = sha256(incoming.payload);
  const auto before = known(key);
  if (!before) return before.error();
  if (*before && **before == digest) {
    ++taken_.repeats;
    receipt(key);
    return false;
  }
  if (!*before) {
    take_inbox(key, key, InboxKind::readings, digest);
    ++taken_.fresh;
    return true;
  }
  receipt(key);
  if (auto noted = note_conflict(key, incoming, true); !noted) return noted.error();
  return true;
}

Result<void> Intake::Batch::finding(const std::string& gateway, const Incoming& incoming) {
  auto message = messages::decode_finding(incoming.payload);
  if (!message) return put_aside(gateway, incoming, message.error().message);
  if (message->envelope.gateway != gateway) {
    return put_aside(gateway, incoming, "says it comes from " + message->envelope.gateway);
  }
  const auto place = admit({gateway, message->envelope.epoch, message->envelope.seq}, incoming);
  if (!place) return place.error();
  if (!*place) return {};
  message->envelope.epoch = (*place)->epoch;
  return stage_.report(*message, incoming.payload, intake_.twins(gateway, now_));
}

Result<void> Intake::Batch::readings(const std::string& gateway, const Incoming& incoming) {
  const auto message = messages::decode_readings(incoming.payload);
  if (!message) return put_aside(gateway, incoming, message.error().message);
  if (message->envelope.gateway != gateway) {
    return put_aside(gateway, incoming, "says it comes from " + message->envelope.gateway);
  }
  const auto fresh = admit_readings({gateway, message->envelope.epoch, message->envelope.seq}, incoming);
  if (!fresh) return fresh.error();
  if (!*fresh) return {};
  for (const auto& entry : message->entries) stage_.writes().readings.push_back({gateway, entry, message->site});
  GatewayRow row;
  row.name = gateway;
  row.dropped = message->dropped;
  heard(row);
  return {};
}

Result<void> Intake::Batch::state(const std::string& gateway, const Incoming& incoming) {
  const auto state = messages::decode_state(incoming.payload);
  if (!state) return put_aside(gateway, incoming, state.error().message);
  if (state->gateway != gateway) return put_aside(gateway, incoming, "says it comes from " + state->gateway);
  GatewayRow row;
  row.name = gateway;
  row.online = state->online;
  row.version = state->version;
  row.watching = state->watching;
  // The gateway's clock may be wrong by years, but not by much against itself.
  if (state->agent_heard_at) row.agent_at = now_ - std::max(state->time - *state->agent_heard_at, {});
  heard(row);
  if (state->online) online_.insert(gateway);
  return {};
}

Result<void> Intake::Batch::add(const Incoming& incoming) {
  const auto topic = messages::parse_topic(incoming.topic);
  if (!topic) return put_aside("", incoming, "no topic of ours");
  GatewayRow row;
  row.name = topic->gateway;
  heard(row);
  if (incoming.payload.size() > messages::largest_message) {
    return put_aside(topic->gateway, incoming, "longer than 64 KiB; kept are the first 64 KiB");
  }
  switch (topic->channel) {
    case messages::Channel::finding: return finding(topic->gateway, incoming);
    case messages::Channel::readings: return readings(topic->gateway, incoming);
    case messages::Channel::state: return state(topic->gateway, incoming);
    case messages::Channel::receipt:
    case messages::Channel::holdings: break;
  }
  return put_aside(topic->gateway, incoming, "nothing comes up on this topic");
}

Result<Taken> Intake::Batch::commit() {
  for (auto& [name, row] : gateways_) {
    taken_.gateways.push_back(name);
    stage_.writes().gateways.push_back(std::move(row));
  }
  auto changed = stage_.commit();
  if (!changed) return changed.error();
  // Not before: what failed comes again, and two databases in one batch would seem to take turns.
  for (const auto& each : spoken_) intake_.twins_.heard(each.gateway, each.kind, each.epoch, now_);
  taken_.tickets = std::move(*changed);
  taken_.receipts = receipts_of(due_);
  for (const auto& gateway : online_) {
    if (auto holdings = intake_.holdings_for(gateway, now_)) taken_.holdings.push_back(std::move(*holdings));
  }
  return std::move(taken_);
}

Intake::Intake(Book& book, TicketStore& store, const DispatchTable& dispatch, StoreLimits limits)
    : book_(book), store_(store), dispatch_(dispatch), limits_(limits) {}

Result<Intake::Held*> Intake::held_by(const std::string& gateway) {
  if (const auto found = held_.find(gateway); found != held_.end()) return &found->second;
  const auto keyed = store_.quarantined(gateway, true);
  if (!keyed) return keyed.error();
  const auto loose = store_.quarantined(gateway, false);
  if (!loose) return loose.error();
  return &held_.emplace(gateway, Held{*keyed, *loose}).first->second;
}

std::optional<messages::Holdings> Intake::holdings_for(const std::string& gateway, WallTime now) {
  const auto told = told_holdings_.find(gateway);
  if (told != told_holdings_.end() && now - told->second < tell_holdings_every) return std::nullopt;
  auto epochs = store_.holdings(gateway);
  if (!epochs) return std::nullopt;  // with its next sign of life
  told_holdings_[gateway] = now;
  return messages::Holdings{gateway, std::move(*epochs)};
}

Result<Taken> Intake::take(std::span<const Incoming> batch, WallTime now) {
  Batch open(*this, now);
  for (const auto& incoming : batch) {
    if (auto added = open.add(incoming); !added) {
      held_.clear();
      return added.error();
    }
  }
  auto taken = open.commit();
  // Counted before the commit, and a repeat of a loose message is one row: count again from the store.
  // What was refused may find room after the next pruning.
  if (!taken || taken->poisoned + taken->conflicts + taken->refused > 0) held_.clear();
  return taken;
}

}  // namespace inspect::ticketing
