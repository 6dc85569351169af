// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// A SPICE server's side of the wire, written from the protocol's description and not with the
// client's own code, so that each checks the other.
namespace pierglass::test {

using Bytes = std::vector<std::byte>;

template <std::integral T>
void put(Bytes& to, T value) {
  std::array<std::byte, sizeof value> bytes;
  for (std::size_t i = 0; i < sizeof value; ++i)
    bytes[i] = static_cast<std::byte>(static_cast<std::uint64_t>(value) >> (8 * i));
  to.insert(to.end(), bytes.begin(), bytes.end());
}

// A mini header and these fields.
template <std::integral... Fields>
Bytes spice_message(std::uint16_t type, Fields... fields) {
  constexpr std::size_t kBody = (sizeof(Fields) + ... + 0);
  Bytes out;
  out.reserve(sizeof type + sizeof(std::uint32_t) + kBody);
  put(out, type);
  put(out, static_cast<std::uint32_t>(kBody));
  (put(out, fields), ...);
  return out;
}

Bytes joined(std::span<const Bytes> parts);

// An RSA key of 1024 bits, made once, and what it decrypts.
std::span<const std::byte> spice_public_key();
std::optional<std::string> spice_decrypt(std::span<const std::byte> ticket);

struct LinkAnswer {
  std::uint32_t magic = 0x51444552;  // "REDQ"
  std::uint32_t major = 2;
  std::optional<std::uint32_t> size;  // else the right one
  std::uint32_t error = 0;
  std::uint32_t common_words = 1;
  std::uint32_t channel_words = 1;
  std::uint32_t caps_offset = 178;
  std::uint32_t common_caps = 0x0B;
};
Bytes link_answer(const LinkAnswer& answer = {});
Bytes ticket_answer(std::uint32_t error = 0);

Bytes main_init(std::uint32_t session = 7, std::uint32_t modes = 3, std::uint32_t mode = 1);
Bytes channels_list();
Bytes name_message(std::string_view name, std::uint32_t length);
Bytes inputs_init(std::uint16_t locks = 0);

// What a client sent: its link, its ticket, then its messages, each of the size that it has to
// have.
struct ClientMessage {
  std::uint16_t type = 0;
  Bytes body;
  friend bool operator==(const ClientMessage&, const ClientMessage&) = default;
};
class ClientBytes {
 public:
  explicit ClientBytes(bool main) : main_(main) {}

  // False, for ever, when what came is not what a client may say.
  bool take(std::span<const std::byte> bytes);
  [[nodiscard]] bool linked() const { return stage_ != Stage::Link; }
  [[nodiscard]] bool proved() const { return stage_ == Stage::Messages; }
  [[nodiscard]] std::uint32_t session() const { return session_; }
  [[nodiscard]] const Bytes& ticket() const { return ticket_; }
  // Whole messages since the last call.
  std::vector<ClientMessage> messages();
  // No half message is left.
  [[nodiscard]] bool whole() const { return bytes_.empty(); }

 private:
  enum class Stage : std::uint8_t { Link, Ticket, Messages };
  bool step(bool& progress);
  bool take_link();
  bool take_message(bool& progress);
  [[nodiscard]] std::optional<std::size_t> body_size(std::uint16_t type) const;
  [[nodiscard]] std::uint32_t word(std::size_t at) const;
  void drop(std::size_t count);

  bool main_;
  bool bad_ = false;
  Stage stage_ = Stage::Link;
  std::uint32_t session_ = 0;
  Bytes ticket_;
  Bytes bytes_;
  std::vector<ClientMessage> messages_;
};

}  // namespace pierglass::test
