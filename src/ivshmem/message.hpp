// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/fd.hpp"
#include "base/result.hpp"

// QEMU's "ivshmem client-server" protocol over a Unix stream socket (docs/specs/ivshmem-spec): only
// the server speaks; each message is a number, and perhaps a descriptor.
namespace pierglass::ivshmem {

inline constexpr std::int64_t kProtocolVersion = 0;  // first message
inline constexpr std::int64_t kMemory = -1;          // with the descriptor of the shared memory
inline constexpr std::size_t kMessageBytes = 8;      // little-endian

using PeerId = std::uint16_t;
inline constexpr std::int64_t kMaxPeerId = 65535;
// More interrupts than this for one peer are nonsense: drivers go to 64.
inline constexpr std::size_t kMaxVectors = 64;
// Of one virtual machine: our server has no more, and our peers believe no more.
inline constexpr std::size_t kMaxPeers = 256;
// All peers' interrupts together; below half of what a program may usually open.
inline constexpr std::size_t kMaxEventFds = 448;

struct Message {
  std::int64_t value = 0;
  Fd descriptor;  // close-on-exec; empty: none came
};

// Sends one message; never blocks, no SIGPIPE. Busy: the peer does not read and its buffer is full.
// Lost: it is gone. A message goes whole or not at all.
Result<void> send_message(int socket, std::int64_t value, int descriptor = -1);

// Puts messages together from what a server sends, in whatever pieces.
class MessageReader {
 public:
  // One whole message, or nothing when there is none yet (never blocks). Lost: the server closed
  // the connection. Corrupt: two descriptors for one message, or control data that is none.
  Result<std::optional<Message>> next(int socket);

 private:
  std::byte bytes_[kMessageBytes] = {};
  std::size_t filled_ = 0;
  Fd descriptor_;
};

}  // namespace pierglass::ivshmem
