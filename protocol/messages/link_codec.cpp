#include "protocol/messages/envelope.hpp"

#include <algorithm>

namespace inspect::messages {

namespace {

std::string read_gateway(ObjectReader& in) {
  auto id = in.text("gateway", longest_name);
  if (!is_gateway_id(id)) in.refuse("gateway", "not a gateway's id");
  return id;
}

}  // namespace

std::string encode(const Receipt& receipt) {
  JsonWriter out;
  out.begin_object().key("gateway").text(receipt.gateway, longest_name).key("epoch").text(receipt.epoch, 16);
  out.key("seqs").begin_list();
  for (std::size_t i = 0; i < std::min(receipt.seqs.size(), most_seqs_in_receipt); ++i) out.natural(receipt.seqs[i]);
  out.end_list().end_object();
  return std::move(out).take();
}

Result<Receipt> decode_receipt(std::string_view json) {
  StrictJson document(json);
  auto root = document.root();
  Receipt out;
  out.gateway = read_gateway(root);
  out.epoch = root.text("epoch", 16);
  if (!is_epoch(out.epoch)) root.refuse("epoch", "not 16 hex digits");
  out.seqs = root.naturals("seqs", most_seqs_in_receipt, 1, largest_seq);
  root.done();
  if (document.problem()) return *document.problem();
  return out;
}

std::string encode(const Holdings& holdings) {
  JsonWriter out;
  out.begin_object().key("gateway").text(holdings.gateway, longest_name).key("epochs").begin_list();
  for (std::size_t i = 0; i < std::min(holdings.epochs.size(), most_epochs_held); ++i) {
    const auto& [epoch, held] = holdings.epochs[i];
    out.begin_object().key("epoch").text(epoch, 16).key("held").begin_list();
    for (auto j = held.size() - std::min(held.size(), most_ranges_held); j < held.size(); ++j) {
      out.begin_object().key("first").natural(held[j].first).key("last").natural(held[j].last).end_object();
    }
    out.end_list().end_object();
  }
  out.end_list().end_object();
  return std::move(out).take();
}

Result<Holdings> decode_holdings(std::string_view json) {
  StrictJson document(json);
  auto root = document.root();
  Holdings out;
  out.gateway = read_gateway(root);
  for (auto& one : root.objects("epochs", most_epochs_held)) {
    auto& holding = out.epochs.emplace_back();
    holding.epoch = one.text("epoch", 16);
    if (!is_epoch(holding.epoch)) one.refuse("epoch", "not 16 hex digits");
    for (auto& range : one.objects("held", most_ranges_held)) {
      holding.held.push_back({range.natural("first", 1, largest_seq), range.natural("last", 1, largest_seq)});
      range.done();
    }
    if (!in_order(holding.held)) one.refuse("held", "the ranges do not ascend");
    one.done();
  }
  root.done();
  if (document.problem()) return *document.problem();
  return out;
}

std::string encode(const GatewayState& state) {
  JsonWriter out;
  out.begin_object().key("gateway").text(state.gateway, longest_name).key("online").boolean(state.online);
  write_time(out, "time", state.time);
  out.key("version").text(state.version, longest_name);
  if (state.watching) out.key("watching").boolean(*state.watching);
  if (state.agent_heard_at) write_time(out, "agent_heard_at", *state.agent_heard_at);
  out.end_object();
  return std::move(out).take();
}

Result<GatewayState> decode_state(std::string_view json) {
  StrictJson document(json);
  auto root = document.root();
  GatewayState out;
  out.gateway = read_gateway(root);
  out.online = root.boolean("online");
  out.time = read_time(root, "time");
  out.version = root.text("version", longest_name);
  if (root.has("watching")) out.watching = root.boolean("watching");
  if (root.has("agent_heard_at")) out.agent_heard_at = read_time(root, "agent_heard_at");
  root.done();
  if (document.problem()) return *document.problem();
  return out;
}

}  // namespace inspect::messages
