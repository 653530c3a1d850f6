#include "protocol/settings/docs.hpp"

#include <doctest/doctest.h>

using namespace inspect;
using namespace inspect::settings;

namespace {

std::vector<ObjectDoc> objects() {
  return {{"bus",
           {"总线。", "A bus."},
           {{"name", "name", "a–z", "", Need::required, {"名字", "its name"}},
            {"baud", "whole number", "", "9600", Need::standard, {"速率", "its speed"}},
            {"line", "[bus.serial]", "", "", Need::standard, {"线 | 口", "its line | port"}}}},
          {"site file", {"现场。", "A site."}, {{"end", "[end]", "", "", Need::depends, {"结束", "the end"}}}}};
}

}  // namespace

TEST_CASE("the page has a section per object and a row per key, both languages side by side") {
  CHECK(markdown(objects()) ==
        "## `bus`\n\n总线。 A bus.\n\n"
        "| 键 key | 类型 type | 范围 range | 缺省 default | 说明 | meaning |\n|---|---|---|---|---|---|\n"
        "| `name` | name | a–z | **必须 required** | 名字 | its name |\n"
        "| `baud` | whole number |  | `9600` | 速率 | its speed |\n"
        "| `line` | `[bus.serial]` |  | – | 线 \\| 口 | its line \\| port |\n"
        "\n## site file\n\n现场。 A site.\n\n"
        "| 键 key | 类型 type | 范围 range | 缺省 default | 说明 | meaning |\n|---|---|---|---|---|---|\n"
        "| `end` | `[end]` |  | **必须 required** | 结束 | the end |\n");
}

TEST_CASE("the help says the same in one language") {
  CHECK(help(objects(), Language::en) ==
        "bus: A bus.\n"
        "  name  (name, a–z, required)\n      its name\n"
        "  baud  (whole number, default 9600)\n      its speed\n"
        "  line  ([bus.serial])\n      its line | port\n"
        "\nsite file: A site.\n"
        "  end  ([end], required)\n      the end\n");
  const auto zh = help(objects(), Language::zh);
  CHECK(zh.find("name  (name, a–z, 必须)\n      名字") != std::string::npos);
  CHECK(zh.find("缺省 9600") != std::string::npos);
}

TEST_CASE("nothing to describe is an empty page") {
  CHECK(markdown({}).empty());
  CHECK(help({}, Language::en).empty());
}
