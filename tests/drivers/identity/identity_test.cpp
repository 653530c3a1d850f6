#include "drivers/identity/identity.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::drivers;
using State = Identification::State;

namespace {

constexpr std::uint16_t vendor = 0x16C0;
constexpr std::uint16_t product = 0x05DF;

/// Two boards and two instruments, as they were commissioned.
struct Site {
  std::vector<UsbRecord> records{{"board-1", "1-1", vendor, product, "", "AAAAA", Proof::moved, "li", {}, "boot/1/5"},
                                 {"board-2", "1-2", vendor, product, "", "BBBBB", Proof::moved, "li", {}, "boot/1/6"},
                                 {"meter-1", "1-3", 1, 2, "SN1", "", Proof::answered, "li", {}, "boot/1/7"},
                                 {"meter-2", "1-4", 1, 2, "SN2", "", Proof::answered, "li", {}, "boot/1/8"}};
  UsbSight board{"1-1", vendor, product, "", "AAAAA", "boot/1/5"};
  UsbSight meter{"1-3", 1, 2, "SN1", "", "boot/1/7"};

  [[nodiscard]] Identification of(const std::string& device, const std::optional<UsbSight>& seen,
                                  const std::vector<UsbSight>& others = {}) const {
    return identify(device, records, seen, others);
  }
};

}  // namespace

TEST_CASE("as commissioned, boards and instruments are proven") {
  const Site site;
  CHECK(site.of("board-1", site.board).state == State::proven);
  CHECK(site.of("meter-1", site.meter).state == State::proven);
}

TEST_CASE("what was never written down, is not there, or was never proved is unproven and says what to do") {
  Site site;
  CHECK(site.of("unknown", site.board).why.en.find("usb adopt") != std::string::npos);
  CHECK(site.of("board-1", std::nullopt).state == State::unproven);
  site.records[0].proof = Proof::none;
  CHECK(site.of("board-1", site.board).state == State::unproven);
  CHECK(site.of("board-1", site.board).why.en.find("usb prove") != std::string::npos);
}

TEST_CASE("a board that was unplugged must be proved again, an instrument that answers its serial number need not") {
  Site site;
  site.board.connection = "boot/1/9";
  CHECK(site.of("board-1", site.board).state == State::unproven);
  site.meter.connection = "boot/1/10";
  CHECK(site.of("meter-1", site.meter).state == State::proven);
  site.meter.serial.clear();
  CHECK(site.of("meter-1", site.meter).state == State::unproven);
}

TEST_CASE("exchanged plugs are found by what the devices say, and both are named") {
  Site site;
  site.board.mark = "BBBBB";
  const auto board = site.of("board-1", site.board);
  CHECK(board.state == State::doubtful);
  CHECK(board.why.en == "board-2 (BBBBB) is at USB port 1-1, where board-1 belongs: the plugs were exchanged");
  site.meter.serial = "SN2";
  CHECK(site.of("meter-1", site.meter).why.en.find("meter-2") != std::string::npos);
}

TEST_CASE("another device of the same model is doubtful, whatever was proved") {
  Site site;
  site.meter.serial = "SN9";
  const auto meter = site.of("meter-1", site.meter);
  CHECK(meter.state == State::doubtful);
  CHECK(meter.why.en.find("SN9") != std::string::npos);
  CHECK(meter.why.en.find("SN1") != std::string::npos);
  site.board.mark = "CCCCC";
  CHECK(site.of("board-1", site.board).state == State::doubtful);
}

TEST_CASE("a mark that is no text any more is the board's health and raises no doubt") {
  Site site;
  site.board.mark.clear();
  CHECK(site.of("board-1", site.board).state == State::proven);
}

TEST_CASE("twins with one mark are told apart by nothing but their ports and their proofs") {
  Site site;
  for (auto& record : site.records) {
    if (!record.mark.empty()) record.mark = "HURTM";
  }
  site.board.mark = "HURTM";
  CHECK(site.of("board-1", site.board).state == State::proven);
  site.board.connection = "boot/1/6";  // the twin's plug, pulled and put in here
  CHECK(site.of("board-1", site.board).state == State::unproven);
}

TEST_CASE("a serial number at two ports is a clone, and neither is believed") {
  const Site site;
  auto clone = site.meter;
  clone.port = "1-9";
  CHECK(site.of("meter-1", site.meter, {clone}).state == State::doubtful);
  clone.vendor = 7;
  CHECK(site.of("meter-1", site.meter, {clone}).state == State::proven);
}

TEST_CASE("a device of another kind, and one configured at another port than it was adopted at, are doubtful") {
  Site site;
  site.board.product = 1;
  CHECK(site.of("board-1", site.board).state == State::doubtful);
  site.board.product = product;
  site.board.port = "1-7";
  CHECK(site.of("board-1", site.board).state == State::doubtful);
}

TEST_CASE("no exchange of plugs among boards with marks of their own leaves a wrong board proven") {
  const Site site;
  const std::vector<std::string> marks{"AAAAA", "BBBBB"};
  for (const auto& here : marks) {
    for (const auto* connection : {"boot/1/5", "boot/1/6", "other/1/5"}) {
      auto seen = site.board;
      seen.mark = here;
      seen.connection = connection;
      const bool right = here == "AAAAA" && std::string(connection) == "boot/1/5";
      CHECK((site.of("board-1", seen).state == State::proven) == right);
    }
  }
}

TEST_CASE("names of proofs come back") {
  for (const auto proof : {Proof::none, Proof::answered, Proof::moved}) CHECK(proof_from(name(proof)) == proof);
  CHECK_FALSE(proof_from("guessed").has_value());
  CHECK(name(State::doubtful) == "doubtful");
  CHECK(connection_of("b", 1, 12) == "b/1/12");
}
