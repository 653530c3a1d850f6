#include "drivers/bus/adapter.hpp"

#include "drivers/bus/bus.hpp"
#include "tests/wire/loop_runner.hpp"
#include "tests/wire/scripted_peer.hpp"
#include "tests/wire/virtual_wire.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <boost/asio/steady_timer.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace inspect;
using namespace inspect::drivers;
using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

/// A kernel's tree and a /dev of our own.
struct Tree {
  fs::path root;
  Tree() {
    std::string name = fs::temp_directory_path() / "adapter-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    root = name;
    fs::create_directories(root / "dev/serial/by-path");
  }
  ~Tree() { fs::remove_all(root); }
  Tree(const Tree&) = delete;
  Tree& operator=(const Tree&) = delete;

  [[nodiscard]] fs::path timer(const std::string& tty) const {
    return root / "sys/bus/usb-serial/devices" / tty / "latency_timer";
  }
  void adapter(const std::string& tty, const std::string& latency) const {
    std::ofstream(root / "dev" / tty) << "";
    fs::create_directories(timer(tty).parent_path());
    if (!latency.empty()) std::ofstream(timer(tty)) << latency << "\n";
  }
  [[nodiscard]] std::string latency(const std::string& tty) const {
    std::string text;
    std::ifstream(timer(tty)) >> text;
    return text;
  }
  void point(const fs::path& to) const {
    const auto link = by_path();
    fs::remove(link);
    fs::create_symlink(to, link);
  }
  [[nodiscard]] fs::path by_path() const { return root / "dev/serial/by-path/platform-usb-0:1.3:1.0-port0"; }
  std::optional<unsigned> quicken() const { return drivers::quicken(by_path(), root / "sys"); }
};

}  // namespace

TEST_CASE("the latency timer of the adapter behind a lasting name is set to 1 ms, whatever its number is now") {
  const Tree tree;
  tree.adapter("ttyUSB0", "16");
  tree.adapter("ttyUSB4", "16");
  tree.point(tree.root / "dev/ttyUSB4");
  CHECK(tree.quicken() == 16U);
  CHECK(tree.latency("ttyUSB4") == "1");
  CHECK(tree.latency("ttyUSB0") == "16");
  CHECK(tree.quicken() == 1U);
  tree.point(tree.root / "dev/ttyUSB0");
  CHECK(tree.quicken() == 16U);
  CHECK(tree.latency("ttyUSB0") == "1");
}

TEST_CASE("an adapter without such a timer, or that is gone, is left as it is and nothing is said") {
  const Tree tree;
  tree.adapter("ttyUSB0", "");
  tree.point(tree.root / "dev/ttyUSB0");
  CHECK_FALSE(tree.quicken().has_value());
  tree.point(tree.root / "dev/ttyUSB7");
  CHECK_FALSE(tree.quicken().has_value());
}

TEST_CASE("a timer that cannot be written is left as it is") {
  const Tree tree;
  tree.adapter("ttyUSB0", "16");
  tree.point(tree.root / "dev/ttyUSB0");
  REQUIRE(::chmod(tree.timer("ttyUSB0").c_str(), 0444) == 0);
  const auto before = tree.quicken();
  // Root may write whatever the mode says.
  CHECK(before.has_value() == (::geteuid() == 0));
  CHECK(tree.latency("ttyUSB0") == (::geteuid() == 0 ? "1" : "16"));
}

TEST_CASE("a port whose driver counts no line errors has none to tell") {
  const int terminal = ::posix_openpt(O_RDWR | O_NOCTTY);
  REQUIRE(terminal >= 0);
  CHECK_FALSE(line_errors(terminal).has_value());
  ::close(terminal);
}

TEST_CASE("a bus known by its path is opened again wherever the path leads after a renumbering") {
  const Tree tree;
  const auto answer = [](std::uint8_t unit) {
    return [unit](modbus::BytesView question) -> std::vector<tests::ScriptedPeer::Chunk> {
      if (question[0] != unit) return {};
      return {{1ms, tests::honest_rtu(question), false}};
    };
  };
  auto first = std::make_unique<tests::ScriptedPeer>(tests::ScriptedPeer::Kind::terminal, answer(1));
  tests::ScriptedPeer second(tests::ScriptedPeer::Kind::terminal, answer(2));
  tree.point(first->path());
  boost::asio::io_context loop;
  const auto bus = make_serial_bus(loop.get_executor(), {tree.by_path(), 115200, 'N', 1, false});
  const auto ask = [&](std::uint8_t unit) { return tests::run(loop, bus->transact({unit, 3, 10, 1, {}}, {100ms})); };
  REQUIRE(ask(1).has_value());
  // Unplugged, and plugged in again as another number: udev points the name there.
  tree.point(second.path());
  first.reset();
  auto result = ask(2);
  const auto end = std::chrono::steady_clock::now() + 5s;
  while (!result && std::chrono::steady_clock::now() < end) {
    boost::asio::steady_timer pause(loop, 20ms);
    loop.restart();
    pause.async_wait([](auto) {});
    loop.run();
    result = ask(2);
  }
  CHECK(result.has_value());
  CHECK(bus->counters().reopened == 1);
}
