#pragma once

#include "protocol/core/error.hpp"

namespace SQLite {
class Database;
}

namespace inspect::ticketing {

/// The settings of a store that must not lose a ticket at a power cut (FULL), set before anything is read.
void configure(SQLite::Database& database);

/// Brings the file to today's schema, each step in a transaction of its own. A file of a newer program, of another
/// program or one that is damaged is refused and left as it is.
Result<void> migrate(SQLite::Database& database);

}  // namespace inspect::ticketing
