// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "spice/ack_window.hpp"
#include "spice/messages.hpp"
#include "spice/output.hpp"
#include "spice/parse.hpp"
#include "spice/trouble.hpp"
#include "spice/wire.hpp"

namespace pierglass::spice {

// One message of the server.
struct Received {
  MessageHeader header;
  std::span<const std::byte> kept;  // the body's start; until the next call of Stream::next()
};

// The two directions of one channel's connection, without the connection: bytes in, messages out,
// and the other way round. Begins by itself, proves itself with the password, and from then on cuts
// messages out of what comes. Never more than one message is kept, and of that only the start.
class Stream {
 public:
  // What a server has not taken yet; more than a minute of wild typing.
  static constexpr std::size_t kMaxWaiting = 65'536;

  struct Opening {
    ChannelKind kind = ChannelKind::Main;
    std::uint8_t id = 0;
    std::uint32_t session = 0;  // of the main channel's INIT; 0 on the main channel itself
  };
  // `password` was checked by check_password().
  Stream(Opening opening, std::string_view password);

  // Takes bytes off the front of `rest` up to the end of a message, and gives that; none when all
  // are taken. Errors, after which nothing may follow: as of parse.hpp, and Corrupt for a key that
  // is none.
  Result<std::optional<Received>> next(std::span<const std::byte>& rest);

  // Nothing is lost unless overflowed(); then the connection is to be given up.
  void send(const Packet& message);
  [[nodiscard]] bool overflowed() const { return overflowed_; }

  // What is to be written to the connection.
  [[nodiscard]] std::span<const std::byte> waiting() const { return output_.waiting(); }
  void drop_sent(std::size_t count) { output_.drop(count); }

  // Answers for both kinds of channel.
  void answer(const SetAck& set_ack);
  void answer(const Ping& ping);

  [[nodiscard]] Phase phase() const;
  // Those of send(); not the link's words.
  [[nodiscard]] std::uint64_t sent_messages() const { return sent_messages_; }

 private:
  enum class Stage : std::uint8_t { Magic, LinkHeader, LinkReply, TicketResult, Header, Body };

  void expect(Stage stage, std::size_t bytes);
  void fill(std::span<const std::byte>& rest);
  Result<std::optional<Received>> advance();
  Result<void> prove();
  Result<std::optional<Received>> begin_body();
  Received end_body();
  template <std::size_t N>
  [[nodiscard]] std::span<const std::byte, N> first() const {
    return std::span(buffer_).template first<N>();
  }

  std::string password_;
  Stage stage_ = Stage::Magic;
  std::size_t needed_ = kMagicBytes;  // bytes of this stage, in the buffer
  std::size_t have_ = 0;
  std::size_t skip_ = 0;  // of the body, behind those
  MessageHeader header_;
  AckWindow acks_;
  Output output_;
  bool overflowed_ = false;
  std::uint64_t sent_messages_ = 0;
  std::array<std::byte, kMaxLinkBytes> buffer_;  // the first have_ are set
};

}  // namespace pierglass::spice
