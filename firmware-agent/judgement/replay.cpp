#include "firmware-agent/judgement/replay.hpp"

#include "firmware-agent/judgement/claim_json.hpp"
#include "firmware-agent/judgement/judge.hpp"
#include "firmware-agent/judgement/record_csv.hpp"
#include "firmware-agent/judgement/record_file.hpp"

#include <fstream>

namespace inspect::judgement {

namespace {

Result<std::ifstream> opened(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(Errc::invalid_argument, "cannot be read: " + file.string());
  return in;
}

}  // namespace

Result<Replayed> replay(const std::filesystem::path& record, const std::function<void(std::string_view)>& tell) {
  const auto folder = std::filesystem::is_directory(record) ? record : record.parent_path();
  auto plant_csv = opened(folder / "plant.csv");
  auto topology_csv = opened(folder / "topology.csv");
  auto calendar_csv = opened(folder / "calendar.csv");
  auto readings = opened(std::filesystem::is_directory(record) ? folder / "readings.bin" : record);
  for (const auto* file : {&plant_csv, &topology_csv, &calendar_csv, &readings}) {
    if (!*file) return file->error();
  }
  const auto plant = read_plant(*plant_csv, *topology_csv);
  if (!plant) return plant.error();
  const auto calendar = read_calendar(*calendar_csv, *plant);
  if (!calendar) return calendar.error();
  auto file = RecordFile::open(*readings);
  if (!file) return file.error();

  Replayed done;
  Judge judge(*plant, *calendar, file->start());
  while (true) {
    const auto& samples = file->next();
    if (samples.empty()) break;
    done.readings += samples.size();
    for (const auto& sample : samples) {
      judge.take(sample);
      if (judge.told().empty()) continue;
      for (const auto& claim : judge.told()) tell(to_json(claim, *plant));
      done.claims += judge.told().size();
      judge.told().clear();
    }
  }
  done.dropped = judge.dropped();
  return done;
}

}  // namespace inspect::judgement
