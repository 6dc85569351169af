// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/core/frame_publisher.hpp"

#include <algorithm>
#include <array>

#include "pixel/copy.hpp"
#include "wire/build.hpp"

namespace pierglass::guest {
namespace {

struct Band {
  std::array<Rect, pixel::DamageRegion::kMaxRects> rects;
  std::size_t count = 0;
};

Band cut(const pixel::DamageRegion& damage, const Rect& band) {
  Band out;
  for (const Rect& rect : damage.rects()) {
    const Rect part = intersection(rect, band);
    if (!part.empty()) out.rects[out.count++] = part;
  }
  return out;
}

}  // namespace

Step FramePublisher::step(HostTime now, Nanoseconds timeout) {
  // What was kept while every slot was held has been announced already: no damage again.
  if (holding_) return publish_held({});
  switch (source_.acquire(now, timeout, held_)) {
    case CaptureOutcome::Frame:
      holding_ = true;
      waited_ = HostClock::now() - Nanoseconds(held_.info.capture_ns) - now;
      account(held_);
      return publish_held(held_.damage);
    case CaptureOutcome::NoChange:
    case CaptureOutcome::Timeout:
      return {.kind = Step::Kind::Nothing};
    case CaptureOutcome::MustReinit:
      return {.kind = Step::Kind::MustReinit};
    case CaptureOutcome::Lost:
      break;
  }
  return {.kind = Step::Kind::Lost};
}

Step FramePublisher::publish_held(std::span<const Rect> announced) {
  const HostTime begun = HostClock::now();
  const Nanoseconds capture(held_.info.capture_ns);
  Step step = publish(held_, announced);
  if (step.kind != Step::Kind::Published) return step;
  step.waited = waited_;
  step.work = capture + (step.at - begun);
  return step;
}

void FramePublisher::account(const CapturedFrame& frame) {
  if (frame.picture.size == size_ && frame.picture.format == format_) {
    slots_.add(frame.damage);
    return;
  }
  size_ = frame.picture.size;
  format_ = frame.picture.format;
  slots_.reset(size_);
}

Step FramePublisher::publish(const CapturedFrame& frame, std::span<const Rect> announced) {
  wire::FrameInfo info = frame.info;
  info.format = frame.picture.format;
  info.size = frame.picture.size;
  info.pitch = wire::pitch_for(info.size.width, info.format);
  info.publish_before_ns = publish_ns_;
  const auto ticket = frames_.begin(info, announced);
  if (!ticket) {
    if (ticket.error().code == ErrorCode::Busy) return {.kind = Step::Kind::Busy};
    let_go();
    return {.kind = Step::Kind::TooLarge, .size = info.size, .format = info.format};
  }
  const HostTime begun = HostClock::now();
  const auto bytes = copy(*ticket, frame);
  if (!bytes) {
    frames_.abort(*ticket);
    let_go();
    return {.kind = Step::Kind::MustReinit};
  }
  copied_ = HostClock::now();
  frames_.commit(*ticket, copied_ - begun);
  const HostTime done = HostClock::now();
  published(done);
  slots_.written(ticket->slot);
  let_go();
  return {.kind = Step::Kind::Published,
          .size = info.size,
          .format = info.format,
          .sequence = ticket->sequence,
          .bytes = *bytes,
          .at = done};
}

Result<std::uint64_t> FramePublisher::copy(const ring::WriteTicket& ticket,
                                           const CapturedFrame& frame) {
  const pixel::ConstImage& from = frame.picture;
  const pixel::Image to{ticket.pixels.data(), wire::pitch_for(from.size.width, from.format),
                        from.size, from.format};
  const pixel::DamageRegion& owed = slots_.owed(ticket.slot);
  const std::uint64_t bytes = owed.area() * wire::bytes_per_pixel(from.format);
  if (frame.copier != nullptr) {
    TRY(frame.copier->copy(owed.rects(), to));
    return bytes;
  }
  if (bytes <= kBandBytes) return pixel::copy_rects(to, from, owed.rects());
  return copy_in_bands(ticket, to, from);
}

std::uint64_t FramePublisher::copy_in_bands(const ring::WriteTicket& ticket, const pixel::Image& to,
                                            const pixel::ConstImage& from) {
  const pixel::DamageRegion& owed = slots_.owed(ticket.slot);
  const auto band_rows = std::max(1u, static_cast<std::uint32_t>(kBandBytes / to.pitch));
  std::uint64_t bytes = 0;
  for (std::uint32_t y = 0; y < from.size.height; y += band_rows) {
    const std::uint32_t rows = std::min(band_rows, from.size.height - y);
    const Band band = cut(owed, {0, y, from.size.width, rows});
    bytes += pixel::copy_rects(to, from, {band.rects.data(), band.count});
    frames_.rows_complete(ticket, y + rows);
  }
  return bytes;
}

bool FramePublisher::rest() {
  if (!source_.rest()) return false;
  holding_ = false;
  return true;
}

void FramePublisher::let_go() {
  if (!holding_) return;
  holding_ = false;
  source_.release();
}

}  // namespace pierglass::guest
