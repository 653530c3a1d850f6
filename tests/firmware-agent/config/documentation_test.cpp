#include "firmware-agent/config/load.hpp"
#include "protocol/settings/docs.hpp"
#include "tests/protocol/settings/golden.hpp"

#include <doctest/doctest.h>

#include <set>

using namespace inspect;

TEST_CASE("the page of the configuration is as the field tables say") {
  tests::check_golden(
      "firmware-agent/docs/configuration.md",
      "# 现场配置 The configuration of a site\n\n"
      "此页由字段表生成,请勿手改。 This page is made from the field tables; do not edit it.\n\n"
      "示例 Examples: [examples/site.toml](../../examples/site.toml), "
      "[examples/demo-site.toml](../../examples/demo-site.toml). 检查 Check: `inspectctl check`. "
      "泄漏测试方案 The plan of leakage tests: [leakage-plan.md](leakage-plan.md). "
      "型号文件 Profiles: [drivers/profiles](../../drivers/profiles/README.md).\n\n"
      "文件为 TOML,以 `[end]` 结束;任何错误都以 `文件:行:列` 指出。坏的配置不会生效,上一份好的继续有效。 "
      "The file is TOML and finishes with `[end]`; every mistake is told as `file:line:column`. A bad configuration "
      "never "
      "comes into force: the last good one stays.\n\n" +
          settings::markdown(agent::describe_site()));
}

TEST_CASE("every key of a site file is explained in both languages") {
  std::set<std::string> objects;
  for (const auto& object : agent::describe_site()) {
    CAPTURE(object.name);
    CHECK(objects.insert(object.name).second);
    CHECK_FALSE(object.about.zh.empty());
    CHECK_FALSE(object.about.en.empty());
    for (const auto& field : object.fields) {
      CAPTURE(field.key);
      CHECK_FALSE(field.help.zh.empty());
      CHECK_FALSE(field.help.en.empty());
      CHECK(field.help.zh != field.help.en);
    }
  }
  CHECK(objects == std::set<std::string>{"site file", "site", "store", "control", "bus", "bus.serial", "bus.tcp",
                                         "bus.usb", "device", "device.override", "watch", "exam", "inspection", "end"});
}
