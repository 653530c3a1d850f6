#pragma once

#include "protocol/usb/transfer.hpp"
#include "protocol/usb/usbtmc_control.hpp"
#include "protocol/usb/usbtmc_message.hpp"
#include "protocol/usb/usbtmc_quirks.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace inspect::usb {

/// Where an instrument's interface lies.
struct TmcPort {
  std::uint8_t interface = 0;
  std::uint8_t bulk_out = 0x01;
  std::uint8_t bulk_in = 0x81;
  std::optional<std::uint8_t> interrupt_in;
  std::uint16_t packet = 512;  ///< wMaxPacketSize of bulk IN
};

/// What was met on the way: the instrument's health, and nothing of it is an error of its own.
struct TmcCounters {
  std::uint64_t timeouts = 0;
  std::uint64_t stalls = 0;
  std::uint64_t damaged = 0;           ///< failed transfers, babble, answers that are none
  std::uint64_t aborts = 0;            ///< transfers given up, and the device agreed
  std::uint64_t clears = 0;            ///< the whole interface cleared
  std::uint64_t service_requests = 0;  ///< heard while waiting for a status byte

  friend bool operator==(const TmcCounters&, const TmcCounters&) = default;
};

/// One thing to do with an instrument.
struct TmcTask {
  enum class What : std::uint8_t {
    write,         ///< a message to it
    read,          ///< a message from it
    query,         ///< both
    trigger,       ///< USB488 TRIGGER
    clear,         ///< empties both directions: the first thing after opening
    status_byte,   ///< the answer is that one byte
    capabilities,  ///< the answer is for decode_tmc_capabilities
    remote,        ///< REN, GTL, LLO
  };
  What what = What::query;
  Bytes message{};  ///< write, query: not empty
  std::chrono::nanoseconds limit{std::chrono::seconds{5}};
  TmcRemote remote = TmcRemote::enable;
};

/// The longest message from an instrument; more is given up as damaged.
constexpr std::size_t longest_tmc_message = 262'144;

/// One task after the other on one instrument. Pure: ends of transfers and the time are given to it.
///
///     begin → next: a transfer → take its end → next … → done
///
/// After a doubt the device is brought back before the task ends, by the shortest way that the standard has:
///   a time-out   ABORT_BULK_OUT or _IN; after _IN a CLEAR too, so that the answer still owed is not taken for the next
///   a STALL, damage, or an abort that fails      CLEAR of both directions
///   a CLEAR that fails      needs_reset(): nothing more is asked until the owner has reset it and said opened()
/// The task's error is what went wrong first. An unplugged device ends everything at once with `bus_unavailable`.
class TmcMachine {
 public:
  TmcMachine(const TmcPort& port, const TmcQuirks& quirks, TmcCounters& counters)
      : port_(port), quirks_(quirks), counters_(counters) {}

  /// Starts a task; the one before must be done.
  void begin(TmcTask task, BootTime now);
  /// What to do now. Asking twice gives the same answer.
  TransferStep next(BootTime now);
  /// How that ended.
  void take(const TransferResult& result, BootTime now);
  /// The device was reset or opened anew: nothing of before is in its pipes.
  void opened();

  /// Valid once `next` said done: the message, the status byte or the capabilities; empty where nothing is answered.
  [[nodiscard]] const Result<Bytes>& result() const { return result_; }
  [[nodiscard]] bool needs_reset() const { return needs_reset_; }

 private:
  enum class State : std::uint8_t {
    done,
    writing,
    requesting,
    reading,
    asking,      // a control request that is the task itself
    notified,    // the interrupt endpoint brings the status byte
    retrying,    // the interrupt endpoint was busy
    initiating,  // INITIATE_… of the way back; all below belong to it
    draining,
    checking,
    waiting,  // the check said pending
    unhalting_out,
    unhalting_stalled,
  };
  enum class Way : std::uint8_t { abort_out, abort_in, clear };

  void finish(Result<Bytes> result);
  void fill_part();
  void request(BootTime now);
  void take_written(std::size_t count, BootTime now);
  void take_read(BytesView transfer, BootTime now);
  void keep(BytesView payload, bool end, BootTime now);
  void take_answer(BytesView answer, BootTime now);
  void take_status_byte(BytesView answer, BootTime now);
  void take_notice(BytesView notice);
  void trouble(TransferEnd end, BootTime now);
  void damaged(std::string what, BootTime now);

  void come_back(Way way, BootTime now);
  void escalate(BootTime now);
  void recovered(BootTime now);
  void take_initiated(BytesView answer, BootTime now);
  void take_checked(BytesView answer, BootTime now);
  void take_drained(std::size_t size, BootTime now);
  void take_back(const TransferResult& result, BootTime now);
  void drain(BootTime now);
  void wait(BootTime now);

  [[nodiscard]] bool is_going_back() const { return state_ >= State::initiating; }
  [[nodiscard]] std::size_t whole_packets(std::size_t size) const;
  [[nodiscard]] std::size_t drain_length() const { return whole_packets(2048); }
  [[nodiscard]] ControlRequest question() const;
  [[nodiscard]] ControlRequest initiate() const;
  [[nodiscard]] ControlRequest check() const;

  static constexpr std::chrono::milliseconds pause{20};  ///< between two checks of one thing

  TmcPort port_;
  TmcQuirks quirks_;
  TmcCounters& counters_;
  State state_ = State::done;

  TmcTask task_;
  BootTime deadline_{};
  TmcTag tag_;
  std::uint8_t status_tag_ = 1;
  bool fetches_old_ = false;  ///< the notice that comes belongs to an earlier question
  std::size_t written_ = 0;   ///< bytes of the message that went out
  std::size_t part_ = 0;      ///< bytes of it in the transfer that is under way
  Bytes out_;                 ///< the transfer
  Bytes reply_;               ///< what came in so far
  std::size_t promised_ = 0;  ///< `one_head`: how long the first head said all of it is
  Result<Bytes> result_ = fail(Errc::invalid_argument, "nothing was asked");

  Way way_ = Way::clear;
  std::optional<Error> error_;           ///< what made the way back necessary
  std::optional<std::uint8_t> stalled_;  ///< an IN endpoint that must be unhalted
  unsigned drains_ = 0;
  BootTime back_by_{};
  BootTime resume_{};
  bool needs_reset_ = false;
};

}  // namespace inspect::usb
