// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/pointer_board.hpp"

namespace pierglass::app {
namespace {

constexpr std::uint64_t join(std::uint32_t low, std::uint32_t high) {
  return std::uint64_t{high} << 32 | low;
}

constexpr std::uint32_t low(std::uint64_t word) {
  return static_cast<std::uint32_t>(word);
}

constexpr std::uint32_t high(std::uint64_t word) {
  return static_cast<std::uint32_t>(word >> 32);
}

}  // namespace

void PointerBoard::write(const GuestPointer& pointer) {
  const std::uint32_t version = version_.load(std::memory_order_relaxed);
  version_.store(version + 1, std::memory_order_relaxed);
  position_.store(join(static_cast<std::uint32_t>(pointer.position.x),
                       static_cast<std::uint32_t>(pointer.position.y)),
                  std::memory_order_release);
  picture_.store(join(pointer.picture.width, pointer.picture.height), std::memory_order_release);
  visible_.store(pointer.visible, std::memory_order_release);
  version_.store(version + 2, std::memory_order_release);
}

GuestPointer PointerBoard::read() const {
  for (;;) {
    const std::uint32_t before = version_.load(std::memory_order_acquire);
    const std::uint64_t position = position_.load(std::memory_order_acquire);
    const std::uint64_t picture = picture_.load(std::memory_order_acquire);
    const bool visible = visible_.load(std::memory_order_acquire);
    const std::uint32_t after = version_.load(std::memory_order_relaxed);
    if (before % 2 != 0 || before != after) continue;
    return {.position = {static_cast<std::int32_t>(low(position)),
                         static_cast<std::int32_t>(high(position))},
            .visible = visible,
            .picture = {low(picture), high(picture)}};
  }
}

}  // namespace pierglass::app
