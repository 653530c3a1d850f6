#pragma once

#include <sys/types.h>
#include <string>
#include <vector>

namespace inspect::tests {

/// A program of the build whose standard output is read. It dies with us, at the latest.
class Child {
 public:
  Child(const std::string& program, const std::vector<std::string>& arguments,
        const std::vector<std::string>& environment = {});
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  /// What came since the last call, waiting at most `timeout_ms` for something; empty at the end.
  std::string read(int timeout_ms);
  void kill_now();
  /// The exit status, or 128 + signal.
  int wait();

 private:
  pid_t pid_ = -1;
  int out_ = -1;
};

/// A program beside this one.
std::string beside(const std::string& name);

}  // namespace inspect::tests
