#pragma once

#include "protocol/core/text.hpp"

#include <string>
#include <string_view>

namespace inspect::agent {

/// Why a port cannot be used, as the drivers and the system say it in English, in both languages:
/// "/dev/ttyUSB0: cannot be opened: No such file or directory" → "/dev/ttyUSB0：打不开：文件不存在". Names stay as they
/// are; so do words nobody foresaw, because a reason in the wrong language is better than none.
Text port_reason(std::string_view english);

}  // namespace inspect::agent
