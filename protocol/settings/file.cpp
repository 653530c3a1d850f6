#include "protocol/settings/document.hpp"

#include <filesystem>
#include <fstream>

namespace inspect::settings {

Result<std::string> read_file(const std::string& path) {
  std::error_code code;
  if (std::filesystem::is_directory(path, code)) {
    return fail(Errc::invalid_argument, path + ": is a directory; name a file");
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(Errc::invalid_argument, path + ": cannot be opened; check the name and the permissions");
  // One byte more than allowed tells a full file from a too large one, also for files that do not know their size.
  std::string bytes(largest_file + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (in.bad()) return fail(Errc::storage, path + ": cannot be read; check the disk");
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  if (bytes.size() > largest_file) {
    return fail(Errc::invalid_argument,
                path + ": larger than " + std::to_string(largest_file) + " bytes; is it the right file?");
  }
  return bytes;
}

void check_end(const Node& document, std::string_view key, std::string_view value, Problems& problems) {
  const auto wanted = "[end] with " + std::string(key) + " = \"" + std::string(value) + '"';
  const auto* members = document.table();
  if (members == nullptr) return;
  const auto* end = document.find("end");
  if (end == nullptr) {
    Place last{1, 1};
    for (const auto& member : *members) last = std::max(last, member.place);
    problems.add(last, "the file does not say where it ends, it may be cut; restore it, or finish it with " + wanted);
    return;
  }
  for (const auto& member : *members) {
    auto place = member.value.place;
    if (const auto* list = member.value.list(); list != nullptr && !list->empty()) place = list->back().place;
    if (end->place < place) {
      problems.add(place, '"' + member.key + "\" stands after [end]; move [end] to the end of the file");
    }
  }
  const auto* named = end->find(key);
  if (named == nullptr || named->text() == nullptr || *named->text() != value) {
    problems.add(end->place, "the end does not match; write " + wanted);
  }
}

}  // namespace inspect::settings
