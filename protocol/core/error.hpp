#pragma once

#include <boost/system/result.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace inspect {

/// What went wrong, told as what happens next. The table is the contract of every function that returns `Result`.
///
/// | code              | retry now                  | counts against              | reading becomes |
/// |-------------------|----------------------------|-----------------------------|-----------------|
/// | timeout           | yes                        | the device                  | bad: no answer  |
/// | corrupt_frame     | after the line was quiet   | the line, if several suffer | bad: line       |
/// | foreign_frame     | keep waiting to deadline   | nobody; a second master     | unchanged       |
/// | device_busy       | later                      | nobody                      | uncertain       |
/// | device_refused    | no                         | nobody: it is alive         | bad: refused    |
/// | unsupported_point | no, until probed again     | nobody                      | bad: refused    |
/// | bus_unavailable   | reopen with back-off       | the bus                     | bad: bus        |
/// | not_permitted     | never                      | nobody                      | none            |
/// | invalid_argument  | never: our or a user's slip| nobody                      | none            |
/// | malformed         | never: the sender's slip   | the sender, counted by name | none            |
/// | storage           | after the disk recovered   | the store                   | none            |
/// | unreachable       | with jittered back-off     | the link to the peer        | none            |
enum class Errc {
  timeout,
  corrupt_frame,
  foreign_frame,
  device_busy,
  device_refused,
  unsupported_point,
  bus_unavailable,
  not_permitted,
  invalid_argument,
  malformed,
  storage,
  unreachable,
};

/// The code as it is spelled in messages and JSON, e.g. "corrupt_frame".
std::string_view name(Errc code);

/// An error is a value: it gains context on the way up and is logged once, where it is decided.
struct Error {
  Errc code = Errc::invalid_argument;
  std::string message;

  /// "context: message".
  [[nodiscard]] Error within(std::string_view context) &&;
};

/// `value()` on an error is a programming error and throws this.
struct BadResultAccess : std::logic_error {
  using std::logic_error::logic_error;
};

[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

template <class T>
using Result = boost::system::result<T, Error>;

inline Error fail(Errc code, std::string message) { return Error{code, std::move(message)}; }

}  // namespace inspect
