#include "cloud-bridge/uplink/bridge_config.hpp"

#include "protocol/messages/message.hpp"
#include "protocol/settings/docs.hpp"
#include "protocol/settings/document.hpp"
#include "protocol/settings/kinds.hpp"

#include <sys/stat.h>
#include <unistd.h>

namespace inspect::bridge {

namespace {

using namespace inspect::settings;

constexpr std::size_t longest_path = 400;
constexpr std::int64_t minute_ms = 60'000;

const Fields<TlsFiles>& tls_fields() {
  static const Fields<TlsFiles> fields{
      "broker.tls",
      {"加密连接所用的文件(PEM)", "files of the encrypted connection (PEM)"},
      {{"ca", text(&TlsFiles::ca, longest_path), required, {"签发中心证书的 CA", "authority that signed the broker"}},
       {"certificate",
        text(&TlsFiles::certificate, longest_path),
        required,
        {"本网关的证书", "this gateway's certificate; its common name is the gateway's id"}},
       {"key",
        text(&TlsFiles::key, longest_path),
        required,
        {"证书的私钥,权限 0600", "its private key, readable by the bridge alone (0600)"}}}};
  return fields;
}

const Fields<BrokerConfig>& broker_fields() {
  using B = BrokerConfig;
  static const Fields<B> fields{
      "broker",
      {"中心的 MQTT 5 服务器", "the centre's MQTT 5 broker"},
      {{"host", text(&B::host, 253), required, {"主机名或地址", "its name or address"}},
       {"port", integer(&B::port, 1, 65535), standard, {"端口", "its port"}},
       {"tls",
        table(&B::tls, tls_fields()),
        standard,
        {"加密连接;没有它必须写 plain = true", "the encrypted connection; without it, plain = true must be said"}},
       {"plain",
        flag(&B::plain),
        standard,
        {"不加密;只用于本机的服务器", "no TLS; only for a broker on the same machine"}},
       {"username", text(&B::username, 128), standard, {"用户名", "user name, if the broker asks for one"}},
       {"password_file",
        text(&B::password_file, longest_path),
        standard,
        {"密码文件的第一行", "file whose first line is the password"}},
       {"keep_alive_s",
        integer(&B::keep_alive, 5, 600),
        standard,
        {"保活间隔,秒", "seconds between signs of life; a dead line is noticed after 1.5 of them"}},
       {"retry_least_ms",
        integer(&B::retry_least, 10, minute_ms),
        standard,
        {"重连最短间隔", "shortest wait to try again"}},
       {"retry_most_ms",
        integer(&B::retry_most, 10, 60 * minute_ms),
        standard,
        {"重连最长间隔", "longest wait to try again"}}}};
  return fields;
}

const Fields<BridgeConfig>& bridge_fields() {
  using B = BridgeConfig;
  static const Fields<B> fields{
      "bridge",
      {"上行桥 inspect-bridge 的配置", "configuration of inspect-bridge"},
      {{"agent_socket", text(&B::agent_socket, 107), standard, {"代理的控制套接字", "the agent's control socket"}},
       {"gateway",
        text(&B::gateway, 31),
        standard,
        {"网关编号;省略时向代理询问", "the gateway's id; without it the agent is asked"}},
       {"broker", table(&B::broker, broker_fields()), required, {"中心的服务器", "the centre's broker"}},
       {"resend_after_ms",
        integer(&B::resend_after, 100, 10 * minute_ms),
        standard,
        {"多久没有回执就重发(至少三倍往返时间)", "sends again without a receipt after this, or 3 usual round trips"}},
       {"log_level",
        choice(
            &B::log_level,
            std::vector<Word<std::string>>{{"debug", "debug"}, {"info", "info"}, {"warn", "warn"}, {"error", "error"}}),
        standard,
        {"日志级别", "how much is logged"}}}};
  return fields;
}

void check(const BridgeConfig& config, const Node& document, Problems& problems) {
  const auto* gateway = document.find("gateway");
  if (gateway != nullptr && !config.gateway.empty() && !messages::is_gateway_id(config.gateway)) {
    problems.add(gateway->place,
                 {"\"{1}\" 不是网关编号；用 3 到 31 个 a–z、0–9 和 -",
                  "\"{1}\" is no gateway's id; use 3 to 31 of a–z, 0–9 and -"},
                 {config.gateway});
  }
  const auto* broker = document.find("broker");
  if (broker == nullptr) return;
  const auto& ours = config.broker;
  if (!ours.tls && !ours.plain) {
    problems.add(broker->place, {"缺少 [broker.tls]；请补上，代理在本机时可写 plain = true",
                                 "no [broker.tls]; add it, or say plain = true for a broker on this machine"});
  }
  if (ours.tls && ours.plain) {
    problems.add(broker->place,
                 {"[broker.tls] 和 plain = true 只能留一个", "both [broker.tls] and plain = true; keep one"});
  }
  if (ours.retry_least > ours.retry_most) {
    problems.add(broker->place,
                 {"retry_least_ms 大于 retry_most_ms；请对调", "retry_least_ms is over retry_most_ms; exchange them"});
  }
}

void check_readable(const Text& what, const std::string& path, Problems& problems) {
  if (path.empty() || ::access(path.c_str(), R_OK) == 0) return;
  problems.add(
      {}, {"{1} {2} 读不了；请放好，并让本用户可读", "{1} {2} cannot be read; put it there, readable by this user"},
      {what, path});
}

}  // namespace

std::optional<BridgeConfig> parse_config(const std::string& bytes, Problems& problems) {
  BridgeConfig config;
  if (const auto document = parse_document(bytes, problems)) {
    bridge_fields().read(*document, config, problems);
    if (problems.empty()) check(config, *document, problems);
  }
  return problems.empty() ? std::optional(std::move(config)) : std::nullopt;
}

std::optional<BridgeConfig> load_config(Problems& problems) {
  const auto bytes = read_file(problems.file(), problems);
  return bytes ? parse_config(*bytes, problems) : std::nullopt;
}

void check_files(const BridgeConfig& config, Problems& problems) {
  const auto& broker = config.broker;
  if (broker.tls) {
    check_readable({"CA 证书", "the authority's certificate"}, broker.tls->ca, problems);
    check_readable({"网关证书", "the gateway's certificate"}, broker.tls->certificate, problems);
    check_readable({"私钥", "the private key"}, broker.tls->key, problems);
    struct stat key {};
    if (::stat(broker.tls->key.c_str(), &key) == 0 && (key.st_mode & 077U) != 0) {
      problems.add({},
                   {"私钥 {1} 可被他人读取；请运行：chmod 600 {1}",
                    "the private key {1} can be read by others; run: chmod 600 {1}"},
                   {broker.tls->key});
    }
  }
  check_readable({"密码文件", "the password file"}, broker.password_file, problems);
}

std::string config_reference() {
  std::vector<ObjectDoc> objects;
  bridge_fields().describe(objects);
  return markdown(objects);
}

}  // namespace inspect::bridge
