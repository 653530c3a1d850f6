#pragma once

#include "firmware-agent/config/site.hpp"
#include "firmware-agent/detection/foresight.hpp"
#include "firmware-agent/store/store.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace inspect::agent {

/// Writes down what judgement learned, when an hour or a day ended, a claim changed or a part was replaced: only the
/// pieces that changed, so that the flash is written by the hour. A kill loses what was gathered since, one aggregate
/// at most. While the disk fails it is tried again; forecasts and replacements wait for it, bounded.
class JudgementKeeper {
 public:
  /// All must outlive it.
  JudgementKeeper(const Site& site, Foresight& foresight, Store& store, const boost::asio::any_io_executor& loop);

  /// Looks every second until `stop`, and then writes a last time.
  boost::asio::awaitable<void> run();
  void stop();

  /// A person says that a part was replaced; answered when it is written down.
  boost::asio::awaitable<Result<control::PartRow>> note(control::PartRow part);
  /// What changed since it was last collected.
  JudgementNews collect();
  /// Writes what changed, if anything did.
  boost::asio::awaitable<Result<void>> write();
  [[nodiscard]] bool due();

 private:
  void take_news();
  void add_changed(std::vector<judgement::KeptPiece>& changed);
  [[nodiscard]] std::optional<control::ForecastRow> row_of(const judgement::Foretold& foretold) const;

  const Site& site_;
  Foresight& foresight_;
  Store& store_;
  boost::asio::steady_timer timer_;
  std::map<std::string, std::size_t> written_;  ///< digest of each piece as it lies on the disk
  std::vector<control::ForecastRow> forecasts_;
  std::vector<control::PartRow> parts_;
  std::uint64_t changes_ = 0;
  bool stopping_ = false;
  bool failed_ = false;
};

}  // namespace inspect::agent
