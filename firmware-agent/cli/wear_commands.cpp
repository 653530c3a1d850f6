// What wears: trend, forecasts, part replaced.
#include "firmware-agent/cli/wear_commands.hpp"

#include "firmware-agent/cli/connection.hpp"
#include "firmware-agent/cli/trend_page.hpp"
#include "protocol/control/answer.hpp"

#include <fstream>
#include <ostream>

namespace inspect::cli {

namespace {

/// Asks one question and shows its answer: the agent's own JSON, or a page.
template <class T, class Show>
Got<ExitCode> asked(const Options& options, const Console& console, const control::Ask& ask, const Show& show) {
  auto opened = Connection::open(options.socket);
  if (auto* failure = std::get_if<Failure>(&opened)) return std::move(*failure);
  auto line = std::get<Connection>(opened).ask(ask);
  if (auto* failure = std::get_if<Failure>(&line)) return std::move(*failure);
  const auto& text = std::get<std::string>(line);
  const auto data = control::decode_answer<T>(text);
  if (!data) return Failure{ExitCode::failed, {data.error().message, data.error().message}, {}};
  if (options.json) console.out << control::data_text(text).value() << '\n';
  return show(*data);
}

}  // namespace

Got<ExitCode> show_trend(const Options& options, const Console& console, const TrendCommand& command) {
  const control::AskTrend ask{command.device + '/' + command.point};
  return asked<control::TrendRow>(options, console, ask, [&](const control::TrendRow& trend) -> Got<ExitCode> {
    if (!options.json && command.svg.empty()) console.out << trend_page(console, trend);
    if (command.svg.empty()) return ExitCode::done;
    std::ofstream file(command.svg, std::ios::binary);
    file << trend_svg(trend, options.language);
    file.close();
    if (file) return ExitCode::done;
    return Failure{ExitCode::failed,
                   {"无法写入：" + command.svg, "cannot be written: " + command.svg},
                   {"检查目录和权限", "check the folder and its permissions"}};
  });
}

Got<ExitCode> show_forecasts(const Options& options, const Console& console, const ForecastsCommand& command) {
  return asked<control::ForecastList>(options, console, control::AskForecasts{command.most}, [&](const auto& list) {
    if (!options.json) console.out << forecasts_page(console, list);
    if (!options.json && list.forecasts.empty()) {
      console.err << console.in({"还没有预测", "nothing was foretold yet"}) << '\n';
    }
    return ExitCode::done;
  });
}

Got<ExitCode> note_part(const Options& options, const Console& console, const PartReplacedCommand& command) {
  const auto target = command.point.empty() ? command.device : command.device + '/' + command.point;
  const control::NotePart ask{target, command.part, command.by};
  return asked<control::PartRow>(options, console, ask, [&](const control::PartRow& part) {
    if (!options.json) console.out << part_line(console, part) << '\n';
    return ExitCode::done;
  });
}

}  // namespace inspect::cli
