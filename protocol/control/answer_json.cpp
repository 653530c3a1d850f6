#include "protocol/control/answer.hpp"
#include "protocol/control/fields.hpp"
#include "protocol/control/json_archive.hpp"
#include "protocol/control/shape.hpp"
#include "protocol/control/trend_fields.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace inspect::control {

namespace {

using Json = nlohmann::json;

constexpr std::array<const char*, std::variant_size_v<News>> news_types{"readings", "finding", "outbox", "trace",
                                                                        "health"};

/// Dumping is where the library notices a text that is no UTF-8.
Result<std::string> to_line(const Json& json) {
  try {
    auto line = json.dump();
    if (line.size() > largest_answer) return fail(Errc::invalid_argument, "the answer is longer than 1 MiB");
    return line;
  } catch (const Json::exception& problem) {
    return fail(Errc::malformed, problem.what());
  }
}

/// The library's value converts to everything and so cannot stand in a Result.
Result<void> parse_line(std::string_view line, Json& json) {
  if (line.size() > largest_answer) return fail(Errc::malformed, "the line is longer than 1 MiB");
  if (nesting(line) > deepest_line) return fail(Errc::malformed, "the line nests too deeply");
  json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return fail(Errc::malformed, "the line is no JSON object in UTF-8");
  return {};
}

Error malformed(const ReadProblem& problem) { return fail(Errc::malformed, problem.field + ": " + problem.what); }

/// Reads one value of any kind by wrapping it, so that lists and objects take the same way.
template <class T>
Result<T> read_member(const Json& object, const char* key) {
  T value{};
  std::optional<ReadProblem> problem;
  JsonReader<Json> reader(object, "", false, problem);
  reader(key, value);
  if (problem) return malformed(*problem);
  return value;
}

using NewsDecoder = Result<News> (*)(const Json& event);

template <class T>
Result<News> decode_news(const Json& event) {
  T news;
  std::optional<ReadProblem> problem;
  JsonReader<Json> reader(event, "event", false, problem);
  fields(reader, news);
  if (problem) return malformed(*problem);
  return News(std::move(news));
}

constexpr std::array<NewsDecoder, std::variant_size_v<News>> news_decoders{
    &decode_news<ReadingsEvent>, &decode_news<FindingNews>, &decode_news<RowsAdded>, &decode_news<TraceEvent>,
    &decode_news<HealthEvent>};

}  // namespace

Result<std::string> encode_answer(std::uint64_t id, const Data& data) {
  Json line{{"id", id}, {"ok", true}, {"data", nullptr}};
  std::visit(
      [&line](auto value) {
        if constexpr (!std::is_same_v<decltype(value), std::monostate>) line["data"] = JsonWriter<Json>::value(value);
      },
      data);
  return to_line(line);
}

Result<std::string> encode_event(const Event& event) {
  Json line{{"id", event.id}};
  std::visit(
      [&line](auto news) {
        JsonWriter<Json> writer(line["event"]);
        fields(writer, news);
      },
      event.news);
  line["event"]["type"] = news_types[event.news.index()];
  line["event"]["dropped"] = event.dropped;
  return to_line(line);
}

std::string encode_trouble(std::uint64_t id, const Trouble& trouble) {
  auto copy = trouble;
  Json line{{"id", id}, {"ok", false}};
  JsonWriter<Json> writer(line["error"]);
  fields(writer, copy);
  // A trouble may quote what a stranger sent; saying it must never fail.
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void fit_one_line(std::vector<OutboxRow>& rows) {
  std::size_t used = 64;
  std::size_t kept = 0;
  for (; kept < rows.size(); ++kept) {
    used += Json(rows[kept].payload).dump(-1, ' ', false, Json::error_handler_t::replace).size() + 128;
    if (used > largest_answer) break;
  }
  rows.resize(kept);
}

Result<LineHead> decode_head(std::string_view line) {
  Json json;
  if (auto parsed = parse_line(line, json); !parsed) return parsed.error();
  const auto id = read_member<std::uint64_t>(json, "id");
  if (!id) return id.error();
  if (json.contains("event")) return LineHead{*id, LineKind::event};
  const auto ok = read_member<bool>(json, "ok");
  if (!ok) return ok.error();
  return LineHead{*id, *ok ? LineKind::answer : LineKind::trouble};
}

Result<Trouble> decode_trouble(std::string_view line) {
  Json json;
  if (auto parsed = parse_line(line, json); !parsed) return parsed.error();
  return read_member<Trouble>(json, "error");
}

Result<Event> decode_event(std::string_view line) {
  Json json;
  if (auto parsed = parse_line(line, json); !parsed) return parsed.error();
  const auto id = read_member<std::uint64_t>(json, "id");
  if (!id) return id.error();
  const auto event = json.find("event");
  if (event == json.end() || !event->is_object()) return fail(Errc::malformed, "event: an object is expected");
  const auto dropped = read_member<std::uint64_t>(*event, "dropped");
  if (!dropped) return dropped.error();
  const auto type = read_member<std::string>(*event, "type");
  if (!type) return type.error();
  for (std::size_t i = 0; i < news_types.size(); ++i) {
    if (*type != news_types[i]) continue;
    auto news = news_decoders[i](*event);
    if (!news) return news.error();
    return Event{*id, *dropped, std::move(*news)};
  }
  return fail(Errc::malformed, "event.type: \"" + type->substr(0, 40) + "\" is not one of the known names");
}

template <class T>
Result<T> decode_answer(std::string_view line) {
  Json json;
  if (auto parsed = parse_line(line, json); !parsed) return parsed.error();
  return read_member<T>(json, "data");
}

template Result<Status> decode_answer(std::string_view);
template Result<std::vector<BusRow>> decode_answer(std::string_view);
template Result<std::vector<DeviceRow>> decode_answer(std::string_view);
template Result<std::vector<PointRow>> decode_answer(std::string_view);
template Result<std::vector<HistoryRow>> decode_answer(std::string_view);
template Result<std::vector<Finding>> decode_answer(std::string_view);
template Result<Finding> decode_answer(std::string_view);
template Result<OutboxState> decode_answer(std::string_view);
template Result<std::vector<OutboxRow>> decode_answer(std::string_view);
template Result<Receipted> decode_answer(std::string_view);
template Result<Unsent> decode_answer(std::string_view);
template Result<TraceHead> decode_answer(std::string_view);
template Result<ProbeRow> decode_answer(std::string_view);
template Result<std::vector<UsbRow>> decode_answer(std::string_view);
template Result<ExamRow> decode_answer(std::string_view);
template Result<OrderRow> decode_answer(std::string_view);
template Result<IdentityRow> decode_answer(std::string_view);
template Result<TrendRow> decode_answer(std::string_view);
template Result<ForecastList> decode_answer(std::string_view);
template Result<PartRow> decode_answer(std::string_view);
template Result<std::vector<TestRow>> decode_answer(std::string_view);

Result<std::string> data_text(std::string_view line) {
  Json json;
  if (auto parsed = parse_line(line, json); !parsed) return parsed.error();
  for (const auto* key : {"data", "event"}) {
    if (const auto found = json.find(key); found != json.end()) return to_line(*found);
  }
  return fail(Errc::malformed, "the line has neither data nor an event");
}

}  // namespace inspect::control
