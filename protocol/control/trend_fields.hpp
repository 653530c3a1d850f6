#pragma once

#include "protocol/control/trend_rows.hpp"

// The field tables of what tells of wear; see fields.hpp.

namespace inspect::control {

template <class V>
void fields(V& v, ForecastRow& f) {
  v("device", f.device);
  v("point", f.point);
  v("kind", f.kind);
  v("made", f.made);
  v("probability", f.probability);
  v("crossing", f.crossing);
  v("earliest", f.earliest);
  v("latest", f.latest);
  v("alert", f.alert);
  v("outcome", f.outcome);
  v("graded", f.graded);
}
template <class V>
void fields(V& v, SkillRow& s) {
  v("kind", s.kind);
  v("graded", s.graded);
  v("growths", s.growths);
  v("brier", s.brier);
  v("alert_brier", s.alert_brier);
  v("trusted", s.trusted);
  v("experts_off", s.experts_off);
}
template <class V>
void fields(V& v, ForecastList& l) {
  v("forecasts", l.forecasts);
  v("skills", l.skills);
}
template <class V>
void fields(V& v, PartRow& p) {
  v("at", p.at);
  v("device", p.device);
  v("point", p.point);
  v("part", p.part);
  v("by", p.by);
  v("why", p.why);
}
template <class V>
void fields(V& v, TrendDay& d) {
  v("at", d.at);
  v("level", d.level);
}
template <class V>
void fields(V& v, TrendForecast& f) {
  v("probability", f.probability);
  v("crossing", f.crossing);
  v("earliest", f.earliest);
  v("latest", f.latest);
}
template <class V>
void fields(V& v, TrendRow& t) {
  v("device", t.device);
  v("point", t.point);
  v("title", t.title);
  v("unit", t.unit);
  v("learned", t.learned);
  v("usual", t.usual);
  v("low", t.low);
  v("high", t.high);
  v("days", t.days);
  v("forecast", t.forecast);
  v("replaced", t.replaced);
}

}  // namespace inspect::control
