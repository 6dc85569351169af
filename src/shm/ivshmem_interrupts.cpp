// SPDX-License-Identifier: GPL-2.0-or-later
#include "shm/ivshmem_interrupts.hpp"

#include <bit>

namespace pierglass::shm {

std::optional<IvshmemRing> make_ring(const IvshmemInterrupts& own, std::uint32_t peer,
                                     std::uint32_t vector) {
  constexpr std::uint32_t kHighestPeer = 0xffff;
  if (peer > kHighestPeer || vector >= own.vectors()) return std::nullopt;
  return IvshmemRing{.peer = static_cast<std::uint16_t>(peer),
                     .vector = static_cast<std::uint16_t>(vector)};
}

Result<void> IvshmemRegistrations::take(const IvshmemInterrupts& own, std::uint32_t vector) {
  if (vector >= own.vectors())
    return fail(ErrorCode::Unsupported, "IVSHMEM interrupt", vector, own.vectors());
  const std::uint64_t bit = std::uint64_t{1} << vector;
  if ((taken_ & bit) != 0) return fail(ErrorCode::Busy, "IVSHMEM interrupt", vector);
  if (static_cast<std::uint32_t>(std::popcount(taken_)) >= kMost)
    return fail(ErrorCode::TooLarge, "IVSHMEM registrations", kMost + 1, kMost);
  taken_ |= bit;
  return {};
}

}  // namespace pierglass::shm
