#include "cloud-bridge/ticketing/intake/fair_queue.hpp"

#include <utility>

namespace inspect::ticketing {

namespace {

std::size_t size_of(const Incoming& incoming) { return incoming.topic.size() + incoming.payload.size(); }

}  // namespace

bool FairQueue::put(Incoming incoming) {
  const auto topic = messages::parse_topic(incoming.topic);
  // What bears no gateway's name shares one queue.
  const auto gateway = topic ? topic->gateway : std::string();
  const auto found = queues_.find(gateway);
  const bool full = found == queues_.end() ? queues_.size() >= most_gateways : found->second.size() >= most_each;
  if (full || bytes_ + size_of(incoming) > most_bytes) {
    ++dropped_;
    return false;
  }
  bytes_ += size_of(incoming);
  queues_[gateway].push_back(std::move(incoming));
  return true;
}

std::vector<Incoming> FairQueue::take(std::size_t most) {
  std::vector<Incoming> batch;
  while (batch.size() < most && !queues_.empty()) {
    auto turn = queues_.upper_bound(last_);
    if (turn == queues_.end()) turn = queues_.begin();
    last_ = turn->first;
    bytes_ -= size_of(turn->second.front());
    batch.push_back(std::move(turn->second.front()));
    turn->second.pop_front();
    if (turn->second.empty()) queues_.erase(turn);
  }
  return batch;
}

}  // namespace inspect::ticketing
