#include "cloud-bridge/mqtt/paho_link.hpp"

#include <mqtt/async_client.h>

#include <fstream>

namespace inspect::bridge {

namespace {

constexpr std::uint32_t largest_packet = 128 * 1024;
constexpr std::size_t default_receive_maximum = 65535;  // MQTT 5, 3.2.2.3.3: when the broker names none
constexpr int first_refusal = 0x80;
constexpr int session_taken_over = 0x8E;

std::string uri(const MqttOptions& options) {
  const bool v6 = options.host.find(':') != std::string::npos;
  return (options.tls ? "ssl://" : "tcp://") + (v6 ? '[' + options.host + ']' : options.host) + ':' +
         std::to_string(options.port);
}

/// Context 0 is the connection itself; everything else is the caller's id.
void* context_of(std::uint64_t id) {
  return reinterpret_cast<void*>(static_cast<std::uintptr_t>(id));  // NOLINT(performance-no-int-to-ptr): never followed
}
std::uint64_t id_of(const mqtt::token& token) { return reinterpret_cast<std::uintptr_t>(token.get_user_context()); }

Error refusal(int reason) {
  const auto text =
      "the broker refused: " + mqtt::exception::reason_code_str(reason) + " (" + std::to_string(reason) + ')';
  switch (reason) {
    case 0x87: return fail(Errc::not_permitted, text);
    case 0x95:
    case 0x90:
    case 0x99: return fail(Errc::malformed, text);
    default: return fail(Errc::device_busy, text);
  }
}

Error failure(const mqtt::token& token) {
  const int reason = token.get_reason_code();
  if (reason >= first_refusal) return refusal(reason);
  return fail(Errc::unreachable, "library error " + std::to_string(token.get_return_code()));
}

/// What the broker says when it closes the connection.
LinkEnd farewell(int reason) {
  const auto number = " (" + std::to_string(reason) + ')';
  if (reason == session_taken_over) {
    return {"session taken over" + number +
                ": another client connects with this identity; has a second gateway the same id?",
            true};
  }
  return {"the broker closed the connection: " + mqtt::exception::reason_code_str(reason) + number};
}

/// The library's calls throw; a thrown publish was not sent.
template <class Call>
Result<void> guarded(Call call) {
  try {
    call();
    return {};
  } catch (const mqtt::exception& problem) {
    return fail(Errc::unreachable,
                "library error " + std::to_string(problem.get_return_code()) + ": " + problem.what());
  } catch (const std::exception& problem) {
    return fail(Errc::unreachable, problem.what());
  }
}

std::string first_line(const std::string& file) {
  std::ifstream in(file);
  std::string line;
  std::getline(in, line);
  return line;
}

}  // namespace

struct PahoLink::Handle final : mqtt::iaction_listener {
  Handle(const MqttOptions& options, LinkEvents tell)
      : events(std::move(tell)), creation(MQTTVERSION_5), client(uri(options), options.client_id, creation, nullptr) {
    fill(options);
    client.set_connection_lost_handler([this](const std::string& cause) {
      events.lost({cause.empty() ? "connection lost" : "connection lost: " + cause});
    });
    client.set_disconnected_handler(
        [this](const mqtt::properties&, mqtt::ReasonCode reason) { events.lost(farewell(static_cast<int>(reason))); });
    client.set_message_callback([this](const mqtt::const_message_ptr& message) {
      if (!message) return;
      events.arrived({message->get_topic(), message->to_string(), message->is_retained()});
    });
  }

  /// The options are filled in place and stay where they are: copies of them point into each other.
  void fill(const MqttOptions& options) {
    connection.set_mqtt_version(MQTTVERSION_5);
    connection.set_clean_start(options.clean_start);
    connection.set_keep_alive_interval(options.keep_alive);
    connection.set_connect_timeout(std::chrono::ceil<std::chrono::seconds>(options.connect_limit));
    connection.set_automatic_reconnect(false);
    // The window is ours; the library's own limit is put out of the way, for it sleeps a second when it is reached.
    connection.set_max_inflight(static_cast<int>(default_receive_maximum));
    if (!options.username.empty()) connection.set_user_name(options.username);
    if (!options.password_file.empty()) connection.set_password(first_line(options.password_file));
    mqtt::properties properties;
    properties.add({mqtt::property::SESSION_EXPIRY_INTERVAL, static_cast<int>(options.session_expiry.count())});
    properties.add({mqtt::property::MAXIMUM_PACKET_SIZE, static_cast<int>(largest_packet)});
    connection.set_properties(std::move(properties));
    if (options.will) {
      connection.set_will(mqtt::will_options(options.will->topic, options.will->payload, 1, options.will->retained));
    }
    if (options.tls) secure(*options.tls);
  }

  void secure(const TlsFiles& files) {
    tls.set_trust_store(files.ca);
    if (!files.certificate.empty()) tls.set_key_store(files.certificate);
    if (!files.key.empty()) tls.set_private_key(files.key);
    tls.set_enable_server_cert_auth(true);
    tls.set_verify(true);
    // No error handler: the library keeps a pointer to a copy of these options that ends with connect().
    connection.set_ssl(tls);
    encrypted = true;
  }

  void on_success(const mqtt::token& token) override {
    const auto id = id_of(token);
    const int reason = token.get_reason_code();
    if (id == 0) return told_connected(token);
    if (reason >= first_refusal) return events.completed(id, refusal(reason));
    events.completed(id, {});
  }

  void on_failure(const mqtt::token& token) override {
    const auto id = id_of(token);
    auto error = failure(token);
    if (id != 0) return events.completed(id, std::move(error));
    // The library's code does not tell TLS from TCP trouble.
    if (encrypted && token.get_return_code() == MQTTASYNC_FAILURE) {
      error.message += ": no connection, or no trust: look at host, port, certificates and clock";
    }
    events.connected(std::move(error));
  }

  void told_connected(const mqtt::token& token) {
    std::size_t maximum = default_receive_maximum;
    try {
      const auto response = token.get_connect_response();
      const auto& properties = response.get_properties();
      if (properties.contains(mqtt::property::RECEIVE_MAXIMUM)) {
        maximum = mqtt::get<std::uint16_t>(properties, mqtt::property::RECEIVE_MAXIMUM);
      }
    } catch (const std::exception& problem) {
      return events.connected(fail(Errc::unreachable, problem.what()));
    }
    events.connected(std::max<std::size_t>(1, maximum));
  }

  LinkEvents events;
  bool encrypted = false;
  mqtt::create_options creation;
  mqtt::ssl_options tls;
  mqtt::connect_options connection;
  mqtt::async_client client;  ///< last: it ends first, while everything it points to is still there
};

PahoLink::PahoLink(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
PahoLink::~PahoLink() = default;

Result<std::unique_ptr<PahoLink>> PahoLink::open(const MqttOptions& options, LinkEvents events) {
  std::unique_ptr<PahoLink> link;
  const auto opened = guarded([&] {
    auto handle = std::make_unique<Handle>(options, std::move(events));
    link.reset(new PahoLink(std::move(handle)));
    auto& held = *link->handle_;
    held.client.connect(held.connection, context_of(0), held);
  });
  if (!opened) return opened.error();
  return link;
}

Result<void> PahoLink::publish(std::uint64_t id, const MqttMessage& message) {
  return guarded([&] {
    auto packet = mqtt::make_message(message.topic, message.payload, 1, message.retained);
    handle_->client.publish(std::move(packet), context_of(id), *handle_);
  });
}

Result<void> PahoLink::subscribe(std::uint64_t id, const std::string& filter) {
  return guarded([&] { handle_->client.subscribe(filter, 1, context_of(id), *handle_); });
}

Result<void> PahoLink::goodbye(std::uint64_t id) {
  return guarded([&] { handle_->client.disconnect(500, context_of(id), *handle_); });
}

}  // namespace inspect::bridge
