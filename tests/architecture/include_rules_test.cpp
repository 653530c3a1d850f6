#include "tests/architecture/source_tree.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <set>

using inspect::tests::Source;
using inspect::tests::source_tree;

namespace {

const std::vector<std::string> folders{"protocol", "drivers", "firmware-agent", "cloud-bridge", "tests"};

/// Who may look at whom. A folder may always look at itself.
const std::map<std::string, std::set<std::string>> arrows{
    {"protocol", {}},
    {"drivers", {"protocol"}},
    {"firmware-agent", {"drivers", "protocol"}},
    {"cloud-bridge", {"protocol"}},
    {"tests", {"protocol", "drivers", "firmware-agent", "cloud-bridge"}},
};

std::string folder_of(const std::string& path) { return path.substr(0, path.find('/')); }

bool is_ours(const std::string& include) {
  return std::find(folders.begin(), folders.end(), folder_of(include)) != folders.end();
}

bool starts(const std::string& text, const std::string& with) { return text.rfind(with, 0) == 0; }
bool ends(const std::string& text, const std::string& with) {
  return text.size() >= with.size() && text.compare(text.size() - with.size(), with.size(), with) == 0;
}

bool in_a_store(const Source& source) { return source.path.find("/store/") != std::string::npos; }

}  // namespace

TEST_CASE("no arrow between folders turns round") {
  REQUIRE(source_tree().size() > 20);
  for (const auto& source : source_tree()) {
    const auto own = folder_of(source.path);
    for (const auto& include : source.includes()) {
      if (!is_ours(include) || folder_of(include) == own) continue;
      CAPTURE(source.path);
      CAPTURE(include);
      CHECK(arrows.at(own).count(folder_of(include)) == 1);
    }
  }
}

TEST_CASE("our headers are included from the root, and exist") {
  for (const auto& source : source_tree()) {
    for (const auto& include : source.includes()) {
      if (!ends(include, ".hpp") || starts(include, "boost/") || starts(include, "nlohmann/") ||
          starts(include, "CLI/")) {
        continue;
      }
      CAPTURE(source.path);
      CAPTURE(include);
      if (is_ours(include)) CHECK(std::filesystem::exists(include));
    }
  }
}

TEST_CASE("protocol and the pure rooms hold no I/O") {
  const std::set<std::string> shell{"boost/asio", "sys/socket.h", "unistd.h",  "fcntl.h", "termios.h",
                                    "spdlog/",    "sqlite3.h",    "SQLiteCpp", "thread",  "mutex"};
  for (const auto& source : source_tree()) {
    const bool pure = source.is_below("protocol") || source.is_below("firmware-agent/detection") ||
                      source.is_below("firmware-agent/guard") || source.is_below("firmware-agent/inspection") ||
                      source.is_below("cloud-bridge/ticketing/ledger");
    if (!pure) continue;
    for (const auto& include : source.includes()) {
      for (const auto& banned : shell) {
        CAPTURE(source.path);
        CAPTURE(include);
        CHECK_FALSE(starts(include, banned));
      }
    }
  }
}

TEST_CASE("each foreign header has one home") {
  std::map<std::string, std::set<std::string>> homes;
  for (const auto& source : source_tree()) {
    if (source.is_below("tests")) continue;
    for (const auto& include : source.includes()) {
      if (include == "modbus.h" || include == "modbus/modbus.h") {
        // The simulator is the independent other side and may ask the library for itself.
        homes[source.is_below("drivers/simulator") ? "modbus.h (simulator)" : "modbus.h"].insert(source.path);
      }
      if (starts(include, "libusb")) homes["libusb.h"].insert(source.path);
      if (starts(include, "mqtt/")) homes["mqtt"].insert(source.path);
    }
  }
  for (const auto& [header, files] : homes) {
    CAPTURE(header);
    CAPTURE(files.size() > 1 ? *std::next(files.begin()) : *files.begin());
    CHECK(files.size() == 1);
    CHECK(ends(*files.begin(), ".cpp"));
  }
}

TEST_CASE("TOML, JSON and SQLite stay in files named for them") {
  for (const auto& source : source_tree()) {
    if (source.is_below("tests")) continue;
    for (const auto& include : source.includes()) {
      CAPTURE(source.path);
      CAPTURE(include);
      if (starts(include, "toml++")) CHECK(ends(source.path, "_toml.cpp"));
      if (starts(include, "nlohmann/")) CHECK(ends(source.path, "_json.cpp"));
      if (starts(include, "SQLiteCpp") || include == "sqlite3.h") {
        CHECK(in_a_store(source));
      }
    }
  }
}

TEST_CASE("there is one guard: who calls himself so could make permits to write") {
  const std::set<std::string> may{"drivers/permit/write_permit.hpp", "firmware-agent/guard/guard.hpp"};
  const auto has = [](const Source& source, const std::string& words) {
    return std::any_of(source.lines.begin(), source.lines.end(),
                       [&](const std::string& line) { return line.find(words) != std::string::npos; });
  };
  std::size_t seen = 0;
  for (const auto& source : source_tree()) {
    const bool in_its_room =
        has(source, std::string("namespace inspect::") + "guard") || has(source, std::string("namespace ") + "guard");
    const bool named = has(source, std::string("class ") + "Guard") || has(source, std::string("struct ") + "Guard");
    if (!in_its_room || !named) continue;
    CAPTURE(source.path);
    CHECK(may.count(source.path) == 1);
    ++seen;
  }
  CHECK(seen == may.size());
}
