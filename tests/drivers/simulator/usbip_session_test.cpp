#include "drivers/simulator/usbip_session.hpp"

#include "tests/drivers/simulator/usb_site.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace inspect;
using tests::at_ms;
using usb::Bytes;

namespace {

void big32(Bytes& to, std::uint32_t value) {
  for (int shift = 24; shift >= 0; shift -= 8) to.push_back(static_cast<std::uint8_t>(value >> shift));
}
std::uint32_t big32_at(const Bytes& from, std::size_t at) {
  return std::uint32_t{from[at]} << 24 | std::uint32_t{from[at + 1]} << 16 | std::uint32_t{from[at + 2]} << 8 |
         from[at + 3];
}

/// What a kernel says: USBIP_CMD_SUBMIT and USBIP_CMD_UNLINK.
Bytes submit(std::uint32_t seq, bool in, std::uint32_t endpoint, std::uint32_t length, const Bytes& setup = Bytes(8)) {
  Bytes bytes;
  for (const auto word : {1U, seq, 0x10001U, in ? 1U : 0U, endpoint, 0U, length, 0U, 0xFFFFFFFFU, 0U})
    big32(bytes, word);
  bytes.insert(bytes.end(), setup.begin(), setup.end());
  return bytes;
}
Bytes take_back(std::uint32_t seq, std::uint32_t other) {
  Bytes bytes;
  for (const auto word : {2U, seq, 0x10001U, 0U, 0U, other}) big32(bytes, word);
  bytes.resize(48);
  return bytes;
}
const Bytes feature{0xA1, 0x01, 0, 3, 0, 0, 8, 0};

Bytes joined(Bytes first, const Bytes& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

struct Talk {
  explicit Talk(sim::DeviceSetup setup) : device(std::move(setup), 7, at_ms(0)) {}
  sim::Device device;
  sim::UsbFace face{device};
  sim::UsbipSession session{face};
};

}  // namespace

TEST_CASE("a transfer ends after its time on the wire, with its bytes") {
  Talk talk(tests::usb_board("board", "usb-1"));
  REQUIRE(talk.session.take(submit(5, true, 0, 8, feature), at_ms(0)));
  CHECK(talk.session.due(at_ms(0)).empty());
  REQUIRE(talk.session.next() == at_ms(1));
  const auto said = talk.session.due(at_ms(1));
  REQUIRE(said.size() == 56);
  CHECK(big32_at(said, 0) == 3);
  CHECK(big32_at(said, 4) == 5);
  CHECK(Bytes(said.end() - 8, said.end()) == Bytes{'H', 'U', 'R', 'T', 'M', 0, 0, 0});
  CHECK(talk.session.in_flight() == 0);
  CHECK_FALSE(talk.session.next());
}

TEST_CASE("bytes that come one by one are the same as bytes that come at once") {
  Talk talk(tests::usb_board("board", "usb-1"));
  const auto order = joined(submit(1, false, 0, 8, {0x21, 0x09, 0, 3, 0, 0, 8, 0}), {0xFF, 2, 0, 0, 0, 0, 0, 0});
  for (const auto byte : joined(order, submit(2, true, 0, 8, feature))) {
    REQUIRE(talk.session.take({&byte, 1}, at_ms(0)));
  }
  const auto said = talk.session.due(at_ms(10));
  REQUIRE(said.size() == 48 + 56);
  CHECK(said.back() == 0x02);
  CHECK(talk.device.relay("relay.2")->ordered);
}

TEST_CASE("an instrument's answer waits until it was asked for") {
  Talk talk(tests::usb_meter("meter", "usb-2"));
  REQUIRE(talk.session.take(submit(1, true, 2, 128), at_ms(0)));
  CHECK(talk.session.due(at_ms(1000)).empty());
  const Bytes question{1, 1, 0xFE, 0, 6, 0, 0, 0, 1, 0, 0, 0, '*', 'I', 'D', 'N', '?', '\n', 0, 0};
  const Bytes wanted{2, 2, 0xFD, 0, 64, 0, 0, 0, 0, 0, 0, 0};
  REQUIRE(talk.session.take(joined(submit(2, false, 2, 20), question), at_ms(1000)));
  REQUIRE(talk.session.take(joined(submit(3, false, 2, 12), wanted), at_ms(1000)));
  const auto said = talk.session.due(at_ms(1010));
  const std::string text(said.begin(), said.end());
  CHECK(text.find("HIOKI,ST5540,SN42") != std::string::npos);
  CHECK(talk.session.in_flight() == 0);
}

TEST_CASE("a device that hangs keeps the transfer until it is taken back") {
  Talk talk(tests::usb_board("board", "usb-1"));
  talk.device.faults().add({sim::FaultKind::silent});
  REQUIRE(talk.session.take(submit(5, true, 0, 8, feature), at_ms(0)));
  CHECK(talk.session.due(at_ms(3'600'000)).empty());
  CHECK_FALSE(talk.session.next());
  REQUIRE(talk.session.take(take_back(6, 5), at_ms(10)));
  CHECK(talk.session.next());
  auto said = talk.session.due(at_ms(10));
  REQUIRE(said.size() == 48);
  CHECK(static_cast<std::int32_t>(big32_at(said, 20)) == -104);
  REQUIRE(talk.session.take(take_back(7, 5), at_ms(20)));
  said = talk.session.due(at_ms(20));
  CHECK(big32_at(said, 20) == 0);
}

TEST_CASE("nonsense and floods end the conversation") {
  Talk talk(tests::usb_board("board", "usb-1"));
  CHECK_FALSE(talk.session.take(Bytes(48, 0x55), at_ms(0)));
  Talk other(tests::usb_board("board", "usb-1"));
  other.device.faults().add({sim::FaultKind::silent});
  for (std::uint32_t seq = 0; seq < sim::UsbipSession::most_in_flight; ++seq) {
    REQUIRE(other.session.take(submit(seq, true, 0, 8, feature), at_ms(0)));
  }
  CHECK_FALSE(other.session.take(submit(999, true, 0, 8, feature), at_ms(0)));
}
