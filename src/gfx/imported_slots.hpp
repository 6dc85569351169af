// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <GLES3/gl3.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/geometry.hpp"
#include "base/result.hpp"
#include "gfx/gl_handles.hpp"
#include "gfx/picture_check.hpp"
#include "gfx/texture_importer.hpp"
#include "pixel/image.hpp"
#include "pixel/slot_memory.hpp"
#include "wire/layout.hpp"

namespace pierglass::gfx {

// Textures over a guest's slots: each is imported once for a mapping, size, pitch and format, and
// believed once it has shown what the processor reads there, and one of them has shown two
// different pictures: a driver may also have copied what was there. Those that are believed are
// looked at again now and then. One that cannot be had, or shows something else, turns all of them
// off until one of these changes. Pictures that follow one another otherwise allocate nothing. A
// context is current whenever it is used or dies.
class ImportedSlots {
 public:
  explicit ImportedSlots(std::unique_ptr<TextureImporter> importer)
      : importer_(std::move(importer)) {}
  ImportedSlots(const ImportedSlots&) = delete;
  ImportedSlots& operator=(const ImportedSlots&) = delete;
  // Waits until the GPU reads no slot any more, for a while.
  ~ImportedSlots();

  // To be sampled until the next change of mapping, size, pitch or format, or drop(). Busy: the GPU
  // still reads that slot. Unsupported: refusal() says why, or this picture leaves open whether
  // such textures are right.
  Result<GLuint> texture(const pixel::ConstImage& picture, const pixel::SlotMemory& memory);

  // What was told to GL so far samples the slot.
  void on_sampled(const pixel::SlotMemory& memory);

  // Whether the GPU may still read that slot.
  [[nodiscard]] bool busy(const pixel::SlotMemory& memory) const;

  // Lets go of the memory, once the GPU has.
  void drop();

  // The same, and there are none until the next such change. Unsupported.
  std::unexpected<Error> give_up(const pixel::SlotMemory& memory, std::string reason);

  // Why there are none, for the user; empty: there are, or it was not tried.
  [[nodiscard]] const std::string& refusal() const { return refusal_; }

 private:
  struct Geometry {
    std::uint64_t mapping = 0;
    Size size;
    std::uint32_t pitch = 0;
    wire::PixelFormat format = wire::PixelFormat::Xrgb8888;
    friend bool operator==(const Geometry&, const Geometry&) = default;
  };
  struct Slot {
    GlTexture texture;
    std::optional<PictureCheck::Samples> right;  // of a picture that it showed right
    GlFence sampled;                             // none: not since it was the guest's last
  };

  void start(const Geometry& geometry);
  Result<GlTexture> import(const pixel::ConstImage& picture, const pixel::SlotMemory& memory);
  [[nodiscard]] bool believed(const Slot& slot) const { return follows_ && slot.right; }
  bool time_to_look();
  Result<void> prepare(Slot& slot, const pixel::ConstImage& picture,
                       const pixel::SlotMemory& memory);
  Result<void> look(Slot& slot, const pixel::ConstImage& picture);
  std::unexpected<Error> refuse(std::string reason);

  std::unique_ptr<TextureImporter> importer_;
  PictureCheck check_;
  Geometry geometry_;
  std::string refusal_;
  bool follows_ = false;          // textures show what is there now, not what was
  std::uint32_t vain_ = 0;        // looks in a row that proved nothing
  std::uint32_t pause_ = 0;       // pictures to let pass, and copy, before the next one
  std::uint32_t unseen_ = 0;      // pictures that were believed since a look
  std::uint32_t look_after_ = 0;  // so many
  std::array<Slot, wire::kMaxSlots> slots_;
};

}  // namespace pierglass::gfx
