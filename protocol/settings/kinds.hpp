#pragma once

#include "protocol/settings/fields.hpp"
#include "protocol/settings/values.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

/// Kinds of value for the rows of a field table. `access` is a pointer to a member, or `in(&A::b, &B::c)` for a
/// member of a member. A member may be the plain type, a std::optional, a duration or a `Placed` of it.
namespace inspect::settings {

/// The way to a member of a member.
template <class First, class... Rest>
constexpr auto in(First first, Rest... rest) {
  return [=](auto& object) -> auto& {
    if constexpr (sizeof...(rest) == 0) {
      return std::invoke(first, object);
    } else {
      return in(rest...)(std::invoke(first, object));
    }
  };
}

/// How a checked value gets into a member of type M, and how that shows as a default.
template <class M>
struct Slot {
  template <class V>
  static void put(M& member, V&& value, Place) {
    member = static_cast<M>(std::forward<V>(value));
  }
  static std::string show(const M& member) {
    if constexpr (std::is_same_v<M, bool>) {
      return member ? "true" : "false";
    } else if constexpr (std::is_floating_point_v<M>) {
      return show_number(member);
    } else if constexpr (std::is_arithmetic_v<M>) {
      return std::to_string(member);
    } else if constexpr (std::is_same_v<M, std::string>) {
      return member;
    } else {
      return {};
    }
  }
};

template <class Rep, class Period>
struct Slot<std::chrono::duration<Rep, Period>> {
  using M = std::chrono::duration<Rep, Period>;
  static void put(M& member, std::int64_t value, Place) { member = M(value); }
  static std::string show(const M& member) { return std::to_string(member.count()); }
};

template <class T>
struct Slot<std::optional<T>> {
  template <class V>
  static void put(std::optional<T>& member, V&& value, Place place) {
    Slot<T>::put(member.emplace(), std::forward<V>(value), place);
  }
  static std::string show(const std::optional<T>& member) { return member ? Slot<T>::show(*member) : std::string(); }
};

template <class T>
struct Slot<Placed<T>> {
  template <class V>
  static void put(Placed<T>& member, V&& value, Place place) {
    Slot<T>::put(member.value, std::forward<V>(value), place);
    member.place = place;
  }
  static std::string show(const Placed<T>& member) { return Slot<T>::show(member.value); }
};

/// A kind from a function that takes a value out of a node: std::optional<V>(const Node&, Problems&).
template <class Access, class Take>
auto kind(std::string type, std::string range, Access access, Take take) {
  auto read = [access, take](auto& object, const Node& node, Problems& problems) {
    auto& member = std::invoke(access, object);
    if (auto value = take(node, problems)) {
      Slot<std::remove_cvref_t<decltype(member)>>::put(member, std::move(*value), node.place);
    }
  };
  auto show = [access](const auto& object) {
    const auto& member = std::invoke(access, object);
    return Slot<std::remove_cvref_t<decltype(member)>>::show(member);
  };
  return Kind<decltype(read), decltype(show)>{std::move(type), std::move(range), read, show};
}

template <class Access>
auto integer(Access access, std::int64_t low, std::int64_t high) {
  return kind("whole number", std::to_string(low) + "–" + std::to_string(high), access,
              [=](const Node& node, Problems& problems) { return take_integer(node, low, high, problems); });
}

template <class Access>
auto number(Access access, double low, double high) {
  return kind("number", show_number(low) + "–" + show_number(high), access,
              [=](const Node& node, Problems& problems) { return take_number(node, low, high, problems); });
}

template <class Access>
auto flag(Access access) {
  return kind("true or false", "", access, take_flag);
}

template <class Access>
auto text(Access access, std::size_t longest) {
  return kind("text", "1–" + std::to_string(longest) + " bytes", access,
              [=](const Node& node, Problems& problems) { return take_text(node, longest, problems); });
}

template <class Access>
auto name(Access access) {
  return kind("name", "a–z, 0–9, -; 1–31", access, take_name);
}

template <class Access>
auto bilingual(Access access) {
  return kind("text, or { zh, en }", "", access, take_bilingual);
}

template <class V>
struct Word {
  std::string_view word;
  V value;
};

/// One of several words.
template <class Access, class V>
auto choice(Access access, std::vector<Word<V>> known) {
  std::vector<std::string_view> words;
  words.reserve(known.size());
  for (const auto& each : known) words.push_back(each.word);
  auto range = show_words(words);
  auto read = [access, words, known](auto& object, const Node& node, Problems& problems) {
    auto& member = std::invoke(access, object);
    if (const auto at = take_choice(node, words, problems)) {
      Slot<std::remove_cvref_t<decltype(member)>>::put(member, known[*at].value, node.place);
    }
  };
  auto show = [access, known](const auto& object) {
    for (const auto& each : known) {
      if (std::invoke(access, object) == each.value) return std::string(each.word);
    }
    return std::string();
  };
  return Kind<decltype(read), decltype(show)>{"word", std::move(range), read, show};
}

/// A list of 0 to `most` values, each taken by `take`.
template <class Access, class Take>
auto list(const std::string& type, Access access, std::size_t most, Take take) {
  auto read = [access, most, take](auto& object, const Node& node, Problems& problems) {
    const auto* elements = node.list();
    if (elements == nullptr || elements->size() > most) {
      const auto wrong = elements == nullptr ? filled({"这里是{1}", "this is {1}"}, {node.type_name()})
                                             : filled({"{1} 个太多", "{1} are too many"}, {elements->size()});
      problems.add(node.place, {"{1}；应写最多 {2} 项的列表 [ … ]", "{1}; write a list [ … ] of at most {2}"},
                   {wrong, most});
      return;
    }
    auto& member = std::invoke(access, object);
    using V = typename std::remove_cvref_t<decltype(member)>::value_type;
    for (const auto& element : *elements) {
      if (auto value = take(element, problems)) {
        Slot<V>::put(member.emplace_back(), std::move(*value), element.place);
      }
    }
  };
  auto show = [](const auto&) { return std::string("[]"); };
  return Kind<decltype(read), decltype(show)>{"list of " + type, "at most " + std::to_string(most), read, show};
}

template <class Access>
auto texts(Access access, std::size_t most, std::size_t longest) {
  return list("texts", access, most,
              [=](const Node& node, Problems& problems) { return take_text(node, longest, problems); });
}

/// A table within this one; `fields` must outlive the kind.
template <class Access, class U>
auto table(Access access, const Fields<U>& fields) {
  auto read = [access, &fields](auto& object, const Node& node, Problems& problems) {
    auto& member = std::invoke(access, object);
    if constexpr (requires { member.emplace(); }) {
      fields.read(node, member.emplace(), problems);
    } else {
      fields.read(node, member, problems);
    }
  };
  auto show = [](const auto&) { return std::string(); };
  return Kind<decltype(read), decltype(show)>{"[" + fields.name() + "]", "", read, show,
                                              [&fields](std::vector<ObjectDoc>& out) { fields.describe(out); }};
}

/// A list of tables, [[name]]; `fields` must outlive the kind.
template <class Access, class U>
auto tables(Access access, const Fields<U>& fields, std::size_t most) {
  auto read = [access, &fields, most](auto& object, const Node& node, Problems& problems) {
    const auto* elements = node.list();
    if (elements == nullptr) {
      problems.add(node.place, {"这里是{1}；每一项以 [[{2}]] 开头", "this is {1}; begin each with [[{2}]]"},
                   {node.type_name(), fields.name()});
      return;
    }
    if (elements->size() > most) {
      problems.add(node.place, {"{1} 个 [[{2}]] 太多；最多 {3} 个", "{1} [[{2}]] are too many; use at most {3}"},
                   {elements->size(), fields.name(), most});
      return;
    }
    auto& member = std::invoke(access, object);
    for (const auto& element : *elements) fields.read(element, member.emplace_back(), problems);
  };
  auto show = [](const auto&) { return std::string(); };
  return Kind<decltype(read), decltype(show)>{"[[" + fields.name() + "]]", "at most " + std::to_string(most), read,
                                              show, [&fields](std::vector<ObjectDoc>& out) { fields.describe(out); }};
}

}  // namespace inspect::settings
