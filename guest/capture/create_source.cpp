// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/capture/create_source.hpp"

#include <windows.h>

#include <cstdio>
#include <optional>
#include <utility>

#include "base/describe.hpp"
#include "guest/capture/dxgi_source.hpp"
#include "guest/capture/gdi_source.hpp"
#include "guest/capture/priorities.hpp"
#include "guest/core/pattern_source.hpp"
#include "guest/report.hpp"
#include "guest/win/waiter_windows.hpp"
#include "wire/memory_size.hpp"

namespace pierglass::guest {
namespace {

using Created = std::expected<std::unique_ptr<CaptureSource>, std::string>;

Created create_pattern(const GuestOptions& options, std::uint64_t region_bytes) {
  const std::string misfit = pattern_misfit(region_bytes, options.pattern);
  if (!misfit.empty()) return std::unexpected(misfit);
  return std::make_unique<PatternSource>(options.pattern);
}

std::string explain_gdi(const Error& error, const GuestOptions& options) {
  if (error.code == ErrorCode::NotFound) {
    return "no visible window has \"" + options.window +
           "\" in its title: open it first, or leave --window out";
  }
  return "the screen cannot be read (" + describe(error) +
         "): start the program in a session with a desktop";
}

Created create_gdi(const GuestOptions& options, std::uint64_t region_bytes) {
  auto source = GdiSource::create(options.window);
  if (!source) return std::unexpected(explain_gdi(source.error(), options));
  const Size size = (*source)->size();
  const auto format = wire::PixelFormat::Xrgb8888;
  if (!check_fits(region_bytes, region_spec(""), size, format))
    return std::unexpected(explain_fit(region_bytes, size, format));
  return *std::move(source);
}

void tell(const std::string& sentence) {
  std::fprintf(stderr, "pierglass-guest: %s\n", sentence.c_str());
}

// What came of a wish that the capture can do without.
void tell(const char* wish, const Result<void>& outcome) {
  tell(std::string(wish) + (outcome ? ": set" : ": not set, " + describe(outcome.error())));
}

// A source with the outputs that it finds its own among.
class SystemDxgiSource final : public CaptureSource {
 public:
  explicit SystemDxgiSource(const GuestOptions& options)
      : outputs_(options.output), raise_(options.capture_priority) {}

  Result<void> create(HdrWish wish) {
    source_ = TRY(DxgiSource::create(outputs_, wish, make_windows_waiter));
    return {};
  }
  [[nodiscard]] const SystemOutputs& outputs() const { return outputs_; }
  [[nodiscard]] const std::optional<Error>& waiting_for() const { return source_->waiting_for(); }

  CaptureOutcome acquire(HostTime now, Nanoseconds timeout, CapturedFrame& frame) override {
    // The first call is the first that comes from the capture thread.
    if (std::exchange(raise_, false))
      tell("priority of the capture thread", join_capture_threads());
    return source_->acquire(now, timeout, frame);
  }
  void release() override { source_->release(); }
  Result<void> reinit() override { return source_->reinit(); }
  PointerSource& pointer() override { return source_->pointer(); }
  void move_pointer(Point frame_position) override { source_->move_pointer(frame_position); }
  void request_mode(Size size, std::uint32_t millihertz) override {
    source_->request_mode(size, millihertz);
  }

 private:
  SystemOutputs outputs_;
  bool raise_;
  std::unique_ptr<DxgiSource> source_;
};

std::string explain_dxgi(const Error& error, const SystemOutputs& outputs) {
  if (error.code == ErrorCode::NotFound) return outputs.explanation();
  if (error.code == ErrorCode::Unsupported)
    return "this Windows cannot duplicate its desktop (" + describe(error) + "): use --capture gdi";
  return "the desktop cannot be duplicated (" + describe(error) +
         "): update the graphics driver, or use --capture gdi";
}

Created create_dxgi(const GuestOptions& options) {
  if (options.gpu_priority != GpuPriority::Normal)
    tell("priority on the GPU", set_gpu_priority(options.gpu_priority));
  auto source = std::make_unique<SystemDxgiSource>(options);
  const auto created = source->create(options.hdr);
  if (!created) return std::unexpected(explain_dxgi(created.error(), source->outputs()));
  if (const auto& why = source->waiting_for())
    tell("the desktop cannot be duplicated yet (" + describe(*why) + "): trying on");
  return source;
}

}  // namespace

Created create_source(const GuestOptions& options, std::uint64_t region_bytes) {
  // Coordinates and sizes in real pixels on every monitor; without it there is no FP16 duplication.
  SetProcessDpiAwarenessContext(DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2);
  switch (options.capture) {
    case CaptureKind::Pattern:
      return create_pattern(options, region_bytes);
    case CaptureKind::Gdi:
      return create_gdi(options, region_bytes);
    case CaptureKind::Dxgi:
      break;
  }
  return create_dxgi(options);
}

}  // namespace pierglass::guest
