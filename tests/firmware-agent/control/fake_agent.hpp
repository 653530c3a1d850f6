#pragma once

#include "firmware-agent/control/agent_view.hpp"

#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace inspect::tests {

/// An agent out of memory: a small site whose values, findings and clocks a test sets itself. Used on the loop only.
class FakeAgent : public agent::AgentView {
 public:
  FakeAgent();

  // What a test sets.
  agent::Site place;
  Moment time;
  std::vector<Reading> readings;
  std::vector<Finding> open;
  std::vector<Finding> ended;
  std::vector<control::OutboxRow> rows;
  std::vector<agent::HistoryEntry> stored;
  std::map<std::uint32_t, agent::DeviceState> devices;
  std::map<std::uint32_t, agent::BusState> buses;
  std::string config_warning;
  std::optional<Error> storage_failure;  ///< what the store says to everything
  std::optional<Error> bus_failure;      ///< what the bus says to a fresh reading
  std::optional<Reason> silent;          ///< why a fresh reading of power-1's voltage has no value

  std::optional<Text> forbidden;  ///< why no bus may be searched
  modbus::Answer probed;          ///< what a probe finds; silence without values and exception

  // What a test looks at.
  std::map<BusIndex, drivers::Tap*> taps;
  std::vector<modbus::Request> probes;
  std::vector<PointIndex> asked_fresh;
  std::vector<std::pair<std::string, std::uint64_t>> receipted;
  control::ExamRow exam_on;
  std::optional<double> learned_share;  ///< of the voltage; nothing: it is not judged by wear
  std::vector<control::TestRow> plan{{"drill", {"手电钻", "drill"}, "never", {}, "", {}}};
  std::vector<Holding> holdings;  ///< the last that were told
  bool told_too_often = false;
  std::string last_person;
  std::string last_reason;

  void tell(const std::vector<Reading>& news);
  void tell(const FindingChange& change);
  void tell(const HealthChange& change) const { tell_health_(change); }
  void add_row(control::OutboxRow row);
  [[nodiscard]] bool has_listeners() const { return tell_readings_ && tell_finding_ && tell_outbox_ && tell_health_; }
  [[nodiscard]] PointIndex point(const std::string& device, const std::string& name) const;

  [[nodiscard]] const agent::Site& site() const override { return place; }
  [[nodiscard]] Moment now() const override { return time; }
  [[nodiscard]] agent::AgentFacts facts() const override;
  [[nodiscard]] agent::BusState bus_state(BusIndex bus) const override;
  [[nodiscard]] agent::DeviceState device_state(DeviceIndex device) const override;
  [[nodiscard]] Reading reading(PointIndex point) const override { return readings.at(at(point)); }
  [[nodiscard]] std::vector<Finding> open_findings() const override { return open; }
  boost::asio::awaitable<Result<std::vector<Reading>>> read_fresh(std::vector<PointIndex> points) override;
  boost::asio::awaitable<Result<std::vector<agent::HistoryEntry>>> history(PointIndex point, WallTime from, WallTime to,
                                                                           std::size_t most) override;
  boost::asio::awaitable<Result<std::vector<Finding>>> findings(bool with_ended, std::size_t most) override;
  boost::asio::awaitable<Result<Finding>> acknowledge(std::string finding, std::string who) override;
  boost::asio::awaitable<Result<Finding>> shelve(std::string finding, std::string who, std::string reason,
                                                 WallTime until) override;
  boost::asio::awaitable<Result<Finding>> unshelve(std::string finding, std::string who) override;
  boost::asio::awaitable<Result<std::vector<control::OutboxRow>>> claim(
      std::vector<std::pair<std::string, std::uint64_t>> skip, std::size_t most) override;
  boost::asio::awaitable<Result<std::size_t>> receipt(std::string epoch, std::vector<std::uint64_t> seqs) override;
  boost::asio::awaitable<Result<std::size_t>> mark_unsent(std::vector<Holding> held) override;
  boost::asio::awaitable<Result<control::OutboxState>> outbox_state() override;
  void tap(BusIndex bus, drivers::Tap* tap) override { taps[bus] = tap; }
  [[nodiscard]] std::optional<Text> search_forbidden(BusIndex /*bus*/) const override { return forbidden; }
  boost::asio::awaitable<Result<agent::ProbeOutcome>> probe(BusIndex bus, modbus::Request request) override;
  boost::asio::awaitable<std::vector<control::UsbRow>> usb() override;
  boost::asio::awaitable<Result<std::vector<control::UsbRow>>> adopt_usb(DeviceIndex device, std::string who) override;
  boost::asio::awaitable<Result<std::vector<control::UsbRow>>> prove_usb(DeviceIndex device, std::uint8_t relay,
                                                                         std::optional<PointIndex> witness,
                                                                         std::string who) override;
  [[nodiscard]] std::optional<double> learned(PointIndex point) const override {
    return inspect::at(point) == 2 ? learned_share : std::nullopt;
  }
  boost::asio::awaitable<Result<control::TrendRow>> trend(PointIndex point) override;
  boost::asio::awaitable<Result<control::ForecastList>> forecasts(std::size_t most) override;
  boost::asio::awaitable<Result<control::PartRow>> part_replaced(DeviceIndex device, std::optional<PointIndex> point,
                                                                 std::string part, std::string who) override;

  [[nodiscard]] control::ExamRow exam() const override { return exam_on; }
  boost::asio::awaitable<Result<control::ExamRow>> begin_exam(std::chrono::milliseconds length,
                                                              std::string who) override;
  boost::asio::awaitable<Result<control::ExamRow>> end_exam(std::string who) override;
  boost::asio::awaitable<std::variant<control::OrderRow, control::Trouble>> order(
      DeviceIndex device, std::string action, std::optional<std::chrono::milliseconds> length,
      std::string who) override;
  boost::asio::awaitable<Result<control::IdentityRow>> prove(DeviceIndex device, std::string output,
                                                             std::optional<PointIndex> witness,
                                                             std::string who) override;
  [[nodiscard]] std::vector<control::TestRow> tests() const override { return plan; }
  boost::asio::awaitable<std::variant<control::TestRow, control::Trouble>> start_test(std::string test,
                                                                                      std::string who) override;
  void on_readings(std::function<void(std::span<const Reading>)> callback) override {
    tell_readings_ = std::move(callback);
  }
  void on_finding(std::function<void(const FindingChange&)> callback) override { tell_finding_ = std::move(callback); }
  void on_outbox(std::function<void()> callback) override { tell_outbox_ = std::move(callback); }
  void on_health(std::function<void(const HealthChange&)> callback) override { tell_health_ = std::move(callback); }

 private:
  std::function<void(std::span<const Reading>)> tell_readings_;
  std::function<void(const FindingChange&)> tell_finding_;
  std::function<void()> tell_outbox_;
  std::function<void(const HealthChange&)> tell_health_;
};

/// 2026-11-24 08:00:00 UTC, 1000 s after the boot, synchronised.
Moment fake_now();
/// A welded relay on relay-1, with its whole analysis.
Finding welded_relay();

}  // namespace inspect::tests
