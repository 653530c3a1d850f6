#include "drivers/relay_board/serial_wire.hpp"

#include "protocol/usb/lcus.hpp"

#include <utility>

namespace inspect::drivers {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// Four bytes and an answer of ten characters a channel take 0.2 s at 9600 baud for 16 channels.
constexpr auto answer_limit = 500ms;

class SerialWire final : public RelayWire {
 public:
  SerialWire(SerialTalk& talk, usb::RelayLayout layout) : talk_(talk), layout_(std::move(layout)) {}

  asio::awaitable<Result<void>> send(usb::Bytes order) override {
    return talk_.send(std::move(order), boot_now() + answer_limit);
  }

  asio::awaitable<Result<usb::RelayStates>> states() override {
    const auto until = boot_now() + answer_limit;
    usb::Bytes question;
    const bool tells = layout_.state == usb::RelayState::lcus;
    // A board that cannot tell is sent nothing: opening the port shows at least that the adapter is there.
    if (tells) question.push_back(usb::lcus_question);
    auto asked = co_await talk_.send(std::move(question), until);
    if (!asked) co_return asked.error();
    if (!tells) co_return fail(Errc::unsupported_point, "the board has no way to tell its outputs");
    usb::Bytes heard;
    for (;;) {
      const auto more = co_await talk_.hear(until);
      if (!more) co_return more.error();
      heard.insert(heard.end(), more->begin(), more->end());
      const auto answer = usb::decode_lcus(layout_.channels, heard);
      if (!answer) co_return answer.error();
      if (answer->whole) co_return usb::RelayStates{answer->on, "", true};
    }
  }

  asio::awaitable<void> exchanged(std::optional<Errc> /*failure*/) override { co_return; }
  void close() override { talk_.close(); }

 private:
  SerialTalk& talk_;
  usb::RelayLayout layout_;
};

}  // namespace

std::unique_ptr<RelayWire> make_serial_wire(SerialTalk& talk, usb::RelayLayout layout) {
  return std::make_unique<SerialWire>(talk, std::move(layout));
}

}  // namespace inspect::drivers
