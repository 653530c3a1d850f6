#include "cloud-bridge/ticketing/config/ticketd_config.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::ticketing;

namespace {

/// All that is wrong with the text of "t.toml", in English.
std::string complaint(std::string_view text) {
  settings::Problems problems("t.toml");
  const auto config = parse_config(text, problems);
  CHECK(config.has_value() == problems.empty());
  return problems.empty() ? "" : problems.error().message;
}

/// A text that is right.
std::optional<TicketdConfig> read(std::string_view text) {
  settings::Problems problems("t.toml");
  return parse_config(text, problems);
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("the shipped example is right and says what the defaults are") {
  settings::Problems problems("examples/ticketd.toml");
  const auto config = load_config(problems);
  REQUIRE_MESSAGE(config.has_value(), problems.error().message);
  const TicketdConfig fresh;
  CHECK(config->http.address == fresh.http.address);
  CHECK(config->http.port == fresh.http.port);
  CHECK(config->store.directory == fresh.store.directory);
  CHECK(config->store.readings_hours == fresh.store.readings_hours);
  CHECK(config->broker.client_id == fresh.broker.client_id);
  CHECK(config->http.time_zone == fresh.http.time_zone);
  CHECK(config->dispatch.departments.size() == 4);
  CHECK(config->dispatch.department("power")->name.zh == "电源部");
}

TEST_CASE("an empty file gives the standard table of departments") {
  const auto config = read("");
  REQUIRE(config.has_value());
  CHECK(config->dispatch.departments.size() == 4);
  CHECK(config->http.address == "127.0.0.1");
}

TEST_CASE("what is wrong is told with file, line, column and a cure") {
  CHECK(holds(complaint("[http]\nport = 99999\n"), "t.toml:2:"));
  CHECK(holds(complaint("[http]\nprot = 80\n"), "did you mean \"port\""));
  CHECK(holds(complaint("[htp]\n"), "did you mean \"http\""));
  CHECK(holds(complaint("[http\n"), "t.toml:1:"));
  CHECK(holds(complaint("[broker]\ncertificate = \"a.pem\"\n"), "need ca"));
}

TEST_CASE("the time zone is one of the tz database, and nothing that could break out of a page") {
  const auto with = [](const std::string& zone) { return complaint("[http]\ntime_zone = \"" + zone + "\"\n"); };
  CHECK(with("Asia/Urumqi").empty());
  CHECK(with("Etc/GMT+5").empty());
  for (const auto* wrong : {"Asia", "Peking", "CST'", "../../etc/passwd", "\\\"><script>"}) {
    CAPTURE(wrong);
    CHECK(holds(with(wrong), "t.toml:2:"));
    CHECK(holds(with(wrong), "Asia/Shanghai"));
  }
}

TEST_CASE("departments have their own keys and rules name departments that exist") {
  const std::string power =
      "[dispatch]\nfallback = \"power\"\n[[dispatch.department]]\nkey = \"power\"\nname = \"Power\"\n";
  CHECK(complaint(power).empty());
  CHECK(holds(complaint(power + "[[dispatch.department]]\nkey = \"power\"\nname = \"Again\"\n"), "t.toml:7:"));
  CHECK(holds(complaint(power + "[[dispatch.rule]]\nkind = \"relay.\"\ndepartment = \"powr\"\n"),
              "did you mean \"power\""));
  CHECK(holds(complaint("[dispatch]\nfallback = \"x\"\n"), "department"));
}

TEST_CASE("a file cut at any byte is read or refused, never worse") {
  const std::string text =
      "[http]\nport = 8080\n[broker]\nhost = \"127.0.0.1\"\n[store]\ndirectory = \"/var/lib/ticketd\"\n";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    const auto wrong = complaint(std::string_view(text).substr(0, cut));
    if (!wrong.empty()) CHECK(holds(wrong, "t.toml:"));
  }
}
