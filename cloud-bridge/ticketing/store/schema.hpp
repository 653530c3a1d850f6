#pragma once

#include "protocol/core/error.hpp"

#include <optional>
#include <string>

namespace SQLite {
class Database;
}

namespace inspect::ticketing {

/// The settings of a store that must not lose a ticket at a power cut (FULL), set before anything is read.
void configure(SQLite::Database& database);

/// Nobody ever wrote into it.
bool is_blank(SQLite::Database& database);

/// Brings the file to today's schema, each step in a transaction of its own. A file of a newer program or of another
/// program is refused and left as it is.
Result<void> migrate(SQLite::Database& database);

/// What is wrong with the pages of the file, if anything.
std::optional<std::string> find_flaw(SQLite::Database& database);

}  // namespace inspect::ticketing
