#include "protocol/settings/document.hpp"

#include <filesystem>
#include <fstream>

namespace inspect::settings {

std::optional<std::string> read_file(const std::string& path, Problems& problems) {
  std::error_code code;
  if (std::filesystem::is_directory(path, code)) {
    problems.add({}, {"这是目录；请指定文件", "is a directory; name a file"});
    return std::nullopt;
  }
  std::ifstream in(path, std::ios::binary);
  if (!in) {
    problems.add({}, {"打不开；请检查文件名和权限", "cannot be opened; check the name and the permissions"});
    return std::nullopt;
  }
  // One byte more than allowed tells a full file from a too large one, also for files that do not know their size.
  std::string bytes(largest_file + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (in.bad()) {
    problems.add({}, {"读取失败；请检查磁盘", "cannot be read; check the disk"});
    return std::nullopt;
  }
  bytes.resize(static_cast<std::size_t>(in.gcount()));
  if (bytes.size() > largest_file) {
    problems.add({}, too_large, {largest_file});
    return std::nullopt;
  }
  return bytes;
}

Result<std::string> read_file(const std::string& path) {
  Problems problems(path);
  auto bytes = read_file(path, problems);
  if (!bytes) return problems.error();
  return std::move(*bytes);
}

void check_end(const Node& document, std::string_view key, std::string_view value, Problems& problems) {
  const auto wanted = filled({"[end] 和 {1} = \"{2}\"", "[end] with {1} = \"{2}\""}, {key, value});
  const auto* members = document.table();
  if (members == nullptr) return;
  const auto* end = document.find("end");
  if (end == nullptr) {
    Place last{1, 1};
    for (const auto& member : *members) last = std::max(last, member.place);
    problems.add(last,
                 {"文件没有结尾，可能被截断；请恢复，或以 {1} 结束",
                  "the file does not say where it ends, it may be cut; restore it, or finish it with {1}"},
                 {wanted});
    return;
  }
  for (const auto& member : *members) {
    auto place = member.value.place;
    if (const auto* list = member.value.list(); list != nullptr && !list->empty()) place = list->back().place;
    if (end->place < place) {
      problems.add(place,
                   {"\"{1}\" 写在 [end] 之后；请把 [end] 移到文件末尾",
                    "\"{1}\" stands after [end]; move [end] to the end of the file"},
                   {member.key});
    }
  }
  const auto* named = end->find(key);
  if (named == nullptr || named->text() == nullptr || *named->text() != value) {
    problems.add(end->place, {"结尾不符；应写 {1}", "the end does not match; write {1}"}, {wanted});
  }
}

}  // namespace inspect::settings
