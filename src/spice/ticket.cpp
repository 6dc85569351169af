// SPDX-License-Identifier: GPL-2.0-or-later
#include "spice/ticket.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <spice/protocol.h>

#include <algorithm>

#include "base/handle.hpp"

namespace pierglass::spice {
namespace {

static_assert(kMaxPasswordBytes == SPICE_MAX_PASSWORD_LENGTH);
static_assert(kTicketBytes == sizeof(SpiceLinkEncryptedTicket));

struct KeyTraits {
  using Value = EVP_PKEY*;
  static constexpr Value invalid() { return nullptr; }
  static void close(Value key) noexcept { EVP_PKEY_free(key); }
};
struct ContextTraits {
  using Value = EVP_PKEY_CTX*;
  static constexpr Value invalid() { return nullptr; }
  static void close(Value context) noexcept { EVP_PKEY_CTX_free(context); }
};

// The thread's list of OpenSSL errors is empty again afterwards.
class NoErrorsLeft {
 public:
  NoErrorsLeft() = default;
  NoErrorsLeft(const NoErrorsLeft&) = delete;
  NoErrorsLeft& operator=(const NoErrorsLeft&) = delete;
  ~NoErrorsLeft() { ERR_clear_error(); }
};

Result<Handle<KeyTraits>> read_key(const PublicKey& bytes) {
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  Handle<KeyTraits> key(d2i_PUBKEY(nullptr, &at, static_cast<long>(bytes.size())));
  const bool good = key && EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_RSA &&
                    EVP_PKEY_get_bits(key.get()) == SPICE_TICKET_KEY_PAIR_LENGTH;
  if (!good) return fail(ErrorCode::Corrupt, "the SPICE server's key");
  return key;
}

}  // namespace

Result<void> check_password(std::string_view password) {
  if (password.size() > kMaxPasswordBytes) {
    return fail(ErrorCode::InvalidArgument, "a SPICE password of more than 60 bytes",
                password.size(), kMaxPasswordBytes);
  }
  if (password.find('\0') != std::string_view::npos)
    return fail(ErrorCode::InvalidArgument, "a SPICE password with a zero byte");
  return {};
}

Result<Ticket> encrypt_ticket(const PublicKey& key, std::string_view password) {
  TRY(check_password(password));
  const NoErrorsLeft no_errors_left;
  const Handle<KeyTraits> rsa = TRY(read_key(key));
  const Handle<ContextTraits> context(EVP_PKEY_CTX_new(rsa.get(), nullptr));
  std::array<unsigned char, kMaxPasswordBytes + 1> plain{};  // with the zero at its end
  std::ranges::copy(password, plain.begin());
  Ticket out;
  std::size_t size = out.size();
  // OAEP's default hash, for its mask too, is SHA-1.
  const bool good = context && EVP_PKEY_encrypt_init(context.get()) == 1 &&
                    EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_OAEP_PADDING) == 1 &&
                    EVP_PKEY_encrypt(context.get(), reinterpret_cast<unsigned char*>(out.data()),
                                     &size, plain.data(), password.size() + 1) == 1 &&
                    size == out.size();
  OPENSSL_cleanse(plain.data(), plain.size());
  if (!good) return fail(ErrorCode::Corrupt, "the SPICE server's key");
  return out;
}

}  // namespace pierglass::spice
