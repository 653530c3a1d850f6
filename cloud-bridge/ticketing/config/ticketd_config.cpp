#include "cloud-bridge/ticketing/config/ticketd_config.hpp"

#include "protocol/settings/document.hpp"
#include "protocol/settings/fields.hpp"
#include "protocol/settings/kinds.hpp"

#include <filesystem>
#include <set>

namespace inspect::ticketing {

namespace {

using namespace settings;

constexpr std::size_t longest_path = 4000;

/// What the file says, with places, before it becomes the table that dispatches.
struct WrittenParty {
  Placed<std::string> key;
  Text name;
  std::string head;
  std::string contact;
};

struct WrittenRule {
  std::string prefix;
  Placed<std::string> department;
};

struct WrittenDispatch {
  std::optional<WrittenParty> customer_service;
  std::optional<WrittenParty> company;
  std::vector<WrittenParty> departments;
  std::vector<WrittenRule> rules;
  std::optional<Placed<std::string>> fallback;
  Place place;
};

struct Written {
  HttpConfig http;
  BrokerConfig broker;
  StoreConfig store;
  std::optional<WrittenDispatch> dispatch;
};

const Fields<HttpConfig>& http_fields() {
  static const Fields<HttpConfig> fields{
      "http",
      {"网页与接口", "Where the pages and the API are served."},
      {{"address", text(&HttpConfig::address, 64), standard, {"监听地址", "address to listen on"}},
       {"port", integer(&HttpConfig::port, 0, 65535), standard, {"端口，0 为任意", "port; 0 takes a free one"}},
       {"pages", text(&HttpConfig::pages, longest_path), standard, {"网页目录", "directory of the pages"}},
       {"time_zone",
        text(&HttpConfig::time_zone, 64),
        standard,
        {"考核点所在时区，网页上所有时间按此显示", "time zone of the sites; the pages show every time in it"}}}};
  return fields;
}

const Fields<BrokerConfig>& broker_fields() {
  static const Fields<BrokerConfig> fields{
      "broker",
      {"MQTT 服务器", "The MQTT broker the gateways report to."},
      {{"host", text(&BrokerConfig::host, 253), standard, {"主机", "host name or address"}},
       {"port", integer(&BrokerConfig::port, 1, 65535), standard, {"端口", "port"}},
       {"client_id", text(&BrokerConfig::client_id, 64), standard, {"客户端标识", "client id"}},
       {"username", text(&BrokerConfig::username, 128), standard, {"用户名", "user name"}},
       {"password_file",
        text(&BrokerConfig::password_file, longest_path),
        standard,
        {"口令文件", "file whose first line is the password"}},
       {"ca", text(&BrokerConfig::ca, longest_path), standard, {"CA 证书", "PEM of the authority; turns TLS on"}},
       {"certificate", text(&BrokerConfig::certificate, longest_path), standard, {"证书", "PEM of our certificate"}},
       {"key", text(&BrokerConfig::key, longest_path), standard, {"私钥", "PEM of our key"}}}};
  return fields;
}

const Fields<StoreConfig>& store_fields() {
  static const Fields<StoreConfig> fields{
      "store",
      {"数据库", "Where tickets are kept."},
      {{"directory", text(&StoreConfig::directory, longest_path), standard, {"目录", "directory of tickets.db"}},
       {"readings_hours",
        integer(&StoreConfig::readings_hours, 1, 2160),
        standard,
        {"读数保留小时数", "hours for which readings are kept"}}}};
  return fields;
}

const Fields<WrittenParty>& party_fields() {
  static const Fields<WrittenParty> fields{
      "department",
      {"部门", "Somebody who is told about tickets."},
      {{"key", name(&WrittenParty::key), required, {"标识", "key, as the fault catalogue names it"}},
       {"name", bilingual(&WrittenParty::name), required, {"名称", "name in Chinese and English"}},
       {"head", text(&WrittenParty::head, 80), standard, {"负责人", "who answers for it"}},
       {"contact", text(&WrittenParty::contact, 200), standard, {"联系方式", "how to reach it"}}}};
  return fields;
}

const Fields<WrittenRule>& rule_fields() {
  static const Fields<WrittenRule> fields{
      "rule",
      {"派单规则", "Sends a kind of fault to a department, whatever the catalogue says."},
      {{"kind", text(&WrittenRule::prefix, 64), required, {"故障类型前缀", "beginning of the kind: \"relay.\""}},
       {"department", name(&WrittenRule::department), required, {"部门标识", "key of a department"}}}};
  return fields;
}

const Fields<WrittenDispatch>& dispatch_fields() {
  static const Fields<WrittenDispatch> fields{
      "dispatch",
      {"派单表", "Who hears of a ticket, and which department gets it."},
      {{"customer_service",
        table(&WrittenDispatch::customer_service, party_fields()),
        standard,
        {"客户服务部", "customer service: meets every ticket first"}},
       {"company",
        table(&WrittenDispatch::company, party_fields()),
        standard,
        {"公司", "told about major faults at once"}},
       {"department",
        tables(&WrittenDispatch::departments, party_fields(), 64),
        required,
        {"技术部门", "technical departments"}},
       {"rule", tables(&WrittenDispatch::rules, rule_fields(), 256), standard, {"规则", "exceptions by kind"}},
       {"fallback",
        name(&WrittenDispatch::fallback),
        required,
        {"其余归", "department of what nothing else decides"}}}};
  return fields;
}

const Fields<Written>& file_fields() {
  static const Fields<Written> fields{
      "ticketd",
      {"工单服务", "The ticket service."},
      {{"http", table(&Written::http, http_fields()), standard, {"网页", "pages and API"}},
       {"broker", table(&Written::broker, broker_fields()), standard, {"消息", "MQTT broker"}},
       {"store", table(&Written::store, store_fields()), standard, {"数据库", "database"}},
       {"dispatch", table(&Written::dispatch, dispatch_fields()), standard, {"派单", "dispatch table"}}}};
  return fields;
}

Party party_of(const WrittenParty& written) { return {written.key.value, written.name, written.head, written.contact}; }

DispatchTable dispatch_of(const WrittenDispatch& written, Problems& problems) {
  auto table = standard_dispatch();
  table.departments.clear();
  if (written.customer_service) table.customer_service = party_of(*written.customer_service);
  if (written.company) table.company = party_of(*written.company);
  // Events name parties by key, and "company" is how a ledger says that a major fault was told.
  table.customer_service.key = "customer-service";
  table.company.key = "company";
  std::set<std::string> keys{table.customer_service.key, table.company.key};
  for (const auto& department : written.departments) {
    if (!keys.insert(department.key.value).second) {
      problems.add(department.key.place,
                   {"键 \"{1}\" 已被使用；请另取一个", "the key \"{1}\" is taken; give this one its own"},
                   {department.key.value});
    }
    table.departments.push_back(party_of(department));
  }
  std::vector<std::string_view> known;
  for (const auto& department : table.departments) known.push_back(department.key);
  const auto check = [&](const Placed<std::string>& key) {
    if (table.department(key.value)) return;
    problems.add(key.place,
                 {"没有部门 \"{1}\"{2}；请用 [[dispatch.department]] 加上",
                  "there is no department \"{1}\"{2}; add it as [[dispatch.department]]"},
                 {key.value, did_you_mean(key.value, known)});
  };
  for (const auto& rule : written.rules) {
    check(rule.department);
    table.rules.push_back({rule.prefix, rule.department.value});
  }
  if (written.fallback) {
    check(*written.fallback);
    table.fallback = written.fallback->value;
  }
  return table;
}

}  // namespace

namespace {

/// Of the tz database. It becomes part of the page, so its characters are few.
bool is_time_zone(const std::string& name) {
  constexpr const char* letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/_+-";
  if (name.empty() || name.find_first_not_of(letters) != std::string::npos) return false;
  const std::filesystem::path known("/usr/share/zoneinfo");
  std::error_code failed;
  // A machine without the database cannot say; the browser has its own.
  return !std::filesystem::is_directory(known, failed) || std::filesystem::is_regular_file(known / name, failed);
}

}  // namespace

std::optional<TicketdConfig> parse_config(std::string_view text, Problems& problems) {
  Written written;
  TicketdConfig config;
  if (const auto document = parse_document(text, problems)) {
    file_fields().read(*document, written, problems);
    config.http = written.http;
    config.broker = written.broker;
    config.store = written.store;
    config.dispatch = written.dispatch ? dispatch_of(*written.dispatch, problems) : standard_dispatch();
    const auto* http = document->find("http");
    const auto* zone = http == nullptr ? nullptr : http->find("time_zone");
    if (zone != nullptr && !is_time_zone(config.http.time_zone)) {
      problems.add(zone->place,
                   {"没有时区 \"{1}\"；请写 tz 数据库中的名称，例如 Asia/Shanghai",
                    "there is no time zone \"{1}\"; write a name of the tz database, for example Asia/Shanghai"},
                   {config.http.time_zone});
    }
    if (config.broker.ca.empty() && !(config.broker.certificate.empty() && config.broker.key.empty())) {
      const auto* broker = document->find("broker");
      problems.add(broker->place, {"certificate 和 key 需要 ca；请写上代理所属 CA 的 PEM 文件",
                                   "certificate and key need ca; add the PEM of the broker's authority"});
    }
  }
  return problems.empty() ? std::optional(std::move(config)) : std::nullopt;
}

std::optional<TicketdConfig> load_config(Problems& problems) {
  const auto text = read_file(problems.file(), problems);
  return text ? parse_config(*text, problems) : std::nullopt;
}

}  // namespace inspect::ticketing
