#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

namespace inspect::tests {

struct Ended {
  int code = -1;
  std::string out;
  std::string err;
};

/// How `inspectctl` is run: its words and what it finds in its environment (80 columns, Shanghai time, English unless
/// said otherwise).
struct Call {
  std::vector<std::string> words;
  std::map<std::string, std::string> environment;
};

/// Runs it to its end, at most 20 s.
Ended run_inspectctl(const Call& call);

/// A running `inspectctl`; dies with the test.
class Child {
 public:
  enum class Output { pipe, terminal };
  Child(const Call& call, Output output);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// Reads output until `text` has come, at most 10 s.
  bool shows(const std::string& text);
  void interrupt() const;
  /// Waits for the end and reads the rest.
  Ended end();

 private:
  bool read_some(std::chrono::milliseconds limit);

  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  Ended ended_;
};

/// Columns of a line as a terminal would count them, by the C library's own table; for checking ours.
int columns_of(const std::string& line);
std::vector<std::string> lines_of(const std::string& text);

}  // namespace inspect::tests
