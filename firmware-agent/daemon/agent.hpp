#pragma once

#include "drivers/usb/host.hpp"
#include "firmware-agent/config/site.hpp"
#include "firmware-agent/control/agent_view.hpp"
#include "firmware-agent/control/server.hpp"
#include "firmware-agent/daemon/judgement_keeper.hpp"
#include "firmware-agent/daemon/leakage_tests.hpp"
#include "firmware-agent/daemon/orders.hpp"
#include "firmware-agent/daemon/pipeline.hpp"
#include "firmware-agent/detection/watchman.hpp"
#include "firmware-agent/guard/guard.hpp"
#include "firmware-agent/polling/poller.hpp"
#include "firmware-agent/store/store.hpp"
#include "firmware-agent/usb/usb_care.hpp"
#include "protocol/catalogue/catalogue.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace inspect::agent {

/// Everything the agent is made of, put together here and nowhere else: one store, one watchman, one poller per bus,
/// one control socket. Lives on the loop.
class Agent final : public AgentView {
 public:
  struct Line;

  /// `site` and `catalogue` must outlive it. `config_warning`: why the last good configuration is in use.
  Agent(const Site& site, const catalogue::Catalogue& catalogue, inspection::LeakagePlan plan,
        std::string config_warning, const boost::asio::any_io_executor& loop);
  ~Agent() override;

  /// Opens the store and the socket, restores what was open, and starts to poll. An error says what is wrong and the
  /// cure; nothing is running then.
  boost::asio::awaitable<Result<void>> start();
  /// Stops polling, writes what is gathered, closes. The loop runs empty afterwards.
  boost::asio::awaitable<void> stop();

  [[nodiscard]] const Site& site() const override { return site_; }
  [[nodiscard]] Moment now() const override;
  [[nodiscard]] AgentFacts facts() const override;
  [[nodiscard]] BusState bus_state(BusIndex bus) const override;
  [[nodiscard]] DeviceState device_state(DeviceIndex device) const override;
  [[nodiscard]] Reading reading(PointIndex point) const override;
  [[nodiscard]] std::vector<Finding> open_findings() const override;

  boost::asio::awaitable<Result<std::vector<Reading>>> read_fresh(std::vector<PointIndex> points) override;
  boost::asio::awaitable<Result<std::vector<HistoryEntry>>> history(PointIndex point, WallTime from, WallTime to,
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

  void tap(BusIndex bus, drivers::Tap* tap) override;
  [[nodiscard]] std::optional<Text> search_forbidden(BusIndex bus) const override;
  boost::asio::awaitable<Result<ProbeOutcome>> probe(BusIndex bus, modbus::Request request) override;

  boost::asio::awaitable<std::vector<control::UsbRow>> usb() override;
  boost::asio::awaitable<Result<std::vector<control::UsbRow>>> adopt_usb(DeviceIndex device, std::string who) override;
  boost::asio::awaitable<Result<std::vector<control::UsbRow>>> prove_usb(DeviceIndex device, std::uint8_t relay,
                                                                         std::optional<PointIndex> witness,
                                                                         std::string who) override;

  [[nodiscard]] control::ExamRow exam() const override;
  boost::asio::awaitable<Result<control::ExamRow>> begin_exam(std::chrono::milliseconds length,
                                                              std::string who) override;
  boost::asio::awaitable<Result<control::ExamRow>> end_exam(std::string who) override;
  boost::asio::awaitable<std::variant<control::OrderRow, control::Trouble>> order(
      DeviceIndex device, std::string action, std::optional<std::chrono::milliseconds> length,
      std::string who) override;
  boost::asio::awaitable<Result<control::IdentityRow>> prove(DeviceIndex device, std::string output,
                                                             std::optional<PointIndex> witness,
                                                             std::string who) override;
  [[nodiscard]] std::vector<control::TestRow> tests() const override;
  boost::asio::awaitable<std::variant<control::TestRow, control::Trouble>> start_test(std::string test,
                                                                                      std::string who) override;

  [[nodiscard]] std::optional<double> learned(PointIndex point) const override;
  boost::asio::awaitable<Result<control::TrendRow>> trend(PointIndex point) override;
  boost::asio::awaitable<Result<control::ForecastList>> forecasts(std::size_t most) override;
  boost::asio::awaitable<Result<control::PartRow>> part_replaced(DeviceIndex device, std::optional<PointIndex> point,
                                                                 std::string part, std::string who) override;

  void on_readings(std::function<void(std::span<const Reading>)> callback) override;
  void on_finding(std::function<void(const FindingChange&)> callback) override;
  void on_outbox(std::function<void()> callback) override;
  void on_health(std::function<void(const HealthChange&)> callback) override;

 private:
  boost::asio::awaitable<Result<void>> restore();
  boost::asio::awaitable<Result<void>> restore_judgement();
  boost::asio::awaitable<Result<void>> restore_exam();
  boost::asio::awaitable<Result<void>> restore_proofs();
  OrderMeans order_means();
  TestMeans test_means();
  boost::asio::awaitable<Result<void>> restore_tests();
  boost::asio::awaitable<std::variant<control::OrderRow, control::Trouble>> pulse(DeviceIndex device,
                                                                                  std::string output,
                                                                                  std::chrono::milliseconds length,
                                                                                  std::string who);
  [[nodiscard]] guard::Identity identity(DeviceIndex device) const;
  [[nodiscard]] guard::Identity identity_on_bus(DeviceIndex device) const;
  [[nodiscard]] guard::Identity identity_on_port(DeviceIndex device, Appliance& appliance) const;
  [[nodiscard]] std::string place_of_port(DeviceIndex device, Appliance& appliance) const;
  boost::asio::awaitable<Result<void>> prove_by_moving(DeviceIndex device, std::string output, PointIndex witness);
  [[nodiscard]] std::optional<PointIndex> shown_by(DeviceIndex device, const std::string& output) const;
  boost::asio::awaitable<Result<bool>> seen(PointIndex point);
  boost::asio::awaitable<void> settle();
  boost::asio::awaitable<bool> ever_answered(DeviceIndex device);
  boost::asio::awaitable<void> find_newcomers();
  void make_lines();
  void spawn(boost::asio::awaitable<void> part, std::string name);
  boost::asio::awaitable<void> watchdog_loop();
  boost::asio::awaitable<void> usb_loop();
  [[nodiscard]] ProofMeans means_of_proof(DeviceIndex device, std::optional<PointIndex> witness);
  boost::asio::awaitable<std::vector<control::UsbRow>> usb_of(std::string device);
  [[nodiscard]] std::vector<Heartbeat> heartbeats() const;

  const Site& site_;
  const catalogue::Catalogue& catalogue_;
  std::string config_warning_;
  boost::asio::any_io_executor loop_;
  BootTime started_{};
  guard::Guard guard_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Watchman> watchman_;
  std::unique_ptr<Pipeline> pipeline_;
  std::unique_ptr<JudgementKeeper> keeper_;
  std::unique_ptr<drivers::UsbHost> usb_;  ///< only where the site has a USB port
  std::unique_ptr<UsbCare> usb_care_;
  std::vector<std::unique_ptr<Line>> lines_;  ///< one per bus
  Orders orders_;
  LeakageTests tests_;
  std::map<std::size_t, std::string> proofs_;  ///< by device: where it was when it was proven
  std::unique_ptr<ControlServer> server_;
  boost::asio::steady_timer watchdog_;
  boost::asio::steady_timer usb_timer_;
  bool stopping_ = false;
};

}  // namespace inspect::agent
