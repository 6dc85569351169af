// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/capture/dxgi_source.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "pixel/turn.hpp"
#include "wire/layout.hpp"

namespace pierglass::guest {
namespace {

constexpr Nanoseconds kWhitePeriod = std::chrono::seconds(2);

std::uint32_t length(LONG first, LONG last) {
  return static_cast<std::uint32_t>(
      std::clamp<std::int64_t>(std::int64_t{last} - first, 0, wire::kMaxDimension));
}

DesktopPlace place_of(const RECT& rect) {
  return {.origin = {rect.left, rect.top},
          .size = {length(rect.left, rect.right), length(rect.top, rect.bottom)}};
}

OutputColour colour_of(const DXGI_OUTPUT_DESC1& desc) {
  return {.colour_space = static_cast<std::uint32_t>(desc.ColorSpace),
          .primaries = {desc.RedPrimary[0], desc.RedPrimary[1], desc.GreenPrimary[0],
                        desc.GreenPrimary[1], desc.BluePrimary[0], desc.BluePrimary[1],
                        desc.WhitePoint[0], desc.WhitePoint[1]},
          .max_luminance = desc.MaxLuminance,
          .min_luminance = desc.MinLuminance,
          .max_full_frame_luminance = desc.MaxFullFrameLuminance};
}

bool side_fits(UINT side) {
  return side >= 1 && side <= wire::kMaxDimension;
}

}  // namespace

Result<std::unique_ptr<DxgiSource>> DxgiSource::create(DxgiOutputs& outputs, HdrWish wish,
                                                       CarryOptions carry, MakeWaiter make_waiter) {
  auto waiter = make_waiter();
  if (!waiter) return fail(ErrorCode::Unsupported, "another timer");
  std::unique_ptr<DxgiSource> source(
      new DxgiSource(outputs, wish, std::move(carry), std::move(waiter)));
  source->shape_.image.reserve(wire::kMaxShapeBytes);
  const auto opened = source->open();
  if (opened) return source;
  if (opened.error().code != ErrorCode::Busy) return std::unexpected(opened.error());
  source->close();
  source->waiting_for_ = opened.error();
  return source;
}

Result<void> DxgiSource::open() {
  // Without the right to the secure desktop duplication says so itself.
  desktop_.attach();
  const DxgiOutput found = TRY(outputs_.find());
  const auto duplicated = duplicate(found);
  if (!duplicated) return duplicated;
  describe(*found.output);
  white_millinits_ = shown_white_ = outputs_.white_millinits();
  return {};
}

Result<void> DxgiSource::duplicate(const DxgiOutput& found) {
  if (!device_.serves(*found.adapter)) TRY(renew_device(*found.adapter));
  auto made = Duplication::create(*found.output, *device_.device, wish_);
  if (!made && device_used_ && !is_refusal(static_cast<std::uint32_t>(made.error().os))) {
    // The old device may be to blame. A new one is not: as long as it has duplicated nothing, it
    // stays.
    TRY(renew_device(*found.adapter));
    made = Duplication::create(*found.output, *device_.device, wish_);
  }
  if (!made) return std::unexpected(made.error());
  device_used_ = true;
  duplication_ = *std::move(made);
  return {};
}

Result<void> DxgiSource::renew_device(IDXGIAdapter1& adapter) {
  drop_device();
  device_ = TRY(make_device(adapter));
  device_used_ = false;
  carrier_.open(device_, adapter);
  return {};
}

void DxgiSource::drop_device() {
  carrier_.close();
  device_ = {};
}

void DxgiSource::describe(IDXGIOutput& output) {
  DXGI_OUTPUT_DESC plain{};
  output.GetDesc(&plain);
  rotation_ = rotation_of(static_cast<std::uint32_t>(plain.Rotation));
  colour_ = {};
  ComPtr<IDXGIOutput6> newest;
  output.QueryInterface(__uuidof(IDXGIOutput6), newest.put_void());
  DXGI_OUTPUT_DESC1 desc{};
  if (newest && SUCCEEDED(newest->GetDesc1(&desc))) colour_ = colour_of(desc);
  const std::lock_guard lock(place_mutex_);
  place_ = place_of(plain.DesktopCoordinates);
}

void DxgiSource::close() {
  carrier_.release();
  carrier_.forget_textures();
  const bool lost_device = duplication_ && duplication_->lost_device();
  duplication_.reset();
  if (lost_device) drop_device();
  fresh_ = true;
}

// An output that vanished may come back: only create() finds that final.
Result<void> DxgiSource::reinit() {
  close();
  const auto opened = open();
  if (opened) {
    ++counters_.reinits;
    return {};
  }
  close();
  const Error& error = opened.error();
  if (error.code == ErrorCode::NotFound) return fail(ErrorCode::Busy, "output");
  return std::unexpected(error);
}

CaptureOutcome DxgiSource::acquire(HostTime now, Nanoseconds timeout, CapturedFrame& frame) {
  if (!duplication_) return CaptureOutcome::MustReinit;
  const CaptureOutcome outcome = look(now, timeout, frame);
  now = HostClock::now();
  if (const auto begins = protected_.news(now); begins && on_protected_) on_protected_(*begins);
  const bool still = outcome == CaptureOutcome::Timeout || outcome == CaptureOutcome::NoChange;
  if (!still) return outcome;
  ask_white(now);
  return white_counts_ && white_millinits_ != shown_white_ ? CaptureOutcome::MustReinit : outcome;
}

CaptureOutcome DxgiSource::look(HostTime now, Nanoseconds timeout, CapturedFrame& frame) {
  const HostTime deadline = now + timeout;
  while (true) {
    const Look look = duplication_->acquire(std::max(deadline - now, Nanoseconds::zero()));
    now = HostClock::now();
    switch (look) {
      case Look::Picture:
        take_pointer();
        return take_picture(now, frame);
      case Look::PointerOnly:
        ++counters_.pointer_only;
        take_pointer();
        if (now >= deadline) return CaptureOutcome::NoChange;
        break;
      case Look::Nothing:
        return CaptureOutcome::Timeout;
      case Look::MustReinit:
        return CaptureOutcome::MustReinit;
      case Look::Lost:
        return CaptureOutcome::Lost;
    }
  }
}

void DxgiSource::take_pointer() {
  const DXGI_OUTDUPL_FRAME_INFO& info = duplication_->info();
  DxgiPointer::News news;
  if (duplication_->read_shape(shape_)) news.shape = &shape_;
  const DXGI_OUTDUPL_POINTER_POSITION& pointer = info.PointerPosition;
  if (info.LastMouseUpdateTime.QuadPart != 0)
    news.place = {.corner = {pointer.Position.x, pointer.Position.y},
                  .visible = pointer.Visible != FALSE};
  pointer_.take(news);
}

CaptureOutcome DxgiSource::take_picture(HostTime begun, CapturedFrame& frame) {
  if (duplication_->texture() == nullptr) return refuse();
  D3D11_TEXTURE2D_DESC desc{};
  duplication_->texture()->GetDesc(&desc);
  const auto format = pixel_format_of(static_cast<std::uint32_t>(desc.Format));
  if (!format || !side_fits(desc.Width) || !side_fits(desc.Height)) return refuse();
  const Size size{desc.Width, desc.Height};
  PictureCarrier::Taken taken{.texture = duplication_->texture(),
                              .stored = desc.Format,
                              .size = size,
                              .format = *format,
                              .rotation = rotation_};
  if (!fresh_) taken.damage = damage_of(duplication_->changes(), size);
  describe(*format, frame);
  fresh_ = true;  // until it is handed out
  if (const auto carried = carrier_.take(taken, frame); !carried) return fail_with(carried.error());
  fresh_ = false;
  ++counters_.pictures;
  const bool blackened = duplication_->info().ProtectedContentMaskedOut != FALSE;
  counters_.protected_content += blackened ? 1 : 0;
  protected_.saw(blackened);
  set_scale(size, frame.picture.size);
  frame.info.capture_ns = wire_nanoseconds(HostClock::now() - begun);
  return CaptureOutcome::Frame;
}

void DxgiSource::set_scale(Size stored, Size frame) {
  const PictureScale scale{.output = pixel::upright_size(stored, rotation_),
                           .frame = pixel::upright_size(frame, rotation_)};
  if (scale == scale_) return;
  pointer_.set_scale(scale);
  const std::lock_guard lock(place_mutex_);
  scale_ = scale;
}

void DxgiSource::describe(wire::PixelFormat format, CapturedFrame& frame) {
  frame.info = {};
  frame.info.rotation = rotation_;
  frame.info.colour_space = colour_space_of(format, colour_);
  frame.info.sdr_white_millinits = shown_white_ = white_millinits_;
  frame.info.hdr = hdr_metadata_of(colour_);
  white_counts_ = frame.info.colour_space != wire::ColourSpace::Srgb;
}

// Asks Windows, now and then, which takes its time.
void DxgiSource::ask_white(HostTime now) {
  if (!white_counts_ || now < white_due_) return;
  white_due_ = now + kWhitePeriod;
  white_millinits_ = outputs_.white_millinits();
}

// The next picture must bring everything.
CaptureOutcome DxgiSource::refuse() {
  ++counters_.refused;
  fresh_ = true;
  return CaptureOutcome::NoChange;
}

CaptureOutcome DxgiSource::fail_with(const Error& error) {
  const bool final = error.code == ErrorCode::OsCall || error.code == ErrorCode::Unsupported;
  return final ? CaptureOutcome::Lost : CaptureOutcome::MustReinit;
}

void DxgiSource::release() {
  carrier_.release();
}

// The device stays: it costs memory only, and making one is slow.
bool DxgiSource::rest() {
  if (!duplication_) return true;
  close();
  ++counters_.rests;
  return true;
}

void DxgiSource::move_pointer(Point frame_position) {
  Point at;
  {
    const std::lock_guard lock(place_mutex_);
    at = place_.to_desktop(scale_.to_output(frame_position));
  }
  // Another desktop may have the input by now, and this is no thread of the capture.
  if (!SetCursorPos(at.x, at.y) && control_desktop_.attach()) SetCursorPos(at.x, at.y);
}

DxgiCounters DxgiSource::counters() const {
  DxgiCounters counters = counters_;
  counters.bytes_copied = carrier_.bytes_staged();
  return counters;
}

}  // namespace pierglass::guest
