#pragma once

#include "drivers/identity/identity.hpp"
#include "protocol/core/error.hpp"

#include <string>
#include <vector>

namespace inspect::agent {

/// The commissioning records of a gateway: one small file, written anew as a whole.
///
/// A file that is not there is no record; one that cannot be understood is an error, and nothing counts as proven then.
Result<std::vector<drivers::UsbRecord>> read_records(const std::string& path);
/// Written beside and renamed, and on the disk when it returns. Blocks for that long; a person waits for it.
Result<void> write_records(const std::string& path, const std::vector<drivers::UsbRecord>& records);

}  // namespace inspect::agent
