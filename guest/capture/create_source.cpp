// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/capture/create_source.hpp"

#include <windows.h>

#include <cstdio>
#include <optional>
#include <utility>

#include "base/describe.hpp"
#include "guest/capture/d3d12_copier.hpp"
#include "guest/capture/dxgi_source.hpp"
#include "guest/capture/gdi_source.hpp"
#include "guest/core/duplication_outcome.hpp"
#include "guest/core/output_choice.hpp"
#include "guest/core/pattern_source.hpp"
#include "guest/log.hpp"
#include "guest/report.hpp"
#include "guest/win/waiter_windows.hpp"
#include "wire/memory_size.hpp"

namespace pierglass::guest {
namespace {

// Of a duplication that Windows says it does not support.
constexpr int kTries = 5;
constexpr DWORD kBetweenTriesMs = 200;

using Created = std::expected<std::unique_ptr<CaptureSource>, std::string>;

Created create_pattern(const GuestOptions& options, std::uint64_t region_bytes) {
  const std::string misfit = pattern_misfit(region_bytes, options.pattern);
  if (region_bytes != 0 && !misfit.empty()) return std::unexpected(misfit);
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
  if (region_bytes != 0 && !check_fits(region_bytes, region_spec(""), size, format))
    return std::unexpected(explain_fit(region_bytes, size, format));
  return *std::move(source);
}

void say_protected(bool begins) {
  say(Severity::Info, begins ? "Windows shows protected content (a film, say), and gives it out as "
                               "black: that part of the picture is black"
                             : "no protected content is shown any more");
}

// A source with the outputs that it finds its own among.
class SystemDxgiSource final : public CaptureSource {
 public:
  explicit SystemDxgiSource(const OutputWish& wish) : outputs_(wish) {}

  Result<void> create(HdrWish wish, CarryOptions carry) {
    source_ = TRY(DxgiSource::create(outputs_, wish, std::move(carry), make_windows_waiter));
    source_->on_protected(say_protected);
    return {};
  }
  [[nodiscard]] const SystemOutputs& outputs() const { return outputs_; }
  [[nodiscard]] const std::optional<Error>& waiting_for() const { return source_->waiting_for(); }

  CaptureOutcome acquire(HostTime now, Nanoseconds timeout, CapturedFrame& frame) override {
    return source_->acquire(now, timeout, frame);
  }
  void release() override { source_->release(); }
  bool rest() override { return source_->rest(); }
  Result<void> reinit() override { return source_->reinit(); }
  PointerSource& pointer() override { return source_->pointer(); }
  void move_pointer(Point frame_position) override { source_->move_pointer(frame_position); }
  void request_mode(Size size, std::uint32_t millihertz) override {
    source_->request_mode(size, millihertz);
  }

 private:
  SystemOutputs outputs_;
  std::unique_ptr<DxgiSource> source_;
};

bool may_be_final(const Error& error) {
  return guest::may_be_final(static_cast<std::uint32_t>(error.os));
}

std::string explain_dxgi(const Error& error, const SystemOutputs& outputs) {
  if (error.code == ErrorCode::NotFound) return outputs.explanation();
  if (error.code == ErrorCode::Unsupported || may_be_final(error))
    return "this Windows cannot duplicate its desktop (" + describe(error) + "): use --capture gdi";
  return "the desktop cannot be duplicated (" + describe(error) +
         "): update the graphics driver, or use --capture gdi";
}

CarryOptions carry_options(const GuestOptions& options, std::span<std::byte> memory) {
  CarryOptions carry{.picture = options.picture};
  if (options.copy_engine)
    carry.make_engine = [memory](IUnknown& adapter, ID3D11Device& device) {
      return Result<std::unique_ptr<CopyEngine>>(D3d12Copier::create(&adapter, device, memory));
    };
  carry.on_engine = [](const Error* why_not) {
    say(why_not == nullptr ? Severity::Info : Severity::Warning,
        why_not == nullptr
            ? "pictures are copied by the GPU's copy engine"
            : "pictures are copied by the processor: no copy engine (" + describe(*why_not) + ")");
  };
  carry.on_no_pass = [](const Error& why) {
    say(Severity::Warning,
        "pictures keep their size and format: the GPU cannot change them (" + describe(why) + ")");
  };
  return carry;
}

struct Refusal {
  Error error;
  std::string sentence;
};
using Opened = std::expected<std::unique_ptr<SystemDxgiSource>, Refusal>;

Opened open_dxgi(const GuestOptions& options, std::span<std::byte> memory) {
  auto source = std::make_unique<SystemDxgiSource>(options.output);
  const auto created = source->create(options.hdr, carry_options(options, memory));
  if (created) return source;
  return std::unexpected(
      Refusal{created.error(), explain_dxgi(created.error(), source->outputs())});
}

void say_waiting(const std::optional<Error>& why) {
  if (!why) return;
  say(Severity::Warning,
      "the desktop cannot be duplicated yet (" + describe(*why) + "): trying on");
}

Created create_dxgi(const GuestOptions& options, std::span<std::byte> memory) {
  auto source = open_dxgi(options, memory);
  if (!source) return std::unexpected(source.error().sentence);
  say_waiting((*source)->waiting_for());
  return *std::move(source);
}

// What it still waits for, after some more tries where that may last for ever.
std::optional<Error> try_again(SystemDxgiSource& source) {
  std::optional<Error> why = source.waiting_for();
  for (int tries = 0; tries < kTries && why && may_be_final(*why); ++tries) {
    Sleep(kBetweenTriesMs);
    const auto opened = source.reinit();
    why = opened ? std::nullopt : std::optional(opened.error());
  }
  return why;
}

// One that duplicates, or can be expected to.
Opened open_promising(const GuestOptions& options, std::span<std::byte> memory) {
  auto source = open_dxgi(options, memory);
  if (!source) return source;
  const std::optional<Error> why = try_again(**source);
  if (why && (may_be_final(*why) || why->code != ErrorCode::Busy))
    return std::unexpected(Refusal{*why, explain_dxgi(*why, (*source)->outputs())});
  say_waiting(why);
  return source;
}

Created create_best(GuestOptions& options, std::span<std::byte> memory) {
  options.capture = CaptureKind::Dxgi;
  auto source = open_promising(options, memory);
  if (source) {
    settle_rates(options);
    return *std::move(source);
  }
  const Refusal& refusal = source.error();
  const bool again = options.verb != Verb::Plain;  // the service's, or as it would be
  if (!other_capture_helps(options.output, refusal.error.code, again))
    return std::unexpected(refusal.sentence);
  say(Severity::Warning, refusal.sentence + "; the screen is read by GDI now");
  options.capture = CaptureKind::Gdi;
  settle_rates(options);
  return create_gdi(options, memory.size());
}

}  // namespace

Created create_source(GuestOptions& options, std::span<std::byte> memory) {
  // Coordinates and sizes in real pixels on every monitor; without it there is no FP16 duplication.
  SetProcessDpiAwarenessContext(DPI_AWARENESS_CONTEXT_PER_MONITOR_AWARE_V2);
  switch (options.capture) {
    case CaptureKind::Auto:
      return create_best(options, memory);
    case CaptureKind::Pattern:
      return create_pattern(options, memory.size());
    case CaptureKind::Gdi:
      return create_gdi(options, memory.size());
    case CaptureKind::Dxgi:
      break;
  }
  return create_dxgi(options, memory);
}

}  // namespace pierglass::guest
