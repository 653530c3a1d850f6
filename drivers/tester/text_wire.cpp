#include "drivers/tester/text_wire.hpp"

#include "protocol/usb/line_reader.hpp"

#include <utility>

namespace inspect::drivers {

namespace asio = boost::asio;

namespace {

class TextWire final : public TesterWire {
 public:
  TextWire(SerialTalk& talk, std::string line_end) : talk_(talk), line_end_(std::move(line_end)) {}

  asio::awaitable<Result<void>> tell(std::string text, BootTime until) override {
    reader_.reset();
    text += line_end_;
    usb::Bytes bytes(text.begin(), text.end());
    return talk_.send(std::move(bytes), until);
  }

  asio::awaitable<Result<std::string>> ask(std::string text, BootTime until) override {
    auto told = co_await tell(std::move(text), until);
    if (!told) co_return told.error();
    for (;;) {
      if (auto line = reader_.next()) co_return std::move(*line);
      const auto more = co_await talk_.hear(until);
      if (!more) {
        reader_.reset();
        co_return more.error();
      }
      reader_.take(*more);
    }
  }

  asio::awaitable<void> exchanged(std::optional<Errc> /*failure*/) override { co_return; }
  void close() override { talk_.close(); }

 private:
  SerialTalk& talk_;
  std::string line_end_;
  usb::LineReader reader_;
};

}  // namespace

std::unique_ptr<TesterWire> make_text_wire(SerialTalk& talk, std::string line_end) {
  return std::make_unique<TextWire>(talk, std::move(line_end));
}

}  // namespace inspect::drivers
