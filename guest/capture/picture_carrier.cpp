// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/capture/picture_carrier.hpp"

#include <array>
#include <cstring>
#include <utility>

#include "guest/core/output_colour.hpp"
#include "pixel/copy.hpp"

namespace pierglass::guest {
namespace {

bool same_pixels(const pixel::ConstImage& a, const pixel::ConstImage& b, const Rect& rect) {
  const std::size_t bytes = wire::bytes_per_pixel(a.format);
  for (std::uint32_t y = rect.y; y < rect.bottom(); ++y) {
    if (std::memcmp(a.row(y) + rect.x * bytes, b.row(y) + rect.x * bytes, rect.width * bytes) != 0)
      return false;
  }
  return true;
}

}  // namespace

PictureCarrier::PictureCarrier(CarryOptions options, std::unique_ptr<Waiter> waiter)
    : options_(std::move(options)), waiter_(std::move(waiter)) {}

void PictureCarrier::open(DxgiDevice& device, IUnknown& adapter) {
  device_ = &device;
  if (!options_.make_engine || engine_failed_) return;
  auto engine = options_.make_engine(adapter, *device.device);
  verified_ = false;
  if (engine) {
    engine_ = *std::move(engine);
    tell_engine(nullptr);
  } else {
    give_engine_up(engine.error());
  }
}

// Another device may not have what this one refused, so only wrong bytes are remembered.
void PictureCarrier::give_engine_up(const Error& why) {
  engine_.reset();
  if (why.code == ErrorCode::Corrupt) engine_failed_ = true;
  tell_engine(&why);
}

// Devices come and go with the secure desktop; that is no news by itself.
void PictureCarrier::tell_engine(const Error* why_not) {
  EngineState state{.copies = why_not == nullptr};
  if (why_not != nullptr) state.why_not = why_not->code;
  if (std::exchange(told_, state) != state) options_.on_engine(why_not);
}

void PictureCarrier::forget_textures() {
  if (engine_) engine_->forget_textures();
  if (pass_) pass_->forget_textures();
}

void PictureCarrier::close() {
  release();
  engine_.reset();
  pass_.reset();
  pass_failed_ = false;
  staging_.clear();
  device_ = nullptr;
}

PicturePlan PictureCarrier::plan_for(const Taken& taken) {
  const PicturePlan as_it_is{.size = taken.size, .format = taken.format};
  const PicturePlan plan = plan_picture(taken.size, taken.format, taken.rotation, options_.picture);
  if (!plan.pass || pass_failed_) return as_it_is;
  if (pass_) return plan;
  auto pass = GpuPass::create(*device_->device);
  if (pass) {
    pass_ = *std::move(pass);
    return plan;
  }
  pass_failed_ = true;
  options_.on_no_pass(pass.error());
  return as_it_is;
}

Result<PictureCarrier::Held> PictureCarrier::draw(const Taken& taken, const PicturePlan& plan,
                                                  pixel::DamageRegion& damage) {
  const Held made{.stored = plan.to_pq ? DXGI_FORMAT_R10G10B10A2_UNORM : taken.stored,
                  .size = plan.size,
                  .format = plan.format};
  const auto target =
      TRY(pass_->prepare({.kind = plan.to_pq ? PassKind::ScaleToPq : PassKind::Scale,
                          .format = made.stored,
                          .size = made.size,
                          .shareable = engine_ != nullptr}));
  if (target.is_new || !taken.damage) {
    damage.set_full(made.size);
  } else {
    damage = scaled_damage(damage.rects(), taken.size, made.size);
  }
  TRY(pass_->draw(*taken.texture, taken.size, damage.rects()));
  Held held = made;
  held.texture = target.texture;
  return held;
}

Result<void> PictureCarrier::take(const Taken& taken, CapturedFrame& frame) {
  const PicturePlan plan = plan_for(taken);
  if (taken.damage) {
    damage_ = *taken.damage;
  } else {
    damage_.set_full(taken.size);
  }
  held_ = {taken.texture, taken.stored, taken.size, taken.format};
  if (plan.pass) held_ = TRY(draw(taken, plan, damage_));
  if (plan.to_pq) frame.info.colour_space = wire::ColourSpace::Bt2020Pq;
  frame.copier = nullptr;
  if (engine_) {
    frame.copier = this;
    frame.picture = {.size = held_.size, .format = held_.format};
  } else {
    TRY(stage(frame));
  }
  frame.damage = damage_.rects();
  return {};
}

// What has changed only: the staging picture keeps the rest.
Result<void> PictureCarrier::stage(CapturedFrame& frame) {
  const bool is_new = TRY(staging_.fit(*device_->device, held_.size, held_.format, held_.stored));
  if (is_new) damage_.set_full(held_.size);
  frame.picture = TRY(staged(damage_.rects()));
  return {};
}

Result<pixel::ConstImage> PictureCarrier::staged(std::span<const Rect> rects) {
  staging_.copy(*device_->context, *held_.texture, rects);
  const pixel::ConstImage picture = TRY(staging_.map(*device_->context, *waiter_));
  mapped_ = true;
  return picture;
}

void PictureCarrier::release() {
  if (std::exchange(mapped_, false)) staging_.unmap(*device_->context);
}

Result<void> PictureCarrier::copy(std::span<const Rect> rects, const pixel::Image& slot) {
  if (engine_) {
    const auto copied = copy_by_engine(rects, slot);
    if (copied) return {};
    give_engine_up(copied.error());
  }
  return copy_by_processor(rects, slot);
}

Result<void> PictureCarrier::copy_by_engine(std::span<const Rect> rects, const pixel::Image& slot) {
  TRY(engine_->copy(*held_.texture, held_.stored, held_.size, rects, slot.data, slot.pitch));
  if (verified_) return {};
  TRY(verify(rects, slot));
  verified_ = true;
  return {};
}

// Drivers have been seen to take the memory and write elsewhere.
Result<void> PictureCarrier::verify(std::span<const Rect> rects, const pixel::Image& slot) {
  TRY(staging_.fit(*device_->device, held_.size, held_.format, held_.stored));
  const pixel::ConstImage truth = TRY(staged(rects));
  bool same = true;
  for (const Rect& rect : rects) same = same && same_pixels(truth, slot, rect);
  release();
  staging_.clear();
  if (!same) return fail(ErrorCode::Corrupt, "what the GPU's copy engine wrote");
  return {};
}

Result<void> PictureCarrier::copy_by_processor(std::span<const Rect> rects,
                                               const pixel::Image& slot) {
  TRY(staging_.fit(*device_->device, held_.size, held_.format, held_.stored));
  const pixel::ConstImage picture = TRY(staged(rects));
  pixel::copy_rects(slot, picture, rects);
  release();
  // Holds these rectangles only: the next picture must bring everything.
  staging_.clear();
  return {};
}

}  // namespace pierglass::guest
