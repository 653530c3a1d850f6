#pragma once

#include "protocol/control/request.hpp"
#include "protocol/core/error.hpp"

#include <string_view>

namespace inspect::agent {

// What the socket says no with: in both languages, with the cure.

control::Trouble no_device(std::string_view name);
control::Trouble no_bus(std::string_view name);
/// A bus on which no Modbus frames pass.
control::Trouble no_frames(std::string_view name);
control::Trouble no_point(std::string_view name);
/// `fitting`: how many findings a shortened id fits; 0: none.
control::Trouble no_finding(std::string_view id, std::size_t fitting);
control::Trouble shelf_end_out_of_range();
control::Trouble overlong_line();
control::Trouble too_many_connections(std::size_t bound);
control::Trouble too_many_subscriptions(std::size_t bound);
/// An answer that could not be put on a line.
control::Trouble not_encodable(const Error& error);

/// The site's plan has no such test.
control::Trouble no_test(std::string_view name);

/// The guard says no to an order, and why.
control::Trouble order_refused(Text why);

/// The bus must not be searched, and why.
control::Trouble search_refused(Text why);
/// A search that had to end: another master or noise was heard, or the bus could not be used.
control::Trouble search_ended(const Error& error);

/// An error of the store, a bus or the watchman in the words of the socket.
control::Trouble trouble_of(const Error& error);

}  // namespace inspect::agent
