#include "drivers/relay_board/hid_wire.hpp"

#include "protocol/usb/lcus.hpp"

#include <utility>

namespace inspect::drivers {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// A low-speed control transfer takes 1 ms to 2 ms; the maker's own tool waits 5 s, a poll cannot.
constexpr auto transfer_limit = 500ms;
constexpr std::size_t longest_report = 64;

class HidWire final : public RelayWire {
 public:
  HidWire(UsbLine& line, usb::RelayLayout layout) : line_(line), layout_(std::move(layout)) {}

  asio::awaitable<Result<void>> send(usb::Bytes order) override {
    auto pipe = co_await line_.pipe();
    if (!pipe) co_return pipe.error();
    co_return co_await send_on(**pipe, std::move(order));
  }

  asio::awaitable<Result<usb::RelayStates>> states() override {
    auto opened = co_await line_.pipe();
    if (!opened) co_return opened.error();
    const auto pipe = std::move(*opened);
    switch (layout_.state) {
      case usb::RelayState::feature: {
        const auto report = co_await pipe->control_in(usb::get_state(line_.interface().number), transfer_limit);
        if (!report) co_return report.error();
        co_return usb::decode_state(layout_, *report);
      }
      case usb::RelayState::lcus: {
        // Made here and not in the call: see decision 0010.
        usb::Bytes question(1, usb::lcus_question);
        auto asked = co_await send_on(*pipe, std::move(question));
        if (!asked) co_return asked.error();
        co_return co_await lcus_states(*pipe);
      }
      case usb::RelayState::none: break;
    }
    co_return fail(Errc::unsupported_point, "the board has no way to tell its outputs");
  }

  asio::awaitable<void> exchanged(std::optional<Errc> failure) override { return line_.exchanged(failure); }
  void close() override { line_.close(); }

 private:
  asio::awaitable<Result<void>> send_on(UsbPipe& pipe, usb::Bytes data) {
    const auto& interface = line_.interface();
    const auto endpoint = interface.endpoint(UsbEndpoint::Kind::interrupt, false);
    data.resize(std::max<std::size_t>(data.size(), layout_.report_size));
    if (layout_.way == usb::RelayWay::output && endpoint) {
      if (layout_.report_number != 0) data.insert(data.begin(), layout_.report_number);
      return pipe.out(*endpoint, std::move(data), transfer_limit);
    }
    const auto request = usb::set_report(layout_, interface.number, data.size());
    return pipe.control_out(request, std::move(data), transfer_limit);
  }

  asio::awaitable<Result<usb::RelayStates>> lcus_states(UsbPipe& pipe) {
    const auto endpoint = line_.interface().endpoint(UsbEndpoint::Kind::interrupt, true);
    if (!endpoint) co_return fail(Errc::unsupported_point, "the board has no endpoint to tell its outputs on");
    usb::Bytes heard;
    while (heard.size() < longest_report * layout_.channels) {
      const auto report = co_await pipe.in(*endpoint, longest_report, transfer_limit);
      if (!report) co_return report.error();
      heard.insert(heard.end(), report->begin(), report->end());
      const auto answer = usb::decode_lcus(layout_.channels, heard);
      if (!answer) co_return answer.error();
      if (answer->whole) co_return usb::RelayStates{answer->on, "", true};
    }
    co_return fail(Errc::corrupt_frame, "the board does not come to an end of its states");
  }

  UsbLine& line_;
  usb::RelayLayout layout_;
};

}  // namespace

std::unique_ptr<RelayWire> make_hid_wire(UsbLine& line, usb::RelayLayout layout) {
  return std::make_unique<HidWire>(line, std::move(layout));
}

}  // namespace inspect::drivers
