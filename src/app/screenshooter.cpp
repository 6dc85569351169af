// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/screenshooter.hpp"

#include <utility>

#include "pixel/convert.hpp"
#include "pixel/turn.hpp"

namespace pierglass::app {
namespace {

Screenshot copy_of(const pixel::ConstImage& picture) {
  Screenshot shot;
  shot.size = pixel::upright_size(picture.size, picture.rotation);
  shot.pixels.resize(shot.size.area());
  const pixel::Image to{reinterpret_cast<std::byte*>(shot.pixels.data()), shot.size.width * 4,
                        shot.size, wire::PixelFormat::Xrgb8888};
  const Rect all = full_rect(picture.size);
  pixel::take_upright(to, picture, pixel::RowConverter(picture.format, picture.colour), {&all, 1});
  return shot;
}

}  // namespace

void Screenshooter::request(HostTime now) {
  if (wanted_) return;
  wanted_ = true;
  found_ = false;
  give_up_ = now + kPatience;
  next_try_ = now;
}

std::optional<Result<Screenshot>> Screenshooter::advance(source::FrameSource& source, bool live,
                                                         HostTime now) {
  if (!wanted_) return std::nullopt;
  if (!live) return end(source, fail(ErrorCode::NotReady, "picture"));
  if (now >= give_up_) {
    return end(source, fail(found_ ? ErrorCode::Stale : ErrorCode::NotReady, "picture"));
  }
  if (!frame_ && now >= next_try_) {
    source.forget();
    if (auto frame = source.acquire()) frame_.emplace(*std::move(frame));
    next_try_ = now + kRetry;
  }
  if (!frame_) return std::nullopt;
  found_ = true;
  if (frame_->rows_ready() < frame_->image().size.height) return std::nullopt;
  Screenshot shot = copy_of(frame_->image());
  const bool good = frame_->finish();
  frame_.reset();
  if (!good) return std::nullopt;
  return end(source, std::move(shot));
}

std::optional<Result<Screenshot>> Screenshooter::end(source::FrameSource& source,
                                                     Result<Screenshot> result) {
  wanted_ = false;
  frame_.reset();
  source.forget();  // what the presenter has not seen is damage too
  return result;
}

}  // namespace pierglass::app
