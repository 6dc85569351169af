// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>

#include "ivshmem/message.hpp"

namespace pierglass::broker {

// Peers are counted from the first on; a peer's id is the end of its number.
using PeerNumber = std::uint64_t;

// What must outlive a broker so that no id comes twice to somebody who stays. QEMU (7.2 to 10.1 at
// least) keeps what it freed when a peer left: the same id once more, or gone twice, corrupts it.
struct IdState {
  PeerNumber next = 0;    // of the next newcomer
  PeerNumber oldest = 0;  // that any peer now here has heard of
  friend bool operator==(const IdState&, const IdState&) = default;
};

// The newcomer's id; nothing when a peer that is here may have heard of it before.
[[nodiscard]] constexpr std::optional<ivshmem::PeerId> next_id(const IdState& state) {
  if (state.next - state.oldest > ivshmem::kMaxPeerId) return std::nullopt;
  return static_cast<ivshmem::PeerId>(state.next);
}

// Somebody who is here may have that id.
[[nodiscard]] constexpr bool may_have(const IdState& state, ivshmem::PeerId id) {
  return static_cast<ivshmem::PeerId>(state.next - 1 - id) < state.next - state.oldest;
}

// The latest number below `next` with that id; wrong for an id that was not given yet.
[[nodiscard]] constexpr PeerNumber number_of(ivshmem::PeerId id, PeerNumber next) {
  return next - 1 - static_cast<ivshmem::PeerId>(next - 1 - id);
}

}  // namespace pierglass::broker
