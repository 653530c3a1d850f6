// `inspectctl test`: lists the tests of the site's plan, or begins one and stays until its verdict.
#include "firmware-agent/cli/commands.hpp"
#include "firmware-agent/cli/connection.hpp"
#include "firmware-agent/cli/pages.hpp"
#include "firmware-agent/cli/times.hpp"

#include <poll.h>

#include <chrono>
#include <ostream>

namespace inspect::cli {

namespace {

using Rows = std::vector<control::TestRow>;

/// So often it is asked how far the test is; the agent ends every test by itself.
constexpr int ask_every_ms = 300;

Cell state_cell(const Console& console, const control::TestRow& row) {
  if (row.state == "never") return {console.in({"从未", "never"}), Tone::quiet};
  if (row.state == "running") return {console.in({"进行中", "running"}), Tone::plain};
  if (row.state == "pass") return {console.in({"合格", "pass"}), Tone::good};
  if (row.state == "fail") return {console.in({"不合格", "fail"}), Tone::bad};
  if (row.state == "undecidable") return {console.in({"无法判定", "undecidable"}), Tone::doubt};
  return {console.in({"未完成", "not finished"}), Tone::doubt};
}

Got<std::string> to_the_end(Connection& connection, const Console& console, const TestCommand& command) {
  auto line = connection.ask(control::StartTest{command.test, command.by});
  const auto began = std::chrono::steady_clock::now();
  bool told = false;
  for (;;) {
    const auto* text = std::get_if<std::string>(&line);
    if (text == nullptr) break;
    const auto rows = control::decode_answer<Rows>(*text);
    if (!rows || rows->empty() || rows->front().state != "running") break;
    const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
    if (console.terminal) {
      console.err << '\r' << console.in({"测试进行中 ", "the test runs, "}) << span_text(passed, console.language)
                  << "  " << std::flush;
      told = true;
    }
    ::poll(nullptr, 0, ask_every_ms);
    line = connection.ask(control::AskTests{command.test});
  }
  if (told) console.err << '\n';
  return line;
}

}  // namespace

std::string tests_page(const Console& console, const Rows& rows) {
  Table table({{console.in({"测试", "TEST"})},
               {console.in({"结果", "RESULT"})},
               {console.in({"时间", "AT"})},
               {console.in({"谁", "BY"})},
               {console.in({"测什么", "WHAT"}), false, 10, 2}});
  for (const auto& row : rows) {
    table.row({{row.name},
               state_cell(console, row),
               {row.at ? local_time(*row.at) : "–"},
               {row.who.empty() ? "–" : row.who},
               {console.in(row.title)}},
              console.in(row.why));
  }
  return table.text(console);
}

Got<ExitCode> run_test(const Options& options, const Console& console, const TestCommand& command) {
  auto opened = Connection::open(options.socket);
  if (auto* failure = std::get_if<Failure>(&opened)) return std::move(*failure);
  auto& connection = std::get<Connection>(opened);
  auto line = command.test.empty() ? connection.ask(control::AskTests{}) : to_the_end(connection, console, command);
  if (auto* failure = std::get_if<Failure>(&line)) return std::move(*failure);
  const auto& text = std::get<std::string>(line);
  const auto rows = control::decode_answer<Rows>(text);
  if (!rows) return Failure{ExitCode::failed, {rows.error().message, rows.error().message}, {}};
  if (options.json) {
    console.out << control::data_text(text).value() << '\n';
  } else if (rows->empty()) {
    console.err << console.in({"没有测试方案：在站点配置的 [inspection] 中写 leakage_plan",
                               "there is no plan of tests: name one by leakage_plan in [inspection] of the site"})
                << '\n';
  } else {
    console.out << tests_page(console, *rows);
  }
  if (command.test.empty() || rows->empty()) return ExitCode::done;
  return rows->front().state == "pass" ? ExitCode::done : ExitCode::failed;
}

}  // namespace inspect::cli
