#include "protocol/control/json_archive.hpp"
#include "protocol/control/request.hpp"
#include "protocol/control/request_fields.hpp"
#include "protocol/control/request_rules.hpp"
#include "protocol/control/shape.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <utility>

namespace inspect::control {

namespace {

using Json = nlohmann::json;

using Decoder = Ask (*)(const Json& args, std::optional<ReadProblem>& problem);

template <class T>
Ask decode_as(const Json& args, std::optional<ReadProblem>& problem) {
  T ask;
  JsonReader<Json> reader(args, "args", true, problem);
  if (!problem) fields(reader, ask);
  reader.finish();
  return ask;
}

template <std::size_t... I>
constexpr std::array<Decoder, sizeof...(I)> make_decoders(std::index_sequence<I...> /*all verbs*/) {
  return {&decode_as<std::variant_alternative_t<I, Ask>>...};
}

constexpr auto decoders = make_decoders(std::make_index_sequence<std::variant_size_v<Ask>>());

std::optional<std::size_t> verb_index(std::string_view wanted) {
  for (std::size_t i = 0; i < verbs().size(); ++i) {
    if (verbs()[i] == wanted) return i;
  }
  return std::nullopt;
}

BadRequest malformed(std::uint64_t id, const std::string& what) {
  return {id, {Refusal::malformed, {"请求不合格式：" + what, "not a request: " + what}, {}}};
}

}  // namespace

std::string encode(const Request& request) {
  Json line{{"id", request.id}, {"verb", verb(request.ask)}};
  std::visit(
      [&line](auto ask) {
        JsonWriter<Json> writer(line["args"]);
        fields(writer, ask);
      },
      request.ask);
  // A text that is no UTF-8 must not throw here; the agent then names the field it does not find.
  return line.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::variant<Request, BadRequest> decode_request(std::string_view line) {
  if (line.size() > largest_request) return malformed(0, "the line is longer than 64 KiB");
  if (nesting(line) > deepest_line) return malformed(0, "it nests too deeply");
  const auto json = Json::parse(line, nullptr, false);
  if (!json.is_object()) return malformed(0, "a line must be one JSON object in UTF-8");
  const auto id = json.find("id");
  if (id == json.end() || !id->is_number_unsigned()) return malformed(0, "\"id\": a whole number from 0 is expected");
  const auto number = id->get<std::uint64_t>();
  const auto verb = json.find("verb");
  if (verb == json.end() || !verb->is_string()) return malformed(number, "\"verb\": a text is expected");
  const auto index = verb_index(verb->get_ref<const std::string&>());
  if (!index) {
    const auto shown = verb->get<std::string>().substr(0, 40);
    return BadRequest{number,
                      {Refusal::unknown_verb,
                       {"不认识的指令 \"" + shown + "\"", "unknown verb \"" + shown + "\""},
                       {"程序与服务的版本可能不一致", "the program and the agent may be of different versions"}}};
  }
  const auto args = json.find("args");
  if (json.size() != (args == json.end() ? 2U : 3U)) return malformed(number, "only id, verb and args are known");
  std::optional<ReadProblem> problem;
  const Json none = Json::object();
  Request request{number, decoders[*index](args == json.end() ? none : *args, problem)};
  if (problem) return malformed(number, problem->field + ": " + problem->what);
  if (auto trouble = check(request.ask)) return BadRequest{number, std::move(*trouble)};
  return request;
}

}  // namespace inspect::control
