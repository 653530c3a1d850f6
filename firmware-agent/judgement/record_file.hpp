#pragma once

#include "firmware-agent/judgement/sample.hpp"
#include "protocol/core/error.hpp"

#include <istream>
#include <vector>

namespace inspect::judgement {

/// readings.bin: a header of 32 bytes ("SITEYEAR", version, record size, start), records of 12, little-endian.
/// Read in pieces, so that a year needs no memory of its size.
class RecordFile {
 public:
  /// Malformed: no such header.
  static Result<RecordFile> open(std::istream& in);

  [[nodiscard]] double start() const { return start_; }
  /// The next piece, in the order of arrival; empty at the end. A torn last record is left out.
  const std::vector<Sample>& next();

 private:
  RecordFile(std::istream& in, double start);

  std::istream* in_;
  double start_;
  std::vector<char> bytes_;
  std::vector<Sample> samples_;
};

}  // namespace inspect::judgement
