#pragma once

#include "protocol/control/answer.hpp"

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

// A writer and a reader that walk the field tables. Templates over the JSON library's value, so that this header does
// not include the library.

namespace inspect::control {

/// Enums travel as their names; each overload knows its own way back.
template <class E>
std::optional<E> enum_from(std::string_view text) {
  if constexpr (std::is_same_v<E, Quality>) return quality_from(text);
  if constexpr (std::is_same_v<E, Reason>) return reason_from(text);
  if constexpr (std::is_same_v<E, ClockTrust>) return clock_trust_from(text);
  if constexpr (std::is_same_v<E, DeviceHealth>) return device_health_from(text);
  if constexpr (std::is_same_v<E, BusHealth>) return bus_health_from(text);
  if constexpr (std::is_same_v<E, FaultClass>) return fault_class_from(text);
  if constexpr (std::is_same_v<E, AlarmState>) return alarm_state_from(text);
  if constexpr (std::is_same_v<E, FindingEvent>) return finding_event_from(text);
  if constexpr (std::is_same_v<E, Stream>) return stream_from(text);
  if constexpr (std::is_same_v<E, Refusal>) return refusal_from(text);
  if constexpr (std::is_same_v<E, Passage>) return passage_from(text);
}

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class Json>
class JsonWriter {
 public:
  explicit JsonWriter(Json& object) : object_(object) { object_ = Json::object(); }

  template <class T>
  void operator()(const char* key, T& member) {
    object_[key] = value(member);
  }
  template <class T>
  void maybe(const char* key, T& member) {
    (*this)(key, member);
  }
  template <class T>
  void derived(const char* key, T& member) {
    (*this)(key, member);
  }
  void moment(const char* key, const char* clock, Moment& m) {
    object_[key] = rfc3339(m.wall);
    object_[clock] = name(m.trust);
  }
  void moment(const char* key, const char* clock, std::optional<Moment>& m) {
    object_[key] = nullptr;
    object_[clock] = nullptr;
    if (m) moment(key, clock, *m);
  }

  template <class T>
  static Json value(T& v) {
    if constexpr (std::is_same_v<T, WallTime>) {
      return rfc3339(v);
    } else if constexpr (std::is_same_v<T, std::chrono::milliseconds>) {
      return v.count();
    } else if constexpr (std::is_same_v<T, FindingId>) {
      return to_string(v);
    } else if constexpr (std::is_enum_v<T>) {
      return name(v);
    } else if constexpr (IsOptional<T>::value) {
      return v ? value(*v) : Json();
    } else if constexpr (IsVector<T>::value) {
      Json list = Json::array();
      for (auto& one : v) list.push_back(value(one));
      return list;
    } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string>) {
      return v;
    } else {
      Json object;
      JsonWriter writer(object);
      fields(writer, v);
      return object;
    }
  }

 private:
  Json& object_;
};

/// The first thing that was wrong while reading, e.g. {"args.most", "a whole number is expected"}.
struct ReadProblem {
  std::string field;
  std::string what;
};

template <class Json>
class JsonReader {
 public:
  /// `strict` refuses fields that no table names.
  JsonReader(const Json& object, std::string path, bool strict, std::optional<ReadProblem>& problem)
      : object_(object), path_(std::move(path)), strict_(strict), problem_(problem) {
    if (!object_.is_object()) report(path_, "an object is expected");
  }

  template <class T>
  void operator()(const char* key, T& member) {
    take(key, member, true);
  }
  template <class T>
  void maybe(const char* key, T& member) {
    take(key, member, false);
  }
  template <class T>
  void derived(const char* key, T& /*member*/) {
    note(key);
  }
  void moment(const char* key, const char* clock, Moment& m) {
    take(key, m.wall, true);
    take(clock, m.trust, true);
  }
  void moment(const char* key, const char* clock, std::optional<Moment>& m) {
    std::optional<WallTime> wall;
    std::optional<ClockTrust> trust;
    take(key, wall, true);
    take(clock, trust, true);
    if (wall) m = Moment{{}, *wall, trust.value_or(ClockTrust::none)};
  }
  /// After the last field: nothing else may be there.
  void finish() {
    if (problem_ || !strict_ || seen_.size() == object_.size()) return;
    for (const auto& [key, unused] : object_.items()) {
      bool known = false;
      for (const auto& one : seen_) known = known || one == key;
      if (!known) report(below(key), "this field is not known");
    }
  }

 private:
  [[nodiscard]] std::string below(std::string_view key) const {
    return path_.empty() ? std::string(key) : path_ + '.' + std::string(key);
  }
  void report(std::string field, std::string what) {
    if (!problem_) problem_ = ReadProblem{std::move(field), std::move(what)};
  }
  void note(const char* key) {
    if (object_.contains(key)) seen_.emplace_back(key);
  }

  template <class T>
  void take(const char* key, T& member, bool required) {
    if (problem_) return;
    const auto found = object_.find(key);
    if (found == object_.end()) {
      if (required) report(below(key), "this field is missing");
      return;
    }
    seen_.emplace_back(key);
    read(*found, below(key), member);
  }

  template <class T>
  void read(const Json& json, const std::string& where, T& out) {
    if constexpr (IsOptional<T>::value) {
      if (!json.is_null()) read(json, where, out.emplace());
    } else if constexpr (IsVector<T>::value) {
      read_list(json, where, out);
    } else if constexpr (std::is_same_v<T, bool>) {
      if (!json.is_boolean()) return report(where, "true or false is expected");
      out = json.template get<bool>();
    } else if constexpr (std::is_same_v<T, double>) {
      if (!json.is_number()) return report(where, "a number is expected");
      out = json.template get<double>();
    } else if constexpr (std::is_integral_v<T>) {
      read_count(json, where, out);
    } else if constexpr (std::is_same_v<T, std::chrono::milliseconds>) {
      if (!json.is_number_integer()) return report(where, "whole milliseconds are expected");
      out = std::chrono::milliseconds(json.template get<std::int64_t>());
    } else if constexpr (std::is_class_v<T> && !is_text<T>) {
      JsonReader reader(json, where, strict_, problem_);
      if (problem_) return;
      fields(reader, out);
      reader.finish();
    } else {
      read_text(json, where, out);
    }
  }

  template <class T>
  static constexpr bool is_text =
      std::is_same_v<T, std::string> || std::is_same_v<T, WallTime> || std::is_same_v<T, FindingId>;

  template <class T>
  void read_list(const Json& json, const std::string& where, std::vector<T>& out) {
    if (!json.is_array()) return report(where, "a list is expected");
    out.reserve(json.size());
    for (const auto& one : json) {
      if (problem_) return;
      const auto place = where + '[' + std::to_string(out.size()) + ']';
      read(one, place, out.emplace_back());
    }
  }

  template <class T>
  void read_count(const Json& json, const std::string& where, T& out) {
    // Counts are never negative; the library holds them apart from negative numbers.
    if (!json.is_number_unsigned() || json.template get<std::uint64_t>() > std::numeric_limits<T>::max()) {
      return report(where,
                    "a whole number from 0 to " + std::to_string(std::numeric_limits<T>::max()) + " is expected");
    }
    out = static_cast<T>(json.template get<std::uint64_t>());
  }

  /// What travels as a JSON string: texts, instants, names of enums, ids of findings.
  template <class T>
  void read_text(const Json& json, const std::string& where, T& out) {
    if (!json.is_string()) return report(where, "a text is expected");
    const auto& text = json.template get_ref<const std::string&>();
    if constexpr (std::is_same_v<T, std::string>) {
      out = text;
    } else if constexpr (std::is_same_v<T, WallTime>) {
      const auto time = parse_rfc3339(text);
      if (!time) return report(where, "an RFC 3339 instant is expected, e.g. 2026-11-24T08:00:00Z");
      out = *time;
    } else if constexpr (std::is_same_v<T, FindingId>) {
      auto id = finding_id_from(text);
      if (!id) return report(where, "a finding's id is expected: site/device/point/kind/occurrence");
      out = std::move(*id);
    } else {
      const auto found = enum_from<T>(text);
      if (!found) return report(where, "\"" + text.substr(0, 40) + "\" is not one of the known names");
      out = *found;
    }
  }

  const Json& object_;
  std::string path_;
  bool strict_;
  std::optional<ReadProblem>& problem_;
  std::vector<std::string> seen_;
};

}  // namespace inspect::control
