// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/spice_bytes.hpp"

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <cstdlib>
#include <utility>

namespace pierglass::test {
namespace {

constexpr std::size_t kLinkBytes = 16 + 18 + 8;
constexpr std::size_t kTicketBytes = 4 + 128;

EVP_PKEY* key_pair() {
  static EVP_PKEY* const key = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{1024});
  return key;
}

}  // namespace

Bytes joined(std::span<const Bytes> parts) {
  Bytes out;
  for (const Bytes& part : parts) out.insert(out.end(), part.begin(), part.end());
  return out;
}

std::span<const std::byte> spice_public_key() {
  static const Bytes key = [] {
    unsigned char* der = nullptr;
    const int size = i2d_PUBKEY(key_pair(), &der);
    if (size != 162) std::abort();
    const auto* bytes = reinterpret_cast<const std::byte*>(der);
    Bytes out(bytes, bytes + size);
    OPENSSL_free(der);
    return out;
  }();
  return key;
}

std::optional<std::string> spice_decrypt(std::span<const std::byte> ticket) {
  EVP_PKEY_CTX* context = EVP_PKEY_CTX_new(key_pair(), nullptr);
  std::array<unsigned char, 128> plain{};
  std::size_t size = plain.size();
  const bool good =
      EVP_PKEY_decrypt_init(context) == 1 &&
      EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
      EVP_PKEY_decrypt(context, plain.data(), &size,
                       reinterpret_cast<const unsigned char*>(ticket.data()), ticket.size()) == 1;
  EVP_PKEY_CTX_free(context);
  if (!good) return std::nullopt;
  return std::string(plain.begin(), plain.begin() + static_cast<std::ptrdiff_t>(size));
}

Bytes link_answer(const LinkAnswer& answer) {
  Bytes body;
  put(body, answer.error);
  const auto key = spice_public_key();
  body.insert(body.end(), key.begin(), key.end());
  put(body, answer.common_words);
  put(body, answer.channel_words);
  put(body, answer.caps_offset);
  put(body, answer.common_caps);
  put(body, std::uint32_t{0});
  Bytes out;
  put(out, answer.magic);
  put(out, answer.major);
  put(out, std::uint32_t{2});
  put(out, answer.size.value_or(static_cast<std::uint32_t>(body.size())));
  out.insert(out.end(), body.begin(), body.end());
  return out;
}

Bytes ticket_answer(std::uint32_t error) {
  Bytes out;
  put(out, error);
  return out;
}

Bytes main_init(std::uint32_t session, std::uint32_t modes, std::uint32_t mode) {
  constexpr std::uint32_t kNone = 0;
  return spice_message(103, session, std::uint32_t{1}, modes, mode, kNone, kNone, kNone, kNone);
}

Bytes channels_list() {
  return spice_message(104, std::uint32_t{3}, std::uint8_t{2}, std::uint8_t{0}, std::uint8_t{3},
                       std::uint8_t{0}, std::uint8_t{4}, std::uint8_t{0});
}

Bytes name_message(std::string_view name, std::uint32_t length) {
  Bytes out;
  put(out, std::uint16_t{113});
  put(out, static_cast<std::uint32_t>(4 + name.size()));
  put(out, length);
  for (const char letter : name) out.push_back(static_cast<std::byte>(letter));
  return out;
}

Bytes inputs_init(std::uint16_t locks) {
  return spice_message(101, locks);
}

std::uint32_t ClientBytes::word(std::size_t at) const {
  std::uint32_t out = 0;
  for (std::size_t i = 0; i < 4; ++i) out |= static_cast<std::uint32_t>(bytes_[at + i]) << (8 * i);
  return out;
}

void ClientBytes::drop(std::size_t count) {
  bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(count));
}

bool ClientBytes::take(std::span<const std::byte> bytes) {
  bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  for (bool progress = true; progress && !bad_;) {
    progress = false;
    bad_ = !step(progress);
  }
  return !bad_;
}

bool ClientBytes::step(bool& progress) {
  switch (stage_) {
    case Stage::Link:
      if (bytes_.size() < kLinkBytes) return true;
      progress = true;
      return take_link();
    case Stage::Ticket:
      if (bytes_.size() < kTicketBytes) return true;
      if (word(0) != 1) return false;
      ticket_.assign(bytes_.begin() + 4, bytes_.begin() + kTicketBytes);
      drop(kTicketBytes);
      stage_ = Stage::Messages;
      progress = true;
      return true;
    case Stage::Messages:
      return take_message(progress);
  }
  std::unreachable();
}

bool ClientBytes::take_link() {
  const bool header = word(0) == 0x51444552 && word(4) == 2 && word(8) == 2 && word(12) == 26;
  const bool channel = std::to_integer<int>(bytes_[20]) == (main_ ? 1 : 3);
  const bool caps = word(22) == 1 && word(26) == 1 && word(30) == 18 && word(34) == 0x0B;
  session_ = word(16);
  drop(kLinkBytes);
  stage_ = Stage::Ticket;
  return header && channel && caps;
}

std::optional<std::size_t> ClientBytes::body_size(std::uint16_t type) const {
  switch (type) {
    case 1:
      return 4;
    case 2:
      return 0;
    case 3:
      return 12;
    default:
      break;
  }
  if (main_) {
    if (type == 104) return 0;
    if (type == 105) return 2;
    return std::nullopt;
  }
  switch (type) {
    case 101:
    case 102:
      return 4;
    case 103:
      return 2;
    case 111:
      return 10;
    case 112:
      return 11;
    case 113:
    case 114:
      return 3;
    default:
      return std::nullopt;
  }
}

bool ClientBytes::take_message(bool& progress) {
  if (bytes_.size() < 6) return true;
  ClientMessage message;
  message.type = static_cast<std::uint16_t>(word(0) & 0xffff);
  const std::uint32_t size = word(2);
  if (body_size(message.type) != size) return false;
  if (bytes_.size() < 6 + size) return true;
  message.body.assign(bytes_.begin() + 6, bytes_.begin() + 6 + size);
  drop(6 + size);
  messages_.push_back(std::move(message));
  progress = true;
  return true;
}

std::vector<ClientMessage> ClientBytes::messages() {
  return std::exchange(messages_, {});
}

}  // namespace pierglass::test
