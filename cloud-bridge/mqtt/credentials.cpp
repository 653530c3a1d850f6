#include "cloud-bridge/mqtt/credentials.hpp"

#include <openssl/pem.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <ctime>
#include <memory>

namespace inspect::bridge {

namespace {

template <auto Free>
struct Freed {
  template <class Held>
  void operator()(Held* held) const {
    Free(held);
  }
};
using Certificate = std::unique_ptr<X509, Freed<X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Store = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;
using Verification = std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>>;
using File = std::unique_ptr<std::FILE, Freed<std::fclose>>;

void free_all(STACK_OF(X509) * chain) { sk_X509_pop_free(chain, X509_free); }
using Chain = std::unique_ptr<STACK_OF(X509), Freed<free_all>>;

File opened(const std::string& path) { return File(std::fopen(path.c_str(), "re")); }

/// A service has no terminal to be asked on.
int no_passphrase(char* /*buffer*/, int /*size*/, int /*writes*/, void* /*data*/) { return -1; }

Text unusable(const std::string& file, const Text& why) { return {file + ' ' + why.zh, file + ' ' + why.en}; }

Text unreadable(const std::string& file) {
  return unusable(file, {"读不了；请放好，并让本用户可读", "cannot be read; put it there, readable by this user"});
}

/// A broken date is the beginning of time, so that the certificate counts as ended.
WallTime time_of(const ASN1_TIME* written) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(written, &parts) != 1) return {};
  return WallTime(std::chrono::seconds(::timegm(&parts)));
}

std::string common_name(const X509& certificate) {
  const auto* name = X509_get_subject_name(&certificate);
  const int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at < 0) return {};
  unsigned char* text = nullptr;
  const int size = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  if (size < 0) return {};
  std::string out(reinterpret_cast<const char*>(text), static_cast<std::size_t>(size));
  OPENSSL_free(text);
  return out;
}

/// The first certificate of the file is the holder's, those after it lead to the authority.
std::variant<Certificate, Text> read_chain(const std::string& path, Chain& between) {
  const auto file = opened(path);
  if (!file) return unreadable(path);
  Certificate own(PEM_read_X509(file.get(), nullptr, no_passphrase, nullptr));
  if (!own) {
    return unusable(path, {"中没有 PEM 证书；请重新复制", "holds no certificate in PEM; copy it again"});
  }
  while (auto* next = PEM_read_X509(file.get(), nullptr, no_passphrase, nullptr)) sk_X509_push(between.get(), next);
  return own;
}

std::optional<Text> check_key(const std::string& path, const TlsFiles& files, X509& own) {
  const auto file = opened(path);
  if (!file) return unreadable(path);
  const PrivateKey key(PEM_read_PrivateKey(file.get(), nullptr, no_passphrase, nullptr));
  if (!key) {
    return unusable(path, {"中没有 PEM 私钥，或私钥带口令；请重新复制不带口令的",
                           "holds no private key in PEM, or one with a passphrase; copy it again, without one"});
  }
  if (X509_check_private_key(&own, key.get()) == 1) return std::nullopt;
  return unusable(path, {"不是 " + files.certificate + " 的私钥；两者成对生成，请一起重新复制",
                         "is not the key of " + files.certificate + "; copy both again, they are made together"});
}

std::optional<Text> check_signature(const TlsFiles& files, X509& own, Chain& between) {
  const Store trusted(X509_STORE_new());
  if (X509_STORE_load_file(trusted.get(), files.ca.c_str()) != 1) {
    return unusable(files.ca, {"中没有 PEM 证书，或读不了；请重新复制 CA 证书",
                               "holds no certificate in PEM, or cannot be read; copy the authority's again"});
  }
  const Verification verification(X509_STORE_CTX_new());
  X509_STORE_CTX_init(verification.get(), trusted.get(), &own, between.get());
  X509_STORE_CTX_set_purpose(verification.get(), X509_PURPOSE_SSL_CLIENT);
  X509_STORE_CTX_set_flags(verification.get(), X509_V_FLAG_NO_CHECK_TIME);
  if (X509_verify_cert(verification.get()) == 1) return std::nullopt;
  const int why = X509_STORE_CTX_get_error(verification.get());
  if (why == X509_V_ERR_INVALID_PURPOSE) {
    return unusable(files.certificate,
                    {"不是客户端证书；是不是消息服务器的？", "is no certificate of a client; is it the broker's?"});
  }
  const std::string said = X509_verify_cert_error_string(why);
  return unusable(files.certificate,
                  {"不是由 " + files.ca + " 中的 CA 签发的（" + said + "）；它来自另一个中心，或该 CA 已更换",
                   "was not signed by the authority in " + files.ca + " (" + said +
                       "); it comes from another centre, or the authority is an older one"});
}

}  // namespace

std::variant<Credentials, Text> read_credentials(const TlsFiles& files) {
  Chain between(sk_X509_new_null());
  const auto read = read_chain(files.certificate, between);
  if (const auto* wrong = std::get_if<Text>(&read)) return *wrong;
  auto& own = *std::get<Certificate>(read);
  if (auto wrong = check_key(files.key, files, own)) return std::move(*wrong);
  if (auto wrong = check_signature(files, own, between)) return std::move(*wrong);
  return Credentials{common_name(own), time_of(X509_get0_notBefore(&own)), time_of(X509_get0_notAfter(&own))};
}

std::optional<Text> objection(const Credentials& held, WallTime now, std::string_view name) {
  if (!name.empty() && held.common_name != name) {
    return Text{"这是 \"" + held.common_name + "\" 的证书，而本网关是 \"" + std::string(name) + "\"：请换上它自己的",
                "the certificate is that of \"" + held.common_name + "\", and this is \"" + std::string(name) +
                    "\": it needs its own"};
  }
  if (now >= held.until) {
    return Text{"证书已于 " + day_of(held.until) + " 到期：需要新证书",
                "the certificate ended on " + day_of(held.until) + ": it needs a new one"};
  }
  if (now < held.from) {
    return Text{"证书从 " + day_of(held.from) + " 起有效，而本机时钟是 " + day_of(now) + "：时钟对吗？",
                "the certificate begins on " + day_of(held.from) + ", and this machine's clock says " + day_of(now) +
                    ": is the clock right?"};
  }
  return std::nullopt;
}

std::optional<Text> warning(const Credentials& held, WallTime now, std::string_view name) {
  if (auto why = objection(held, now, name)) return why;
  if (now + ends_soon < held.until) return std::nullopt;
  return Text{"证书将于 " + day_of(held.until) + " 到期：请提前带上新证书",
              "the certificate ends on " + day_of(held.until) + ": bring a new one before"};
}

std::string day_of(WallTime time) { return rfc3339(time).substr(0, 10); }

}  // namespace inspect::bridge
