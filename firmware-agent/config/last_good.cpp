#include "firmware-agent/config/last_good.hpp"

#include "firmware-agent/config/load.hpp"
#include "protocol/settings/document.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace inspect::agent {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  [[nodiscard]] int get() const { return value_; }

 private:
  int value_;
};

bool write_all(int to, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto written = ::write(to, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

Error storage(const std::string& path) {
  return fail(Errc::storage, path + ": " + std::generic_category().message(errno));
}

/// After this returns well, the bytes survive a power cut, and at no instant is there half a file.
Result<void> write_durably(const std::string& path, std::string_view bytes) {
  const auto temporary = path + ".new";
  {
    const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
    if (file.get() < 0 || !write_all(file.get(), bytes) || ::fsync(file.get()) != 0) return storage(temporary);
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) return storage(path);
  auto directory = std::filesystem::path(path).parent_path().string();
  if (directory.empty()) directory = ".";
  const Descriptor folder(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.get() < 0 || ::fsync(folder.get()) != 0) return storage(directory);
  return {};
}

/// Flash is spared when nothing changed.
Result<void> keep(const std::string& path, std::string_view bytes) {
  const auto before = settings::read_file(path);
  if (before && *before == bytes) return {};
  return write_durably(path, bytes);
}

Result<Site> load(const Result<std::string>& bytes, const std::string& path,
                  const std::vector<std::string>& profile_dirs, const std::vector<std::string>& kinds) {
  if (!bytes) return bytes.error();
  return parse_site_with(*bytes, path, profile_dirs, kinds);
}

}  // namespace

Result<LoadedSite> load_site_keeping_last_good(const std::string& path, const std::vector<std::string>& profile_dirs,
                                               const std::string& last_good_path,
                                               const std::vector<std::string>& kinds) {
  // What is kept are the very bytes that were found good, not a second look at the file.
  const auto bytes = settings::read_file(path);
  auto ordered = load(bytes, path, profile_dirs, kinds);
  if (ordered) {
    if (const auto kept = keep(last_good_path, *bytes); !kept) {
      ordered->warnings.push_back(settings::filled(
          {"此配置未能留作上一份有效配置：{1}；请腾出空间或改正权限",
           "this configuration could not be kept as the last good one: {1}; make room or correct the permissions"},
          {kept.error().message}));
    }
    return LoadedSite{std::move(*ordered), std::nullopt};
  }
  auto last = load(settings::read_file(last_good_path), last_good_path, profile_dirs, kinds);
  if (last) return LoadedSite{std::move(*last), ordered.error().message};
  auto error = ordered.error();
  error.message += "\nand there is no last good configuration: " + last.error().message;
  return error;
}

}  // namespace inspect::agent
