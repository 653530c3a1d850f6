#include "drivers/simulator/library_side.hpp"

#include <modbus/modbus.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace inspect::sim {

namespace {

constexpr std::size_t mbap_size = 7;

template <class Cell>
Cell* data_of(Run<Cell>& run) {
  return run.cells.empty() ? nullptr : run.cells.data();
}

/// The library's view of our tables; it owns nothing.
modbus_mapping_t view(Tables& tables) {
  modbus_mapping_t map{};
  map.start_bits = tables.coils.first;
  map.nb_bits = static_cast<int>(tables.coils.cells.size());
  map.tab_bits = data_of(tables.coils);
  map.start_input_bits = tables.inputs.first;
  map.nb_input_bits = static_cast<int>(tables.inputs.cells.size());
  map.tab_input_bits = data_of(tables.inputs);
  map.start_input_registers = tables.input_registers.first;
  map.nb_input_registers = static_cast<int>(tables.input_registers.cells.size());
  map.tab_input_registers = data_of(tables.input_registers);
  map.start_registers = tables.holding_registers.first;
  map.nb_registers = static_cast<int>(tables.holding_registers.cells.size());
  map.tab_registers = data_of(tables.holding_registers);
  return map;
}

}  // namespace

/// A context in TCP dress whose "connection" is a pair of sockets: what the library sends we read back at once.
struct LibrarySide::Context {
  modbus_t* library = nullptr;
  int library_end = -1;
  int our_end = -1;

  Context() = default;
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() {
    if (library != nullptr) modbus_free(library);
    if (library_end >= 0) ::close(library_end);
    if (our_end >= 0) ::close(our_end);
  }
};

LibrarySide::LibrarySide(std::unique_ptr<Context> context) : context_(std::move(context)) {}
LibrarySide::LibrarySide(LibrarySide&&) noexcept = default;
LibrarySide& LibrarySide::operator=(LibrarySide&&) noexcept = default;
LibrarySide::~LibrarySide() = default;

Result<LibrarySide> LibrarySide::make() {
  auto context = std::make_unique<Context>();
  std::array<int, 2> ends{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail(Errc::bus_unavailable, std::string("no pair of sockets: ") + std::strerror(errno));
  }
  context->library_end = ends[0];
  context->our_end = ends[1];
  context->library = modbus_new_tcp("127.0.0.1", 502);
  if (context->library == nullptr) return fail(Errc::bus_unavailable, modbus_strerror(errno));
  modbus_set_socket(context->library, context->library_end);
  // Before some exceptions the library waits this long for the rest of a bad request; there is no rest here.
  modbus_set_response_timeout(context->library, 0, 1);
  return LibrarySide(std::move(context));
}

std::vector<std::uint8_t> LibrarySide::answer(std::span<const std::uint8_t> request, Tables& tables) {
  std::array<std::uint8_t, MODBUS_TCP_MAX_ADU_LENGTH> frame{};
  if (request.empty() || request.size() > MODBUS_MAX_PDU_LENGTH) return {};
  frame[5] = static_cast<std::uint8_t>(request.size() + 1);
  frame[6] = 1;
  std::copy(request.begin(), request.end(), frame.begin() + mbap_size);
  auto map = view(tables);
  const auto length = static_cast<int>(mbap_size + request.size());
  if (modbus_reply(context_->library, frame.data(), length, &map) < 0) return {};

  std::array<std::uint8_t, MODBUS_TCP_MAX_ADU_LENGTH> answer{};
  const auto got = ::recv(context_->our_end, answer.data(), answer.size(), MSG_DONTWAIT);
  if (got <= static_cast<ssize_t>(mbap_size)) return {};
  return {answer.begin() + mbap_size, answer.begin() + got};
}

}  // namespace inspect::sim
