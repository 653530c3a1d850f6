#include "firmware-agent/judgement/record_file.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <string_view>

namespace inspect::judgement {

namespace {

constexpr std::size_t header_size = 32, record_size = 12, chunk = 4096;

template <class T>
T little_endian(const char* bytes) {
  static_assert(std::endian::native == std::endian::little, "the gateways are little-endian, as the file is");
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

Reason reason_of(std::uint8_t quality) {
  constexpr std::array reasons{Reason::none, Reason::no_answer, Reason::refused, Reason::line, Reason::implausible};
  return quality < reasons.size() ? reasons[quality] : Reason::implausible;
}

Sample sample_of(const char* bytes, double start) {
  Sample s;
  s.time = start + little_endian<std::uint32_t>(bytes) / 100.0;
  s.value = little_endian<float>(bytes + 4);
  s.point = little_endian<std::uint16_t>(bytes + 8);
  s.reason = reason_of(static_cast<std::uint8_t>(bytes[10]));
  // A good reading has a value: what says otherwise is no reading.
  if (s.good() && !std::isfinite(s.value)) s.reason = Reason::implausible;
  return s;
}

}  // namespace

RecordFile::RecordFile(std::istream& in, double start) : in_(&in), start_(start), bytes_(chunk * record_size) {
  samples_.reserve(chunk);
}

Result<RecordFile> RecordFile::open(std::istream& in) {
  std::array<char, header_size> header{};
  in.read(header.data(), header.size());
  const bool whole = in.gcount() == static_cast<std::streamsize>(header.size());
  if (!whole || std::string_view(header.data(), 8) != "SITEYEAR" || little_endian<std::uint32_t>(&header[8]) != 1 ||
      little_endian<std::uint32_t>(&header[12]) != record_size) {
    return fail(Errc::malformed, "readings.bin: no record of a site (SITEYEAR, version 1)");
  }
  const auto start = little_endian<double>(&header[16]);
  if (!std::isfinite(start)) return fail(Errc::malformed, "readings.bin: it says no time of its start");
  return RecordFile(in, start);
}

const std::vector<Sample>& RecordFile::next() {
  samples_.clear();
  in_->read(bytes_.data(), static_cast<std::streamsize>(bytes_.size()));
  const auto whole = static_cast<std::size_t>(in_->gcount()) / record_size;
  for (std::size_t i = 0; i < whole; ++i) samples_.push_back(sample_of(&bytes_[i * record_size], start_));
  return samples_;
}

}  // namespace inspect::judgement
