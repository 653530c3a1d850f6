#pragma once

#include "cloud-bridge/ticketing/http/web.hpp"
#include "protocol/core/error.hpp"

#include <map>
#include <string>

namespace inspect::ticketing {

/// The files of cloud-bridge/web, read once at the start: a fixed list, so no request ever names a file.
class Pages {
 public:
  /// `time_zone`: in which every instant is shown; letters, digits and "/_+-" only, for it becomes part of the page.
  static Result<Pages> load(const std::string& directory, const std::string& time_zone);

  /// GET / and GET /tickets/<number> give the pages, GET /web/<file> what they need. Nothing for any other path.
  [[nodiscard]] std::optional<WebResponse> answer(const WebRequest& request) const;

 private:
  struct File {
    std::string type;
    std::string bytes;
  };
  std::map<std::string, File> files_;  ///< by name
};

}  // namespace inspect::ticketing
