#include "cloud-bridge/mqtt/credentials.hpp"

#include "tests/cloud-bridge/mqtt/private_broker.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <filesystem>

using namespace inspect;
using namespace inspect::bridge;
using namespace inspect::tests;
using namespace std::chrono_literals;

namespace {

/// A centre and a gateway of it, made by the commands that the documentation names.
struct Centre {
  Centre() {
    make({"authority"});
    make({"broker", "localhost", "127.0.0.1"});
    make({"gateway", "gw-01"});
  }
  void make(std::vector<std::string> words) const {
    words.insert(words.begin(), {"cloud-bridge/centre/make-certificates", dir.path()});
    REQUIRE(run(dir.path() + ".log", words) == 0);
  }
  ~Centre() { std::filesystem::remove(dir.path() + ".log"); }
  [[nodiscard]] TlsFiles files(const std::string& name) const {
    return {dir / "ca.crt", dir / (name + ".crt"), dir / (name + ".key")};
  }
  TempDir dir;
};

WallTime today() { return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()); }

std::string complaint_about(const TlsFiles& files) {
  const auto read = read_credentials(files);
  const auto* wrong = std::get_if<Text>(&read);
  REQUIRE(wrong != nullptr);
  // Both languages name the file first, and the Chinese one is Chinese.
  CHECK(wrong->zh.substr(0, wrong->zh.find(' ')) == wrong->en.substr(0, wrong->en.find(' ')));
  CHECK(wrong->zh.find("；") != std::string::npos);
  return wrong->en;
}

bool mentions(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a gateway's certificate says who it is and until when, and nothing speaks against it meanwhile") {
  const Centre centre;
  const auto read = read_credentials(centre.files("gw-01"));
  const auto* held = std::get_if<Credentials>(&read);
  REQUIRE_MESSAGE(held != nullptr, std::get<Text>(read).en);
  CHECK(held->common_name == "gw-01");
  CHECK(held->until - held->from == std::chrono::days(3650));
  CHECK(held->from <= today());
  CHECK_FALSE(objection(*held, held->from, "gw-01"));
  CHECK_FALSE(objection(*held, held->until - 1s, "gw-01"));
  CHECK_FALSE(objection(*held, held->until - 1s, ""));
}

TEST_CASE("a certificate that ended, that has not begun and that is another's is told by day and by name") {
  const Credentials held{"gw-01", *parse_rfc3339("2026-11-25T00:00:00Z"), *parse_rfc3339("2036-11-22T10:00:00Z")};
  CHECK(objection(held, held.until, "gw-01")->en == "the certificate ended on 2036-11-22: it needs a new one");
  // A gateway without a battery begins in 1970.
  CHECK(objection(held, WallTime{}, "gw-01")->zh == "证书从 2026-11-25 起有效，而本机时钟是 1970-01-01：时钟对吗？");
  CHECK(objection(held, WallTime{}, "gw-01")->en ==
        "the certificate begins on 2026-11-25, and this machine's clock says 1970-01-01: is the clock right?");
  CHECK(objection(held, held.from, "gw-02")->en ==
        "the certificate is that of \"gw-01\", and this is \"gw-02\": it needs its own");
}

TEST_CASE("a certificate is warned of two months before its end, and what is wrong with it comes first") {
  const Credentials held{"gw-01", *parse_rfc3339("2026-11-25T00:00:00Z"), *parse_rfc3339("2036-11-22T10:00:00Z")};
  CHECK_FALSE(warning(held, held.until - std::chrono::days(60) - 1ms, "gw-01"));
  CHECK(warning(held, held.until - std::chrono::days(60), "gw-01")->en ==
        "the certificate ends on 2036-11-22: bring a new one before");
  CHECK(warning(held, held.until - 1ms, "gw-02") == objection(held, held.from, "gw-02"));
  CHECK(warning(held, held.until, "gw-01")->en == "the certificate ended on 2036-11-22: it needs a new one");
}

TEST_CASE("files that do not belong together are told apart: another authority, another key, the broker's own") {
  const Centre centre;
  const Centre other;
  auto files = centre.files("gw-01");
  files.ca = other.dir / "ca.crt";
  CHECK(mentions(complaint_about(files), "gw-01.crt was not signed by the authority in " + files.ca));
  files = centre.files("gw-01");
  files.key = other.dir / "gw-01.key";
  CHECK(mentions(complaint_about(files), "is not the key of " + files.certificate));
  CHECK(mentions(complaint_about(centre.files("broker")), "is no certificate of a client"));
}

TEST_CASE("a file that is missing, is no PEM or is cut is named, with what to do") {
  const Centre centre;
  const auto good = centre.files("gw-01");
  const auto text = centre.dir / "text";
  write_file(text, "no certificate\n");
  CHECK(mentions(complaint_about({good.ca, centre.dir / "none", good.key}), "none cannot be read"));
  CHECK(mentions(complaint_about({good.ca, good.certificate, centre.dir / "none"}), "none cannot be read"));
  CHECK(mentions(complaint_about({good.ca, text, good.key}), "holds no certificate in PEM"));
  CHECK(mentions(complaint_about({good.ca, good.certificate, text}), "holds no private key in PEM"));
  CHECK(mentions(complaint_about({text, good.certificate, good.key}), "holds no certificate in PEM"));
  std::filesystem::resize_file(good.key, std::filesystem::file_size(good.key) / 2);
  CHECK(mentions(complaint_about(good), "holds no private key in PEM"));
}

TEST_CASE("a key with a passphrase is refused at once: nobody is there to type it") {
  const Centre centre;
  auto files = centre.files("gw-01");
  const auto locked = centre.dir / "locked.key";
  REQUIRE(run(centre.dir / "log",
              {"openssl", "pkcs8", "-topk8", "-in", files.key, "-out", locked, "-passout", "pass:secret"}) == 0);
  files.key = locked;
  CHECK(mentions(complaint_about(files), "or one with a passphrase"));
}

TEST_CASE("keys are readable by their owner alone, and the authority is made once") {
  const Centre centre;
  for (const auto* name : {"ca.key", "broker.key", "gw-01.key"}) {
    struct stat found {};
    REQUIRE(::stat((centre.dir / name).c_str(), &found) == 0);
    CHECK((found.st_mode & 077U) == 0);
  }
  const auto log = centre.dir / "log";
  const std::string make = "cloud-bridge/centre/make-certificates";
  CHECK(run(log, {make, centre.dir.path(), "authority"}) == 1);
  CHECK(std::holds_alternative<Credentials>(read_credentials(centre.files("gw-01"))));
  // No gateway may be called as the ticket service is: the broker's access list goes by this name.
  for (const auto* id : {"centre.ticketd", "ticketd", "broker", "ca", "GW/1", "#", "+"}) {
    CHECK(run(log, {make, centre.dir.path(), "gateway", id}) == 2);
  }
}
