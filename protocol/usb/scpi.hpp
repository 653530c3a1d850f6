#pragma once

#include "protocol/core/error.hpp"
#include "protocol/usb/bytes.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Response text of SCPI and like instruments [IEEE 488.2-1992 8.7, SCPI-99 vol. 1, 7]. Every text is hostile.
namespace inspect::usb {

/// Whether two ASCII words are the same but for case.
bool same_word(std::string_view a, std::string_view b);

/// What a number of an instrument turned out to be.
enum class NumberKind : std::uint8_t {
  value,
  over,     ///< beyond its range: 9.9E37, or its own word or number for it
  under,    ///< below its range: -9.9E37, or its own
  unknown,  ///< it has none: 9.91E37, or its own
};

struct Quantity {
  NumberKind kind = NumberKind::value;
  double value = 0;  ///< in the plain unit: "0.013 mA" is 0.000013
  std::string unit;  ///< "A", "V", "W", "Ohm", "s", "Hz", "%"; empty when the text has none

  friend bool operator==(const Quantity&, const Quantity&) = default;
};

/// What an instrument says instead of a number, as its profile says it. SCPI's own are always known.
struct NumberWords {
  std::vector<std::string> over;  ///< words ("OVER", "----") or numbers ("9.999E+09"), compared as numbers
  std::vector<std::string> under;
  std::vector<std::string> unknown;
};

/// NR1, NR2 or NR3 with an optional unit, blanks around and between. A text in capitals only reads by SCPI's rule (MA
/// is milliampere, MOHM megohm); any other by case. `corrupt_frame` for everything else: no number is better than a
/// wrong.
Result<Quantity> parse_quantity(std::string_view text, const NumberWords& words = {});

/// The fields of a response, trimmed; quoted fields are kept whole, with their quotes. At most 256.
Result<std::vector<std::string>> split_response(std::string_view text, char separator = ',');

/// The data of a block, "#3120…" or "#0…" to the end of the message. `corrupt_frame` when it is cut or too long.
Result<Bytes> parse_block(BytesView message);

struct ScpiError {
  int code = 0;      ///< 0: no error; negative: of the standard; positive: the instrument's own
  std::string text;  ///< without its quotes
};
/// An entry of SYSTem:ERRor?: -113,"Undefined header".
Result<ScpiError> parse_scpi_error(std::string_view text);

/// What *IDN? answers: four fields.
struct ScpiIdentity {
  std::string maker;
  std::string model;
  std::string serial;  ///< empty where it says 0: it has none
  std::string firmware;
};
Result<ScpiIdentity> parse_identity(std::string_view text);

}  // namespace inspect::usb
