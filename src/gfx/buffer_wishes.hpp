// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "gfx/dmabuf_offers.hpp"

namespace pierglass::gfx {

inline constexpr std::uint32_t kOutputFourcc = 0x34325258;  // DRM_FORMAT_XRGB8888

// One way to allocate output buffers: with any of the modifiers, of which the driver takes its
// best. kImplicitModifier stands alone: the driver decides and tells nobody but the kernel.
struct BufferWish {
  std::vector<std::uint64_t> modifiers;
  bool scanout = false;
  friend bool operator==(const BufferWish&, const BufferWish&) = default;
};

enum class WhoReads : std::uint8_t { SameGpu, OtherGpu };

// What to try, one after the other; nothing: the compositor takes nothing that can be drawn into.
// `drawable` are the modifiers that GL can draw into. First the best tranche of which there is one,
// then what is not tiled. Between GPUs only LINEAR means the same on both sides.
std::vector<BufferWish> buffer_wishes(const BufferOffer& offer,
                                      std::span<const std::uint64_t> drawable, WhoReads reader);

// "LINEAR", "implicit modifier" or "modifier 0x200000000801b04".
std::string modifier_name(std::uint64_t modifier);

}  // namespace pierglass::gfx
