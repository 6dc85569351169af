// SPDX-License-Identifier: GPL-2.0-or-later
#include <utility>

#include "source/frame_source.hpp"

namespace pierglass::source {

HeldFrame::HeldFrame(FrameSource* source, const wire::FrameInfo& info, std::uint32_t copy_ns,
                     const pixel::ConstImage& image, const pixel::DamageRegion& damage,
                     const FramePlace& place)
    : source_(source),
      info_(info),
      copy_ns_(copy_ns),
      image_(image),
      damage_(damage),
      place_(place) {}

HeldFrame::HeldFrame(HeldFrame&& other) noexcept
    : source_(std::exchange(other.source_, nullptr)),
      info_(other.info_),
      copy_ns_(other.copy_ns_),
      image_(other.image_),
      damage_(other.damage_),
      place_(other.place_) {}

HeldFrame::~HeldFrame() {
  if (source_ != nullptr) source_->give_back(*this, false);
}

std::uint32_t HeldFrame::rows_ready() const {
  CHECK(source_ != nullptr);
  return source_->rows_ready(*this);
}

bool HeldFrame::finish() {
  CHECK(source_ != nullptr);
  return std::exchange(source_, nullptr)->give_back(*this, true);
}

bool HeldFrame::keep() {
  CHECK(source_ != nullptr);
  return source_->keep(*this);
}

}  // namespace pierglass::source
