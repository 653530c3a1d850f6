#include "cloud-bridge/ticketing/daemon/manager.hpp"
#include "cloud-bridge/ticketing/daemon/ticket_service.hpp"
#include "protocol/settings/reader.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <optional>

namespace {

using namespace inspect::ticketing;

constexpr const char* examples = R"(
Examples:
  ticketd --config /etc/ticketd/ticketd.toml
  ticketd --config examples/ticketd.toml --check          is the file right?
  ticketd --config examples/ticketd.toml --port 0 --store /tmp/tickets --pages cloud-bridge/web
                                                          prints the port it took

Exit codes: 0 ended on request or the file is right, 1 could not start, 2 wrong use or a wrong file.
)";

struct Wish {
  std::string config = "/etc/ticketd/ticketd.toml";
  std::optional<int> port;
  std::optional<int> broker_port;
  std::string store;
  std::string pages;
  bool check = false;
  bool begin_anew = false;
};

void overrule(TicketdConfig& config, const Wish& wish) {
  if (wish.port) config.http.port = static_cast<std::uint16_t>(*wish.port);
  if (wish.broker_port) config.broker.port = static_cast<std::uint16_t>(*wish.broker_port);
  if (!wish.store.empty()) config.store.directory = wish.store;
  config.store.begin_anew = wish.begin_anew;
  if (!wish.pages.empty()) config.http.pages = wish.pages;
}

int serve(const TicketdConfig& config) {
  boost::asio::io_context loop(1);
  auto service = TicketService::make(loop, config);
  if (!service) {
    spdlog::error("{}", service.error().message);
    return 1;
  }
  boost::asio::signal_set signals(loop, SIGTERM, SIGINT, SIGHUP);  // after SIGHUP the service manager starts it anew
  signals.async_wait([&](const boost::system::error_code& failed, int) {
    if (failed) return;
    tell_stopping();
    (*service)->stop();
  });
  (*service)->start();
  const auto address = "http://" + config.http.address + ":" + std::to_string((*service)->port()) + "/";
  std::printf("%s\n", address.c_str());
  std::fflush(stdout);
  tell_ready("serving " + address);
  loop.run();
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Wish wish;
  CLI::App app{"ticketd: takes the findings of all sites and keeps the tickets."};
  app.footer(examples);
  app.add_option("-c,--config", wish.config, "the file to read")->capture_default_str();
  app.add_flag("--check", wish.check, "read the file, say what is wrong with it, and end");
  app.add_option("--port", wish.port, "serve on this port instead; 0 takes a free one")->check(CLI::Range(0, 65535));
  app.add_option("--broker-port", wish.broker_port, "the broker's port instead")->check(CLI::Range(1, 65535));
  app.add_option("--store", wish.store, "keep tickets.db in this directory instead");
  app.add_flag("--begin-anew", wish.begin_anew,
               "when tickets.db is lost or damaged, call it tickets.db.corrupt-<time> and begin with no tickets");
  app.add_option("--pages", wish.pages, "directory of the pages instead");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    return app.exit(problem) == 0 ? 0 : 2;
  }
  spdlog::set_default_logger(spdlog::stderr_logger_mt("ticketd"));
  spdlog::set_pattern("%l %v");
  const auto language = inspect::settings::language_of_reader(std::getenv);
  inspect::settings::Problems problems(wish.config);
  auto config = load_config(problems);
  if (!config) {
    for (const auto& line : problems.all()) std::cerr << line.in(language) << '\n';
    return 2;
  }
  overrule(*config, wish);
  if (wish.check) {
    std::cout << wish.config << inspect::Text{"：正确", ": right"}.in(language) << '\n';
    return 0;
  }
  try {
    return serve(*config);
  } catch (const std::exception& problem) {
    spdlog::critical("ended by {}", problem.what());
    return 1;
  }
}
