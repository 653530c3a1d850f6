#include "firmware-agent/config/last_good.hpp"

#include "tests/firmware-agent/config/site_text.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include <sys/stat.h>
#include <unistd.h>

using namespace inspect;
using namespace inspect::agent;
using namespace inspect::tests;

namespace {

const std::vector<std::string> profiles{"drivers/profiles"};

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("last-good-" + std::to_string(::getpid()));
  Folder() {
    std::filesystem::remove_all(path);
    std::filesystem::create_directories(path);
  }
  ~Folder() { std::filesystem::remove_all(path); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] std::string operator()(const std::string& name) const { return (path / name).string(); }
  void write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path / name, std::ios::binary) << bytes;
  }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream in(path / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }
  [[nodiscard]] Result<LoadedSite> load() const {
    return load_site_keeping_last_good((*this)("site.toml"), profiles, (*this)("last.toml"));
  }
};

ino_t inode(const std::string& path) {
  struct stat status {};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  return status.st_ino;
}

}  // namespace

TEST_CASE("a good site is in force and its bytes are kept") {
  const Folder folder;
  folder.write("site.toml", good_site());
  const auto loaded = folder.load();
  REQUIRE_MESSAGE(loaded.has_value(), loaded.error().message);
  CHECK_FALSE(loaded->instead_because.has_value());
  CHECK(loaded->site.warnings.empty());
  CHECK(folder.read("last.toml") == good_site());
  CHECK_FALSE(std::filesystem::exists(folder("last.toml.new")));
}

TEST_CASE("a site cut anywhere leaves the last good one in force, and says why") {
  const Folder folder;
  folder.write("site.toml", good_site());
  REQUIRE(folder.load().has_value());
  const auto text = with(good_site(), "name = \"rail\"", "name = \"rail\" # new");
  for (std::size_t size = 0; size + 1 < text.size(); size += 7) {
    folder.write("site.toml", text.substr(0, size));
    const auto loaded = folder.load();
    CAPTURE(size);
    REQUIRE(loaded.has_value());
    REQUIRE(loaded->instead_because.has_value());
    CHECK(names_its_place(*loaded->instead_because, folder("site.toml")));
    CHECK(loaded->site.devices.size() == 4);
  }
  CHECK(folder.read("last.toml") == good_site());
}

TEST_CASE("a missing site is like a bad one") {
  const Folder folder;
  folder.write("last.toml", good_site());
  const auto loaded = folder.load();
  REQUIRE(loaded.has_value());
  CHECK(loaded->instead_because->find("site.toml: cannot be opened") != std::string::npos);
}

TEST_CASE("when neither is good both are told and nothing is loaded") {
  const Folder folder;
  folder.write("site.toml", "x = 1\n");
  const auto loaded = folder.load();
  REQUIRE(loaded.has_error());
  CHECK(loaded.error().code == Errc::invalid_argument);
  CHECK(loaded.error().message.find("site.toml:1:1: unknown key \"x\"") != std::string::npos);
  CHECK(loaded.error().message.find("and there is no last good configuration: ") != std::string::npos);
}

TEST_CASE("a corrected site takes the place of the last good one") {
  const Folder folder;
  folder.write("site.toml", good_site());
  REQUIRE(folder.load().has_value());
  const auto corrected = with(good_site(), "unit = 3", "unit = 4");
  folder.write("site.toml", corrected);
  const auto loaded = folder.load();
  REQUIRE(loaded.has_value());
  CHECK_FALSE(loaded->instead_because.has_value());
  CHECK(loaded->site.devices[1].unit == 4);
  CHECK(folder.read("last.toml") == corrected);
}

TEST_CASE("the copy is replaced whole, and only when something changed") {
  const Folder folder;
  folder.write("site.toml", good_site());
  REQUIRE(folder.load().has_value());
  const auto first = inode(folder("last.toml"));
  REQUIRE(folder.load().has_value());
  CHECK(inode(folder("last.toml")) == first);  // nothing was written
  folder.write("site.toml", good_site() + "# a remark\n");
  REQUIRE(folder.load().has_value());
  CHECK(inode(folder("last.toml")) != first);  // another file took its name
}

TEST_CASE("half a copy left by a power cut is no harm") {
  const Folder folder;
  folder.write("last.toml.new", good_site().substr(0, 100));
  folder.write("site.toml", good_site());
  REQUIRE(folder.load().has_value());
  CHECK(folder.read("last.toml") == good_site());
  CHECK_FALSE(std::filesystem::exists(folder("last.toml.new")));
}

TEST_CASE("a copy that cannot be written is a warning, and the site runs") {
  const Folder folder;
  folder.write("site.toml", good_site());
  const auto loaded = load_site_keeping_last_good(folder("site.toml"), profiles, folder("no/such/folder/last.toml"));
  REQUIRE(loaded.has_value());
  CHECK_FALSE(loaded->instead_because.has_value());
  REQUIRE(loaded->site.warnings.size() == 1);
  CHECK(loaded->site.warnings[0].en.find("could not be kept as the last good one") != std::string::npos);
}
