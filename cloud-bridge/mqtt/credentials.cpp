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

Error unusable(const std::string& file, const std::string& why) {
  return fail(Errc::invalid_argument, file + " " + why);
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
Result<Certificate> read_chain(const std::string& path, Chain& between) {
  const auto file = opened(path);
  if (!file) return unusable(path, "cannot be read; put it there, readable by this user");
  Certificate own(PEM_read_X509(file.get(), nullptr, no_passphrase, nullptr));
  if (!own) return unusable(path, "holds no certificate in PEM; copy it again");
  while (auto* next = PEM_read_X509(file.get(), nullptr, no_passphrase, nullptr)) sk_X509_push(between.get(), next);
  return own;
}

Result<void> check_key(const std::string& path, const TlsFiles& files, X509& own) {
  const auto file = opened(path);
  if (!file) return unusable(path, "cannot be read; put it there, readable by this user");
  const PrivateKey key(PEM_read_PrivateKey(file.get(), nullptr, no_passphrase, nullptr));
  if (!key) return unusable(path, "holds no private key in PEM, or one with a passphrase; copy it again, without one");
  if (X509_check_private_key(&own, key.get()) == 1) return {};
  return unusable(path, "is not the key of " + files.certificate + "; copy both again, they are made together");
}

Result<void> check_signature(const TlsFiles& files, X509& own, Chain& between) {
  const Store trusted(X509_STORE_new());
  if (X509_STORE_load_file(trusted.get(), files.ca.c_str()) != 1) {
    return unusable(files.ca, "holds no certificate in PEM, or cannot be read; copy the authority's again");
  }
  const Verification verification(X509_STORE_CTX_new());
  X509_STORE_CTX_init(verification.get(), trusted.get(), &own, between.get());
  X509_STORE_CTX_set_purpose(verification.get(), X509_PURPOSE_SSL_CLIENT);
  X509_STORE_CTX_set_flags(verification.get(), X509_V_FLAG_NO_CHECK_TIME);
  if (X509_verify_cert(verification.get()) == 1) return {};
  const int why = X509_STORE_CTX_get_error(verification.get());
  if (why == X509_V_ERR_INVALID_PURPOSE) {
    return unusable(files.certificate, "is no certificate of a client; is it the broker's?");
  }
  return unusable(files.certificate, "was not signed by the authority in " + files.ca + " (" +
                                         X509_verify_cert_error_string(why) +
                                         "); it comes from another centre, or the authority is an older one");
}

}  // namespace

Result<Credentials> read_credentials(const TlsFiles& files) {
  Chain between(sk_X509_new_null());
  const auto own = read_chain(files.certificate, between);
  if (!own) return own.error();
  if (auto good = check_key(files.key, files, **own); !good) return good.error();
  if (auto good = check_signature(files, **own, between); !good) return good.error();
  return Credentials{common_name(**own), time_of(X509_get0_notBefore(own->get())),
                     time_of(X509_get0_notAfter(own->get()))};
}

std::optional<std::string> objection(const Credentials& held, WallTime now, std::string_view name) {
  if (!name.empty() && held.common_name != name) {
    return "the certificate is that of \"" + held.common_name + "\", and this is \"" + std::string(name) +
           "\": it needs its own";
  }
  if (now >= held.until) return "the certificate ended on " + day_of(held.until) + ": it needs a new one";
  if (now < held.from) {
    return "the certificate begins on " + day_of(held.from) + ", and this machine's clock says " + day_of(now) +
           ": is the clock right?";
  }
  return std::nullopt;
}

std::optional<std::string> warning(const Credentials& held, WallTime now, std::string_view name) {
  if (auto why = objection(held, now, name)) return why;
  if (now + ends_soon < held.until) return std::nullopt;
  return "the certificate ends on " + day_of(held.until) + ": bring a new one before";
}

std::string day_of(WallTime time) { return rfc3339(time).substr(0, 10); }

}  // namespace inspect::bridge
