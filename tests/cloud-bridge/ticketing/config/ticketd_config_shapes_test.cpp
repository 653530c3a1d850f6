#include "cloud-bridge/ticketing/config/ticketd_config.hpp"

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <regex>

using namespace inspect;
using namespace inspect::ticketing;

namespace {

std::string shipped() {
  std::ifstream file("examples/ticketd.toml");
  std::string text{std::istreambuf_iterator<char>(file), {}};
  // The keys that are only shown are switched on, so that all of them are met.
  return std::regex_replace(text, std::regex("\\n# (username|password_file|ca|certificate|key|kind|department|\\[\\[)"),
                            "\n$1");
}

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

bool tells_its_place(const std::string& message) {
  return std::regex_search(message, std::regex("^t\\.toml:[1-9][0-9]*:[1-9][0-9]*: [^\\n]+"));
}

struct Key {
  const char* table;  ///< what stands before the key
  const char* key;
  const char* wrong;  ///< a value of the wrong type
  const char* far;    ///< of the right type and out of bounds; empty: there is none
};

constexpr auto department = "[dispatch]\nfallback = \"a\"\n[[dispatch.department]]\nkey = \"a\"\nname = \"A\"\n";

const std::vector<Key> keys{
    {"[http]", "address", "5", ""},
    {"[http]", "port", "\"8080\"", "65536"},
    {"[http]", "port", "80.5", "-1"},
    {"[http]", "pages", "[\"a\"]", ""},
    {"[broker]", "host", "true", ""},
    {"[broker]", "port", "{}", "0"},
    {"[broker]", "client_id", "1883", ""},
    {"[broker]", "username", "2026-11-24", ""},
    {"[broker]", "password_file", "5", ""},
    {"[broker]", "ca", "5", ""},
    {"[broker]", "certificate", "[]", ""},
    {"[broker]", "key", "5", ""},
    {"[store]", "directory", "5", ""},
    {"[store]", "readings_hours", "\"48\"", "0"},
    {"[store]", "readings_hours", "48.5", "2161"},
    {department, "head", "5", ""},
    {department, "contact", "[]", ""},
    {"[dispatch]\nfallback = \"a\"", "department", "\"a\"", ""},
    {"[dispatch]\nfallback = \"a\"", "rule", "5", ""},
    {"[dispatch]", "customer_service", "\"me\"", ""},
    {"[dispatch]", "company", "[]", ""},
    {"[dispatch]", "fallback", "5", "\"Not A Name\""},
    {"", "http", "5", ""},
    {"", "broker", "\"localhost\"", ""},
    {"", "store", "[]", ""},
    {"", "dispatch", "true", ""},
};

}  // namespace

TEST_CASE("every key with a value of the wrong type is told with file and line and the column of that value") {
  for (const auto& key : keys) {
    const auto text = std::string(key.table) + "\n" + key.key + " = " + key.wrong + "\n";
    CAPTURE(text);
    const auto message = complaint(text);
    CAPTURE(message);
    CHECK(tells_its_place(message));
    const auto line = std::to_string(std::count(text.begin(), text.end(), '\n'));
    const auto column = std::to_string(std::string_view(key.key).size() + 4);
    CHECK(message.find("t.toml:" + line + ":" + column + ": ") == 0);
  }
}

TEST_CASE("every key with bounds is held to them, with its place") {
  for (const auto& key : keys) {
    if (std::string_view(key.far).empty()) continue;
    const auto text = std::string(key.table) + "\n" + key.key + " = " + key.far + "\n";
    CAPTURE(text);
    CHECK(tells_its_place(complaint(text)));
  }
}

TEST_CASE("the shipped file with all its keys, cut at any byte, is read or refused with a place, never worse") {
  const auto text = shipped();
  REQUIRE(text.size() > 1500);
  REQUIRE(text.find("\n[[dispatch.rule]]") != std::string::npos);
  REQUIRE_MESSAGE(complaint(text).empty(), complaint(text));
  std::size_t refused = 0;
  for (std::size_t cut = 0; cut < text.size(); ++cut) {
    CAPTURE(cut);
    const auto message = complaint(std::string_view(text).substr(0, cut));
    if (message.empty()) continue;
    ++refused;
    CHECK(tells_its_place(message));
  }
  CHECK(refused > 500);
}

TEST_CASE("the shipped file with any byte replaced by another is read or refused with a place") {
  const auto whole = shipped();
  for (std::size_t at = 0; at < whole.size(); at += 3) {
    auto text = whole;
    for (const char c : {'\0', '"', '[', '\n', '\xff'}) {
      text[at] = c;
      const auto message = complaint(text);
      CAPTURE(at);
      CHECK((message.empty() || tells_its_place(message)));
    }
  }
}

TEST_CASE("all that is wrong is told at once, each with its own place") {
  const auto message = complaint("[http]\nport = \"x\"\n[broker]\nport = 0\nhots = \"a\"\n[store]\ndirectory = 5\n");
  CHECK(message.find("t.toml:2:") != std::string::npos);
  CHECK(message.find("t.toml:4:") != std::string::npos);
  CHECK(message.find("t.toml:5:") != std::string::npos);
  CHECK(message.find("did you mean \"host\"") != std::string::npos);
  CHECK(message.find("t.toml:7:") != std::string::npos);
}

TEST_CASE("a file that is not there is named, and one that is no text is refused") {
  settings::Problems missing("/nowhere/ticketd.toml");
  CHECK_FALSE(load_config(missing).has_value());
  REQUIRE(missing.count() == 1);
  CHECK(missing.lines()[0].en.find("/nowhere/ticketd.toml: cannot be opened") == 0);
  CHECK(missing.lines()[0].zh.find("/nowhere/ticketd.toml: 打不开") == 0);
  settings::Problems no_folder("/dev/null/x");
  CHECK_FALSE(load_config(no_folder).has_value());
  CHECK(tells_its_place(complaint("\xff\xfe[http]\n")));
  CHECK(tells_its_place(complaint(std::string(40, '['))));
}

TEST_CASE("customer service and the company keep their keys whatever the file calls them: ledgers name them so") {
  const auto config = read(std::string(department) +
                           "[dispatch.company]\nkey = \"boss\"\nname = { zh = \"总部\", en = \"Head office\" }\n");
  REQUIRE(config.has_value());
  CHECK(config->dispatch.company.key == "company");
  CHECK(config->dispatch.company.name.en == "Head office");
  CHECK(config->dispatch.customer_service.key == "customer-service");
}
