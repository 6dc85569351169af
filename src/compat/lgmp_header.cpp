// SPDX-License-Identifier: GPL-2.0-or-later
#include "compat/lgmp_header.hpp"

#include <sys/random.h>

#include <algorithm>

#include "base/checked.hpp"
#include "base/clock.hpp"
#include "compat/shared_words.hpp"

namespace pierglass::compat {
namespace {

std::uint32_t random_id() {
  std::uint32_t id = 0;
  if (getrandom(&id, sizeof id, GRND_NONBLOCK) != sizeof id) {
    id = static_cast<std::uint32_t>(HostClock::now().time_since_epoch().count());
  }
  return std::max(id, 1u);
}

}  // namespace

std::optional<LgmpHeader> read_lgmp_header(std::span<std::byte> memory, const LgmpLayout& layout) {
  const LgmpHeaderLayout& header = layout.header;
  if (memory.size() < header.bytes) return std::nullopt;
  const SharedWords words(memory);
  if (words.load32(header.magic) != kLgmpMagic) return std::nullopt;
  const LgmpHeader found{.version = words.load32(header.version),
                         .session = words.load32(header.session),
                         .timestamp = words.load64(header.timestamp)};
  const bool replaced = header.foreign_timestamp != 0 &&
                        found.timestamp == header.foreign_timestamp &&
                        found.version == layout.version;
  if (replaced) return std::nullopt;
  return found;
}

Result<std::vector<std::byte>> copy_user_data(std::span<std::byte> memory, const LgmpLayout& layout,
                                              std::uint32_t limit) {
  const LgmpHeaderLayout& header = layout.header;
  if (memory.size() < header.bytes) {
    return fail(ErrorCode::Corrupt, "LGMP header", memory.size(), header.bytes);
  }
  const std::uint32_t bytes = SharedWords(memory).load32(header.user_size);
  if (bytes > limit || !range_fits(header.user_data, bytes, memory.size())) {
    return fail(ErrorCode::Corrupt, "LGMP user data size", bytes, limit);
  }
  std::vector<std::byte> copy(bytes);
  if (bytes != 0) read_shared(copy.data(), memory.data() + header.user_data, bytes);
  return copy;
}

std::uint32_t choose_client_id(std::span<std::byte> memory, const LgmpLayout& layout) {
  const std::uint32_t next = layout.header.next_client_id;
  if (next == 0 || memory.size() < layout.header.bytes) return random_id();
  SharedWords words(memory);
  const std::uint32_t id = words.add32(next, 1) + 1;
  return id != 0 ? id : std::max(words.add32(next, 1) + 1, 1u);
}

}  // namespace pierglass::compat
