#pragma once

#include "firmware-agent/store/sqlite_store.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>

namespace inspect::tests {

/// Memory where there is some: these tests sync thousands of times.
inline std::string fast_directory() {
  return std::filesystem::is_directory("/dev/shm") ? "/dev/shm" : std::filesystem::temp_directory_path().string();
}

/// A directory of its own that is gone afterwards.
class TempDir {
 public:
  explicit TempDir(const std::string& below = fast_directory()) {
    std::string name = below + "/inspect-store-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) std::abort();
    path_ = name;
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// `devices` relay boards of 8 states and 2 measured values each (scale 0.01, deadband 0.05).
agent::Site small_site(const std::string& directory, std::size_t devices = 2);

/// The clock of a test: it stands until it is moved. The store's thread may look at it at any time.
class TestClock {
 public:
  [[nodiscard]] Moment now() const {
    const std::chrono::milliseconds elapsed{elapsed_.load()};
    return {BootTime{std::chrono::hours{1}} + elapsed, WallTime{std::chrono::milliseconds{1'790'000'000'000}} + elapsed,
            trust_.load()};
  }
  Moment advance(std::chrono::milliseconds by) {
    elapsed_ += by.count();
    return now();
  }
  void trust(ClockTrust trust) { trust_ = trust; }

 private:
  std::atomic<std::int64_t> elapsed_{0};
  std::atomic<ClockTrust> trust_{ClockTrust::ntp};
};

/// Options whose codecs show what they were given, and whose clock is `clock`.
agent::StoreOptions test_options(const TestClock& clock);

Finding a_finding(const agent::Site& site, std::uint32_t occurrence, Moment at);
FindingChange opened(const agent::Site& site, std::uint32_t occurrence, Moment at);
Reading a_reading(std::uint32_t point, double value, Moment at);

/// Whether it went well; says why when it did not.
template <class T>
bool good(const Result<T>& result) {
  if (!result) std::fprintf(stderr, "%s\n", result.error().message.c_str());
  return result.has_value();
}

/// Runs a coroutine of the store to its end.
template <class T>
T run(boost::asio::io_context& loop, boost::asio::awaitable<T> work) {
  std::optional<T> result;
  std::exception_ptr thrown;
  boost::asio::co_spawn(loop, std::move(work), [&](std::exception_ptr error, T value) {
    thrown = std::move(error);
    result = std::move(value);
  });
  loop.restart();
  while (!result && !thrown && loop.run_one() > 0) {
  }
  if (thrown) std::rethrow_exception(thrown);
  if (!result) throw std::logic_error("the loop ended before the coroutine");
  return std::move(*result);
}
void run(boost::asio::io_context& loop, boost::asio::awaitable<void> work);

/// A loop and a store on it that drives itself by what is gathered.
struct OpenStore {
  OpenStore(const agent::Site& site, agent::StoreOptions options);
  explicit OpenStore(const agent::Site& site, const TestClock& clock) : OpenStore(site, test_options(clock)) {}
  ~OpenStore();
  OpenStore(const OpenStore&) = delete;
  OpenStore& operator=(const OpenStore&) = delete;

  [[nodiscard]] bool ok() const { return store.has_value(); }
  agent::Store* operator->() const { return store->get(); }
  template <class T>
  T wait(boost::asio::awaitable<T> work) {
    return run(loop, std::move(work));
  }
  /// Returns when everything gathered so far was taken.
  void settle();

  boost::asio::io_context loop;
  std::vector<std::string> warnings;
  Result<std::unique_ptr<agent::Store>> store;
};

}  // namespace inspect::tests
