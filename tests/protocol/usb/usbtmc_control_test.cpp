#include "protocol/usb/usbtmc_control.hpp"
#include "tests/protocol/modbus/hex.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::usb;
using tests::hex;

TEST_CASE("the requests are those of reference: devices, 5.2") {
  CHECK(tmc_abort_out(0x01, 7) == ControlRequest{0xA2, 1, 7, 0x01, 2});
  CHECK(tmc_check_abort_out(0x01) == ControlRequest{0xA2, 2, 0, 0x01, 8});
  CHECK(tmc_abort_in(0x81, 200) == ControlRequest{0xA2, 3, 200, 0x81, 2});
  CHECK(tmc_check_abort_in(0x81) == ControlRequest{0xA2, 4, 0, 0x81, 8});
  CHECK(tmc_clear(1) == ControlRequest{0xA1, 5, 0, 1, 1});
  CHECK(tmc_check_clear(1) == ControlRequest{0xA1, 6, 0, 1, 2});
  CHECK(tmc_get_capabilities(1) == ControlRequest{0xA1, 7, 0, 1, 24});
  CHECK(tmc_read_status_byte(1, 127) == ControlRequest{0xA1, 128, 127, 1, 3});
  CHECK(tmc_remote(1, TmcRemote::enable) == ControlRequest{0xA1, 160, 1, 1, 1});
  CHECK(tmc_remote(1, TmcRemote::disable) == ControlRequest{0xA1, 160, 0, 1, 1});
  CHECK(tmc_remote(1, TmcRemote::go_to_local) == ControlRequest{0xA1, 161, 0, 1, 1});
  CHECK(tmc_remote(1, TmcRemote::local_lockout) == ControlRequest{0xA1, 162, 0, 1, 1});
}

TEST_CASE("a status is read from answers that are long enough") {
  CHECK(decode_tmc_status(hex("01 05"), 2).value() == TmcStatus::success);
  CHECK(decode_tmc_status(hex("02 01"), 2).value() == TmcStatus::pending);
  CHECK(decode_tmc_status(hex("81 05"), 2).value() == TmcStatus::not_in_progress);
  CHECK(decode_tmc_status(hex("20 05 00"), 3).value() == TmcStatus::interrupt_busy);
  CHECK(!decode_tmc_status({}, 0));
  CHECK(!decode_tmc_status(hex("01"), 2));
  CHECK(holds_bytes(hex("02 01")));
  CHECK(holds_bytes(hex("02 FF")));
  CHECK_FALSE(holds_bytes(hex("02 FE")));
  CHECK_FALSE(holds_bytes(hex("02")));
}

TEST_CASE("each capability is its own bit, the USB488 ones in bytes 14 and 15") {
  const auto with = [](std::size_t byte, unsigned bit) {
    Bytes answer(24, 0);
    answer[0] = 1;
    answer[byte] = static_cast<std::uint8_t>(1U << bit);
    return decode_tmc_capabilities(answer).value();
  };
  const auto only = [](bool TmcCapabilities::*which) {
    TmcCapabilities can;
    can.*which = true;
    return can;
  };
  CHECK(with(4, 0) == only(&TmcCapabilities::listen_only));
  CHECK(with(4, 1) == only(&TmcCapabilities::talk_only));
  CHECK(with(4, 2) == only(&TmcCapabilities::pulse));
  CHECK(with(5, 0) == only(&TmcCapabilities::stop_character));
  CHECK(with(14, 0) == only(&TmcCapabilities::trigger));
  CHECK(with(14, 1) == only(&TmcCapabilities::remote_local));
  CHECK(with(14, 2) == only(&TmcCapabilities::usb488_2));
  CHECK(with(15, 2) == only(&TmcCapabilities::service_request));
  CHECK(with(15, 3) == only(&TmcCapabilities::scpi));
  CHECK(with(13, 3) == TmcCapabilities{});
}

TEST_CASE("capabilities that are cut or refused are none") {
  CHECK(decode_tmc_capabilities(Bytes(23, 1)).error().code == Errc::corrupt_frame);
  Bytes refused(24, 0);
  refused[0] = 0x80;
  CHECK(decode_tmc_capabilities(refused).error().code == Errc::device_refused);
}
