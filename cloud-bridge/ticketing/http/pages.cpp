#include "cloud-bridge/ticketing/http/pages.hpp"

#include <array>
#include <fstream>
#include <iterator>

namespace inspect::ticketing {

namespace {

struct Known {
  const char* name;
  const char* type;
};
constexpr std::array<Known, 10> known{{{"index.html", "text/html; charset=utf-8"},
                                       {"ticket.html", "text/html; charset=utf-8"},
                                       {"style.css", "text/css; charset=utf-8"},
                                       {"words.js", "text/javascript; charset=utf-8"},
                                       {"common.js", "text/javascript; charset=utf-8"},
                                       {"time.js", "text/javascript; charset=utf-8"},
                                       {"list.js", "text/javascript; charset=utf-8"},
                                       {"ticket.js", "text/javascript; charset=utf-8"},
                                       {"chart.js", "text/javascript; charset=utf-8"},
                                       {"icon.svg", "image/svg+xml"}}};
constexpr std::string_view zone_mark = "@TIME_ZONE@";
constexpr std::size_t largest_file = std::size_t{1024} * 1024;

/// "T-2026-000123" or nothing: the page itself asks for the ticket and says when there is none.
bool is_number(std::string_view text) {
  return text.size() >= 8 && text.size() <= 24 && text.find_first_not_of("T-0123456789") == std::string_view::npos;
}

}  // namespace

Result<Pages> Pages::load(const std::string& directory, const std::string& time_zone) {
  Pages pages;
  for (const auto& [name, type] : known) {
    const auto path = directory + "/" + name;
    std::ifstream file(path, std::ios::binary);
    if (!file) return fail(Errc::invalid_argument, path + ": cannot be read; set http.pages to the directory web/");
    std::string bytes{std::istreambuf_iterator<char>(file), {}};
    if (bytes.empty() || bytes.size() > largest_file)
      return fail(Errc::invalid_argument, path + ": empty or too large");
    if (const auto mark = bytes.find(zone_mark); mark != std::string::npos) {
      bytes.replace(mark, zone_mark.size(), time_zone);
    }
    pages.files_[name] = {type, std::move(bytes)};
  }
  return pages;
}

std::optional<WebResponse> Pages::answer(const WebRequest& request) const {
  const auto target = parse_target(request.target);
  if (!target) return std::nullopt;
  constexpr std::string_view tickets = "/tickets/";
  constexpr std::string_view assets = "/web/";
  std::string name;
  if (target->path == "/") {
    name = "index.html";
  } else if (target->path.starts_with(tickets) && is_number(std::string_view(target->path).substr(tickets.size()))) {
    name = "ticket.html";
  } else if (target->path.starts_with(assets)) {
    name = target->path.substr(assets.size());
  }
  const auto found = files_.find(name);
  if (found == files_.end()) return std::nullopt;
  if (request.method != "GET" && request.method != "HEAD") {
    auto refused = problem(405, "Method Not Allowed", "use GET", target->path);
    refused.headers.emplace_back("Allow", "GET, HEAD");
    return refused;
  }
  WebResponse response;
  response.type = found->second.type;
  response.body = found->second.bytes;
  return response;
}

}  // namespace inspect::ticketing
