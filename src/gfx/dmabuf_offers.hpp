// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <vector>

struct zwp_linux_dmabuf_v1;

namespace pierglass::gfx {

class UnheardAnswers;

inline constexpr std::uint64_t kLinearModifier = 0;                      // DRM_FORMAT_MOD_LINEAR
inline constexpr std::uint64_t kImplicitModifier = 0xff'ffff'ffff'ffff;  // DRM_FORMAT_MOD_INVALID

// Modifiers of one format that a compositor likes equally well.
struct ModifierTranche {
  bool scanout = false;  // a screen may show such buffers without a copy
  std::vector<std::uint64_t> modifiers;
  friend bool operator==(const ModifierTranche&, const ModifierTranche&) = default;
};

// How buffers of one format that somebody else makes are wanted.
struct BufferOffer {
  std::uint64_t device = 0;               // dev_t of the GPU that reads them; 0: not told
  std::vector<ModifierTranche> tranches;  // for that device; most liked first, none empty
  friend bool operator==(const BufferOffer&, const BufferOffer&) = default;
};

// What a compositor takes as dma-bufs on the surface, as it says at the moment. Present thread.
class DmabufOffers {
 public:
  // A proxy or wrapper on the present thread's queue, or null.
  [[nodiscard]] virtual zwp_linux_dmabuf_v1* factory() const = 0;
  // Of questions on that queue; lives until no presenter does.
  [[nodiscard]] virtual UnheardAnswers& unheard() const = 0;
  // Changes whenever what the others give may have; cheap.
  [[nodiscard]] virtual std::uint64_t serial() const = 0;
  // The modifier by which rows one after the other in `fourcc` are to be offered: LINEAR, or
  // INVALID where only that is taken. Else why not, as a sentence without a full stop.
  [[nodiscard]] virtual std::expected<std::uint64_t, std::string> linear(
      std::uint32_t fourcc) const = 0;
  // The same for buffers that are made to be drawn into.
  [[nodiscard]] virtual std::expected<BufferOffer, std::string> buffers(
      std::uint32_t fourcc) const = 0;

 protected:
  ~DmabufOffers() = default;
};

}  // namespace pierglass::gfx
