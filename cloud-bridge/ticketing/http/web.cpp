#include "cloud-bridge/ticketing/http/web.hpp"

#include "protocol/messages/json_writer.hpp"

#include <algorithm>

namespace inspect::ticketing {

namespace {

constexpr std::size_t most_parameters = 16;

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> unescape(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
      const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
      if (high < 0 || low < 0) return std::nullopt;
      c = static_cast<char>(high * 16 + low);
      i += 2;
    } else if (c == '+' && plus_is_space) {
      c = ' ';
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
    out += c;
  }
  return out;
}

bool add_parameter(std::string_view pair, Target& target) {
  if (pair.empty()) return true;
  const auto equals = pair.find('=');
  const auto key = unescape(pair.substr(0, equals), true);
  const auto value = equals == std::string_view::npos ? std::string() : unescape(pair.substr(equals + 1), true);
  if (!key || !value || target.query.size() == most_parameters) return false;
  target.query[*key] = *value;
  return true;
}

}  // namespace

std::string_view WebRequest::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string_view{} : std::string_view(found->second);
}

std::optional<Target> parse_target(std::string_view target) {
  if (target.empty() || target.front() != '/') return std::nullopt;
  const auto mark = target.find('?');
  const auto path = unescape(target.substr(0, mark), false);
  if (!path || path->find("..") != std::string::npos) return std::nullopt;
  Target out{*path, {}};
  auto rest = mark == std::string_view::npos ? std::string_view{} : target.substr(mark + 1);
  while (!rest.empty()) {
    const auto end = rest.find('&');
    if (!add_parameter(rest.substr(0, end), out)) return std::nullopt;
    rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
  }
  return out;
}

WebResponse problem(unsigned status, std::string_view title, std::string_view detail, std::string_view instance) {
  messages::JsonWriter out;
  out.begin_object().key("type").text("about:blank", 16).key("title").text(title, 128);
  out.key("status").natural(status).key("detail").text(detail, 1024);
  out.key("instance").text(instance, 256).end_object();
  WebResponse response;
  response.status = status;
  response.type = "application/problem+json";
  response.body = std::move(out).take();
  return response;
}

const std::vector<std::pair<std::string, std::string>>& security_headers() {
  static const std::vector<std::pair<std::string, std::string>> headers{
      {"Content-Security-Policy",
       "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
       "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"},
      {"X-Content-Type-Options", "nosniff"},
      {"X-Frame-Options", "DENY"},
      {"Referrer-Policy", "no-referrer"},
      {"Cross-Origin-Opener-Policy", "same-origin"},
      {"Cross-Origin-Resource-Policy", "same-origin"},
      {"Permissions-Policy", "camera=(), microphone=(), geolocation=()"},
      {"Cache-Control", "no-store"},
  };
  return headers;
}

std::optional<WebResponse> refuse_forgery(const WebRequest& request) {
  const auto refuse = [&](std::string_view detail) { return problem(403, "Forbidden", detail, request.target); };
  if (request.header("x-requested-with").empty()) return refuse("send the header X-Requested-With");
  const auto origin = request.header("origin");
  if (!origin.empty()) {
    const auto scheme = origin.find("://");
    if (scheme == std::string_view::npos || origin.substr(scheme + 3) != request.header("host")) {
      return refuse("the request comes from a foreign origin");
    }
  }
  auto type = request.header("content-type");
  type = type.substr(0, type.find(';'));
  while (!type.empty() && type.back() == ' ') type.remove_suffix(1);
  if (type != "application/json") {
    return problem(415, "Unsupported Media Type", "send application/json", request.target);
  }
  return std::nullopt;
}

}  // namespace inspect::ticketing
