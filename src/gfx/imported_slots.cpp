// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/imported_slots.hpp"

#include <algorithm>
#include <utility>

#include "base/describe.hpp"
#include "gfx/gl_programs.hpp"

namespace pierglass::gfx {
namespace {

// Errors of here: what is to be known of them is refusal().
std::unexpected<Error> unsupported() {
  return fail(ErrorCode::Unsupported, "imported pictures");
}

// Pictures of those that are believed until the first look.
constexpr std::uint32_t kLookAfter = 64;

// Pictures to let pass after so many looks in a row that proved nothing: each waits for the GPU.
std::uint32_t pause_after(std::uint32_t vain) {
  constexpr std::uint32_t kFree = 4;
  constexpr std::uint32_t kLongest = 6;  // 2^6
  return vain <= kFree ? 0 : 1U << std::min(vain - kFree - 1, kLongest);
}

}  // namespace

ImportedSlots::~ImportedSlots() {
  constexpr GLuint64 kPatienceNs = 20'000'000;
  for (const Slot& slot : slots_) {
    if (slot.sampled) {
      glClientWaitSync(slot.sampled.get(), GL_SYNC_FLUSH_COMMANDS_BIT, kPatienceNs);
    }
  }
}

Result<GLuint> ImportedSlots::texture(const pixel::ConstImage& picture,
                                      const pixel::SlotMemory& memory) {
  const Geometry geometry{memory.mapping, picture.size, picture.pitch, picture.format};
  if (geometry != geometry_) start(geometry);
  if (!refusal_.empty() || memory.slot >= slots_.size()) return unsupported();
  if (busy(memory)) return fail(ErrorCode::Busy, "slot", memory.slot);
  // All of them: pictures that are imported and copied in turn cost more than either.
  if (pause_ > 0) {
    --pause_;
    return unsupported();
  }
  Slot& slot = slots_[memory.slot];
  if (const auto ready = prepare(slot, picture, memory); !ready) {
    if (!refusal_.empty() && memory.dma_bufs != nullptr) memory.dma_bufs->let_go();
    return std::unexpected(ready.error());
  }
  return slot.texture.get();
}

Result<void> ImportedSlots::prepare(Slot& slot, const pixel::ConstImage& picture,
                                    const pixel::SlotMemory& memory) {
  if (!slot.texture) slot.texture = TRY(import(picture, memory));
  if (believed(slot) && !time_to_look()) return {};
  return look(slot, picture);
}

// Of those that are believed: more and more seldom, as each look waits for the GPU.
bool ImportedSlots::time_to_look() {
  constexpr std::uint32_t kMost = 4096;
  if (++unseen_ < look_after_) return false;
  unseen_ = 0;
  look_after_ = std::min(look_after_ * 2, kMost);
  return true;
}

// The fences of the same mapping stay: the GPU does not mind what lies there now.
void ImportedSlots::start(const Geometry& geometry) {
  drop();
  if (geometry.mapping != geometry_.mapping) slots_ = {};
  geometry_ = geometry;
  refusal_.clear();
  follows_ = false;
  pause_ = vain_ = unseen_ = 0;
  look_after_ = kLookAfter;
}

Result<GlTexture> ImportedSlots::import(const pixel::ConstImage& picture,
                                        const pixel::SlotMemory& memory) {
  if (memory.dma_bufs == nullptr) return refuse("nobody makes dma-bufs of this memory");
  // Before any are made: they keep the whole memory from being swapped.
  if (const auto taken = importer_->takes(picture.format); !taken) {
    return refuse("the driver imports no such pictures: " + describe(taken.error()));
  }
  const auto place = memory.dma_bufs->find(memory.slot);
  if (!place) return refuse(place.error());
  glActiveTexture(GL_TEXTURE0 + GlPrograms::kPictureUnit);
  Result<GlTexture> texture = importer_->import(
      {.place = *place, .pitch = picture.pitch, .size = picture.size, .format = picture.format});
  if (!texture) return refuse("the driver imports no such memory: " + describe(texture.error()));
  glBindTexture(GL_TEXTURE_2D, texture->get());
  set_sampling(GL_LINEAR);
  return texture;
}

Result<void> ImportedSlots::look(Slot& slot, const pixel::ConstImage& picture) {
  const bool believed = this->believed(slot);
  // The same picture again proves nothing, and the GPU need not be asked for that.
  const auto shows_same = [&](const PictureCheck::Samples& samples) {
    return slot.right && PictureCheck::same(samples, *slot.right);
  };
  if (!believed && shows_same(PictureCheck::samples_of(picture))) return unsupported();
  const auto look = check_.compare(slot.texture.get(), picture);
  if (!look) return refuse("imported memory cannot be looked at: " + describe(look.error()));
  if (look->verdict == PictureCheck::Verdict::Different) {
    return refuse(slot.right ? "the driver stopped showing what is in the memory"
                             : "the driver shows other memory than it was given");
  }
  if (look->verdict == PictureCheck::Verdict::Untold) {
    if (believed) return {};
    pause_ = pause_after(++vain_);
    return unsupported();
  }
  vain_ = 0;
  follows_ |= slot.right && !shows_same(look->samples);
  slot.right = look->samples;
  return this->believed(slot) ? Result<void>() : unsupported();
}

std::unexpected<Error> ImportedSlots::refuse(std::string reason) {
  drop();
  refusal_ = std::move(reason);
  return unsupported();
}

std::unexpected<Error> ImportedSlots::give_up(const pixel::SlotMemory& memory, std::string reason) {
  if (memory.dma_bufs != nullptr) memory.dma_bufs->let_go();
  return refuse(std::move(reason));
}

void ImportedSlots::on_sampled(const pixel::SlotMemory& memory) {
  slots_[memory.slot].sampled = GlFence(glFenceSync(GL_SYNC_GPU_COMMANDS_COMPLETE, 0));
}

bool ImportedSlots::busy(const pixel::SlotMemory& memory) const {
  if (memory.mapping != geometry_.mapping || memory.slot >= slots_.size()) return false;
  const GlFence& sampled = slots_[memory.slot].sampled;
  return sampled && !importer_->passed(sampled.get());
}

void ImportedSlots::drop() {
  for (Slot& slot : slots_) {
    slot.texture.reset();
    slot.right.reset();
  }
}

}  // namespace pierglass::gfx
