#include "firmware-agent/cli/time_limit.hpp"

#include "firmware-agent/cli/times.hpp"

namespace inspect::cli {

Got<TimeLimit> TimeLimit::from(const std::string& word, Clock::time_point now) {
  TimeLimit limit;
  if (word.empty()) return limit;
  const auto span = parse_span(word);
  if (!span) {
    return Failure{ExitCode::wrong_use,
                   {"看不懂的时长：" + word, "not understood as a span: " + word},
                   {"例如 10s、5m", "for example 10s, 5m"}};
  }
  limit.end_ = now + *span;
  return limit;
}

}  // namespace inspect::cli
