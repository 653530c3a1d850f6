#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace inspect::ticketing {

/// What a browser asked, free of the library that read it. Header names are lower case.
struct WebRequest {
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers;
  std::string body;

  [[nodiscard]] std::string_view header(const std::string& name) const;
};

struct WebResponse {
  unsigned status = 200;
  std::string type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;  ///< beyond those every answer carries
};

struct Target {
  std::string path;
  std::map<std::string, std::string> query;
};

/// Path and query with their percent signs resolved. Nothing when it is no origin form, holds a broken escape, a
/// control character, ".." or more than 16 parameters.
std::optional<Target> parse_target(std::string_view target);

/// RFC 9457.
WebResponse problem(unsigned status, std::string_view title, std::string_view detail, std::string_view instance);

/// The headers of every answer: no scripts but ours, no frames, no sniffing, nothing kept.
const std::vector<std::pair<std::string, std::string>>& security_headers();

/// A request that changes something must come from our own page or from a program: JSON, a header no foreign form can
/// set, and no foreign origin. Nothing when it may pass, else the refusal.
std::optional<WebResponse> refuse_forgery(const WebRequest& request);

}  // namespace inspect::ticketing
