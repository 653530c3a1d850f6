#pragma once

#include "protocol/control/request.hpp"

// The field tables of the requests' arguments; see fields.hpp.

namespace inspect {

template <class V>
void fields(V& v, SeqRange& r) {
  v("first", r.first);
  v("last", r.last);
}
template <class V>
void fields(V& v, Holding& h) {
  v("epoch", h.epoch);
  v("held", h.held);
}

}  // namespace inspect

namespace inspect::control {

template <class V>
void fields(V&, AskStatus&) {}
template <class V>
void fields(V&, AskBuses&) {}
template <class V>
void fields(V&, AskDevices&) {}
template <class V>
void fields(V& v, AskPoints& a) {
  v.maybe("device", a.device);
}
template <class V>
void fields(V& v, AskRead& a) {
  v("target", a.target);
  v.maybe("fresh", a.fresh);
}
template <class V>
void fields(V& v, AskWatch& a) {
  v.maybe("target", a.target);
}
template <class V>
void fields(V& v, AskHistory& a) {
  v("target", a.target);
  v("from", a.from);
  v("to", a.to);
  v.maybe("most", a.most);
}
template <class V>
void fields(V& v, AskFindings& a) {
  v.maybe("ended", a.ended);
  v.maybe("most", a.most);
}
template <class V>
void fields(V& v, AskFinding& a) {
  v("finding", a.finding);
}
template <class V>
void fields(V& v, Acknowledge& a) {
  v("finding", a.finding);
  v.maybe("by", a.by);
}
template <class V>
void fields(V& v, Shelve& a) {
  v("finding", a.finding);
  v("until", a.until);
  v("reason", a.reason);
  v.maybe("by", a.by);
}
template <class V>
void fields(V& v, Unshelve& a) {
  v("finding", a.finding);
  v.maybe("by", a.by);
}
template <class V>
void fields(V&, AskOutbox&) {}
template <class V>
void fields(V& v, std::pair<std::string, std::uint64_t>& row) {
  v("epoch", row.first);
  v("seq", row.second);
}
template <class V>
void fields(V& v, ClaimRows& a) {
  v.maybe("most", a.most);
  v.maybe("skip", a.skip);
}
template <class V>
void fields(V&, AwaitRows&) {}
template <class V>
void fields(V& v, GiveReceipt& a) {
  v("epoch", a.epoch);
  v("seqs", a.seqs);
}
template <class V>
void fields(V& v, GiveHoldings& a) {
  v("epochs", a.epochs);
}
template <class V>
void fields(V& v, AskTrace& a) {
  v("bus", a.bus);
}
template <class V>
void fields(V& v, AskProbe& a) {
  v("bus", a.bus);
  v("unit", a.unit);
  v("function", a.function);
  v("address", a.address);
  v("quantity", a.quantity);
}
template <class V>
void fields(V&, AskUsb&) {}
template <class V>
void fields(V& v, AdoptUsb& a) {
  v("device", a.device);
  v.maybe("by", a.by);
}
template <class V>
void fields(V& v, ProveUsb& a) {
  v("device", a.device);
  v.maybe("relay", a.relay);
  v.maybe("witness", a.witness);
  v.maybe("by", a.by);
}
template <class V>
void fields(V&, AskExam&) {}
template <class V>
void fields(V& v, BeginExam& a) {
  v("length_ms", a.length);
  v.maybe("by", a.by);
}
template <class V>
void fields(V& v, EndExam& a) {
  v.maybe("by", a.by);
}
template <class V>
void fields(V& v, GiveOrder& a) {
  v("device", a.device);
  v("action", a.action);
  v.maybe("for_ms", a.length);
  v.maybe("by", a.by);
}
template <class V>
void fields(V& v, Prove& a) {
  v("device", a.device);
  v.maybe("output", a.output);
  v.maybe("witness", a.witness);
  v.maybe("by", a.by);
}
template <class V>
void fields(V& v, AskTests& a) {
  v.maybe("test", a.test);
}
template <class V>
void fields(V& v, StartTest& a) {
  v("test", a.test);
  v.maybe("by", a.by);
}

template <class V>
void fields(V& v, AskTrend& a) {
  v("target", a.target);
}
template <class V>
void fields(V& v, AskForecasts& a) {
  v.maybe("most", a.most);
}
template <class V>
void fields(V& v, NotePart& a) {
  v("target", a.target);
  v.maybe("part", a.part);
  v.maybe("by", a.by);
}

}  // namespace inspect::control
