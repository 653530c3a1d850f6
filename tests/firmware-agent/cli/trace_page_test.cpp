#include "firmware-agent/cli/trace_page.hpp"

#include "firmware-agent/cli/text_width.hpp"
#include "tests/firmware-agent/cli/traces.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::cli;
using namespace inspect::tests;
using namespace std::chrono_literals;

namespace {

std::string lines(const Played& played, const Page& page, bool hex = false) {
  std::string text;
  for (const auto& heard : played.heard) text += trace_line(page.console, played.decoder, heard, hex);
  return text;
}

/// A read, a refused read, a write, silence, damage, noise, a stranger.
Played everything() {
  Played played;
  played.out("01 01 00 00 00 08 3D CC").after(20).in("01 01 01 00 51 88").end();
  played.after(80).out("01 05 00 00 FF 00 8C 3A").after(20).in("01 85 03 02 91").end();
  played.after(80).out("01 06 00 01 01 00 D9 9A").after(20).in("01 06 00 01 01 00 D9 9A").end();
  played.after(80).out("01 04 00 00 00 08 F1 CC").after(300).end();
  played.after(80).out("01 03 00 01 00 01 D5 CA").after(20).in("01 03 02 00 02 79 84").after(100).end();
  played.after(80).in("02 03 00 01 00 01 D5 F9").after(40).in("02 03 02 00 01 3D 84");
  return played;
}

}  // namespace

TEST_CASE("a technician reads who asked what and what came, in English and in Chinese") {
  const auto played = everything();
  CHECK(lines(played, Page(Language::en)) ==
        "16:00:00.009  →  relay-1(1)    read coils 0x0000 ×8\n"
        "16:00:00.020  ←  relay-1(1)    00000000  4.0 ms\n"
        "16:00:00.109  →  relay-1(1)    write coil 0x0000 = 1\n"
        "16:00:00.120  ←  relay-1(1)    refused: value not allowed (3)  5.1 ms\n"
        "16:00:00.209  →  relay-1(1)    write register 0x0001 = 0100\n"
        "16:00:00.220  ←  relay-1(1)    done  1.7 ms\n"
        "16:00:00.309  →  relay-1(1)    read input registers 0x0000 ×8\n"
        "16:00:00.600  ✗  relay-1(1)    no answer in 290.8 ms\n"
        "16:00:00.689  →  relay-1(1)    read holding registers 0x0001 ×1\n"
        "16:00:00.700  !  relay-1(1)    bad CRC: 7 bytes\n"
        "16:00:00.800  ✗  relay-1(1)    the answer came damaged (bad CRC)\n"
        "16:00:00.880  ⇒  2             read holding registers 0x0001 ×1\n"
        "16:00:00.920  ←  2             0001  32.0 ms\n");
  const auto chinese = lines(played, Page(Language::zh));
  CHECK(chinese.find("relay-1(1)    读线圈 0x0000 ×8") != std::string::npos);
  CHECK(chinese.find("拒绝：数值不允许 (3)") != std::string::npos);
  CHECK(chinese.find("无应答，等了 290.8 ms") != std::string::npos);
  CHECK(chinese.find("CRC 不对：7 字节") != std::string::npos);
}

TEST_CASE("the bytes stand below when they are wanted") {
  Played played;
  played.out("01 01 00 00 00 08 3D CC");
  CHECK(lines(played, Page(), true) ==
        "16:00:00.009  →  relay-1(1)    read coils 0x0000 ×8\n"
        "                 01 01 00 00 00 08 3D CC\n");
}

TEST_CASE("long answers are counted, not spread over the screen, and nothing is wider than it") {
  Played played;
  played.out("01 03 00 00 00 0A C5 CD").after(60);
  std::string answer = "01 03 14";
  for (int i = 0; i < 20; ++i) answer += " 01";
  modbus::Bytes bytes = *control::from_hex(answer);
  const auto crc = modbus::crc16(bytes);
  bytes.push_back(static_cast<std::uint8_t>(crc & 0xFF));
  bytes.push_back(static_cast<std::uint8_t>(crc >> 8));
  played.in(control::to_hex(bytes));
  for (const std::size_t width : {40U, 80U}) {
    std::istringstream text(lines(played, Page(Language::zh, width)));
    for (std::string line; std::getline(text, line);) CHECK(width_of(line) <= width);
  }
  CHECK(lines(played, Page(Language::en, 200)).find("0101 0101 0101 0101 0101 0101 0101 0101 …+2") !=
        std::string::npos);
}

TEST_CASE("the title says what is traced and what the marks mean") {
  auto head = trace_head();
  CHECK(trace_title(Page().console, head).find("rs485-1  line 1  /dev/ttyUSB0 9600 8N1\n") == 0);
  head.mode = "listen";
  head.title.en = "evil\x1b[2J";
  const auto title = trace_title(Page().console, head);
  CHECK(title.find("listening only") != std::string::npos);
  CHECK(title.find('\x1b') == std::string::npos);
}

TEST_CASE("programs get the same, with nothing lost") {
  const auto played = everything();
  CHECK(
      trace_line_json(played.decoder, played.heard[0]) ==
      R"({"address":0,"at":"2026-11-24T08:00:00.009Z","damaged":false,"delay_ms":null,"device":"relay-1","doubtful":false,)"
      R"("exception":null,"function":1,"hex":"01 01 00 00 00 08 3D CC","ours":true,"quantity":8,"unit":1,"us":1000009166,)"
      R"("values":null,"what":"question"})");
  const auto refusal = trace_line_json(played.decoder, played.heard[3]);
  CHECK(refusal.find(R"("exception":3)") != std::string::npos);
  CHECK(refusal.find(R"("what":"refusal")") != std::string::npos);
  modbus::Heard noise;
  noise.bytes = {1, 2};
  CHECK(trace_line_json(played.decoder, noise).find(R"("unit":null)") != std::string::npos);
}

TEST_CASE("delays are short to read") {
  CHECK(delay_text(1500us) == "1.5 ms");
  CHECK(delay_text(2345ms) == "2.35 s");
  CHECK(delay_text(0ms) == "0.0 ms");
}
