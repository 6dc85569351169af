// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <variant>

#include "base/result.hpp"
#include "spice/messages.hpp"
#include "spice/parse.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/require.hpp"

namespace pierglass::fuzz {

// A message as a stream hands it over. The body's start ends where its heap block does.
struct FuzzMessage {
  explicit FuzzMessage(Input input) {
    header.type = input.take<std::uint16_t>();
    const auto beyond = input.take<std::uint16_t>();
    std::array<std::byte, spice::kMaxKeptBytes> bytes;
    while (!input.empty() && kept < bytes.size()) bytes[kept++] = input.take<std::byte>();
    // Only what is longer than the kept start has more than it.
    header.size = static_cast<std::uint32_t>(kept) + (kept == bytes.size() ? beyond : 0);
    body = std::make_unique<std::byte[]>(kept);
    std::copy_n(bytes.begin(), kept, body.get());
  }

  [[nodiscard]] std::span<const std::byte> span() const { return {body.get(), kept}; }

  // A little-endian number; bytes that are not there are zero.
  [[nodiscard]] std::uint64_t number(std::size_t at, std::size_t bytes) const {
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < bytes && at + i < kept; ++i)
      out |= std::to_integer<std::uint64_t>(body[at + i]) << (8 * i);
    return out;
  }

  spice::MessageHeader header;
  std::size_t kept = 0;
  std::unique_ptr<std::byte[]> body;
};

// What both channels have.
template <typename Message>
void check_common(const FuzzMessage& message, const Result<Message>& out) {
  const std::uint32_t size = message.header.size;
  switch (message.header.type) {
    case 3:
      require(out.has_value() == (size >= 8), "SET_ACK");
      if (out) {
        require(std::get<spice::SetAck>(*out).generation == message.number(0, 4), "generation");
        require(std::get<spice::SetAck>(*out).window == message.number(4, 4), "window");
      }
      return;
    case 4:
      require(out.has_value() == (size >= 12), "PING");
      if (out) {
        require(std::get<spice::Ping>(*out).id == message.number(0, 4), "id");
        require(std::get<spice::Ping>(*out).time == message.number(4, 8), "time");
      }
      return;
    case 6:
      require(out.has_value() == (size >= 12), "DISCONNECTING");
      if (out)
        require(std::get<spice::Disconnecting>(*out).reason == message.number(8, 4), "reason");
      return;
    default:
      require(out && std::holds_alternative<spice::Ignored>(*out), "the unknown is ignored");
  }
}

}  // namespace pierglass::fuzz
