#include "protocol/usb/scpi.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::usb;

namespace {

Bytes bytes(std::string_view text) { return {text.begin(), text.end()}; }

struct Row {
  const char* text;
  double value;
  const char* unit;
};

}  // namespace

TEST_CASE("numbers and their units are read as instruments write them") {
  const std::vector<Row> rows{{"0", 0, ""},
                              {"+3.80000E+02", 380, ""},
                              {"-12", -12, ""},
                              {"1.", 1, ""},
                              {".5", 0.5, ""},
                              {" 12.5\r\n", 12.5, ""},
                              {"1e3", 1000, ""},
                              {"+39.99E-06", 39.99e-6, ""},
                              {"0.024kV", 24, "V"},
                              {"0.013 mA", 13e-6, "A"},
                              {"000.1S", 0.1, "s"},
                              {"240uA", 240e-6, "A"},
                              {"240\xC2\xB5"
                               "A",
                               240e-6, "A"},
                              {"240\xCE\xBC"
                               "A",
                               240e-6, "A"},
                              {"100m\xCE\xA9", 0.1, "Ohm"},
                              {"1.5G\xCE\xA9", 1.5e9, "Ohm"},
                              {"2M\xE2\x84\xA6", 2e6, "Ohm"},
                              {"50ohm", 50, "Ohm"},
                              {"1.2W", 1.2, "W"},
                              {"3kHz", 3000, "Hz"},
                              {"50HZ", 50, "Hz"},
                              {"5%", 5, "%"},
                              {"5 PCT", 5, "%"},
                              {"1E3A", 1000, "A"},
                              // SCPI in capitals: M is milli, but for ohms and hertz
                              {"0.25MA", 0.25e-3, "A"},
                              {"250UA", 250e-6, "A"},
                              {"3MOHM", 3e6, "Ohm"},
                              {"3MHZ", 3e6, "Hz"},
                              {"2KV", 2000, "V"},
                              {"10MS", 0.010, "s"},
                              {"1.0E-3 A", 1e-3, "A"}};
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto read = parse_quantity(row.text);
    REQUIRE(read.has_value());
    CHECK(read->kind == NumberKind::value);
    CHECK(read->value == doctest::Approx(row.value).epsilon(1e-12));
    CHECK(read->unit == row.unit);
  }
}

TEST_CASE("what is no number is none: no prefix of it either") {
  for (const std::string text :
       {"",      " ",     "A",        "+",     "-",   ".",   "E3",   "1.2.3", "1,2",  "0x10", "inf",
        "nan",   "NAN",   "infinity", "1e",    "1e+", "--1", "1 2",  "1 Q",   "1 mm", "1 mQ", "12mAh",
        "1mA 2", "<40uA", "1e999",    "1\xFF", "1 M", "1 m", "null", "PASS",  "1;2"}) {
    CAPTURE(text);
    const auto read = parse_quantity(text);
    REQUIRE(!read);
    CHECK(read.error().code == Errc::corrupt_frame);
  }
  CHECK(!parse_quantity(std::string(65, '1')));
  CHECK(!parse_quantity(std::string("1\0", 2)));
}

TEST_CASE("SCPI's infinity and not-a-number are no values") {
  CHECK(parse_quantity("9.9E37")->kind == NumberKind::over);
  CHECK(parse_quantity("+9.90000E+37")->kind == NumberKind::over);
  CHECK(parse_quantity("9.9E37 A")->kind == NumberKind::over);
  CHECK(parse_quantity("-9.9E+37")->kind == NumberKind::under);
  CHECK(parse_quantity("9.91E37")->kind == NumberKind::unknown);
  CHECK(parse_quantity("+9.91000E+37")->kind == NumberKind::unknown);
  CHECK(parse_quantity("9.8E37")->kind == NumberKind::value);
}

TEST_CASE("an instrument's own words for over, under and undecided are known by its profile") {
  const NumberWords hioki{{"9.999E+09"}, {"-9.999E+09"}, {"9.999E+10"}};
  CHECK(parse_quantity("+9.999E+09", hioki)->kind == NumberKind::over);
  CHECK(parse_quantity("9999000000", hioki)->kind == NumberKind::over);
  CHECK(parse_quantity("-9.999E+09", hioki)->kind == NumberKind::under);
  CHECK(parse_quantity("+9.999E+10", hioki)->kind == NumberKind::unknown);
  CHECK(parse_quantity("+9.998E+09", hioki)->kind == NumberKind::value);
  const NumberWords words{{"OVER", "----"}, {"UNDER"}, {"null"}};
  CHECK(parse_quantity("over", words)->kind == NumberKind::over);
  CHECK(parse_quantity(" ---- ", words)->kind == NumberKind::over);
  CHECK(parse_quantity("UNDER", words)->kind == NumberKind::under);
  CHECK(parse_quantity("NULL", words)->kind == NumberKind::unknown);
  CHECK(!parse_quantity("OVERX", words));
}

TEST_CASE("fields are taken apart outside quotes, and trimmed") {
  using Fields = std::vector<std::string>;
  CHECK(split_response("ACW, FAIL ,0.024kV ,0.013 mA,R=000.1S\r\n").value() ==
        Fields{"ACW", "FAIL", "0.024kV", "0.013 mA", "R=000.1S"});
  CHECK(split_response("").value() == Fields{""});
  CHECK(split_response(",").value() == Fields{"", ""});
  CHECK(split_response(R"(-113,"Undefined, header")").value() == Fields{"-113", R"("Undefined, header")"});
  CHECK(split_response(R"("a ""b, c"" d",2)").value() == Fields{R"("a ""b, c"" d")", "2"});
  CHECK(split_response("a;b,c", ';').value() == Fields{"a", "b,c"});
  CHECK(!split_response(R"(1,"open)"));
  CHECK(split_response(std::string(255, ','))->size() == 256);
  CHECK(!split_response(std::string(256, ',')));
  CHECK(!split_response(std::string(65 * 1024, 'x')));
}

TEST_CASE("a block is taken only when it is whole") {
  CHECK(parse_block(bytes("#15hello")).value() == bytes("hello"));
  CHECK(parse_block(bytes("#15hello\n")).value() == bytes("hello"));
  CHECK(parse_block(bytes("#205hello")).value() == bytes("hello"));
  CHECK(parse_block(bytes("#0hello\n")).value() == bytes("hello"));
  CHECK(parse_block(bytes("#10")).value().empty());
  for (const auto* text : {"", "#", "hello", "#15hell", "#2", "#25", "#2x5hello", "#15hello!", "#0hello", "#0",
                           "#a5hello", "#9999999999", "#9999999999x"}) {
    CAPTURE(text);
    CHECK(parse_block(bytes(text)).error().code == Errc::corrupt_frame);
  }
}

TEST_CASE("entries of the error queue are a number and its words") {
  CHECK(parse_scpi_error(R"(-113,"Undefined header")")->code == -113);
  CHECK(parse_scpi_error(R"(-113,"Undefined header")")->text == "Undefined header");
  CHECK(parse_scpi_error("+0,\"No error\"\n")->code == 0);
  CHECK(parse_scpi_error("0")->code == 0);
  CHECK(parse_scpi_error("32767,x")->code == 32767);
  for (const auto* text : {"", ",", "No error", "1.5,x", "--1,x", "+-1,x", "99999,x", "-99999,x", "0,\"open"}) {
    CAPTURE(text);
    CHECK(!parse_scpi_error(text));
  }
}

TEST_CASE("an identity has maker, model, serial number and firmware; GW Instek's has no maker") {
  const auto tos = parse_identity("KIKUSUI ELECTRONICS CORP.,TOS9200,AB000123,1.00\n").value();
  CHECK(tos.maker == "KIKUSUI ELECTRONICS CORP.");
  CHECK(tos.model == "TOS9200");
  CHECK(tos.serial == "AB000123");
  CHECK(tos.firmware == "1.00");
  const auto gpt = parse_identity("GPT-9803,GEP123456789,V1.00").value();
  CHECK(gpt.maker.empty());
  CHECK(gpt.model == "GPT-9803");
  CHECK(gpt.serial == "GEP123456789");
  CHECK(parse_identity("M,X,0,1")->serial.empty());
  for (const auto* text : {"", "TOS3200", "a,b", "a,,c,d", "a,b,c,d,e"}) {
    CAPTURE(text);
    CHECK(!parse_identity(text));
  }
}
