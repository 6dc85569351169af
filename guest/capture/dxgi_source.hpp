// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "guest/capture/duplication.hpp"
#include "guest/capture/dxgi_device.hpp"
#include "guest/capture/dxgi_outputs.hpp"
#include "guest/capture/dxgi_pointer.hpp"
#include "guest/capture/input_desktop.hpp"
#include "guest/capture/picture_carrier.hpp"
#include "guest/core/capture_source.hpp"
#include "guest/core/desktop_place.hpp"
#include "guest/core/output_colour.hpp"
#include "guest/core/protected_watch.hpp"

namespace pierglass::guest {

// What a source has seen since it was made.
struct DxgiCounters {
  std::uint64_t pictures = 0;
  std::uint64_t pointer_only = 0;       // wake-ups without a picture: nothing is copied
  std::uint64_t reinits = 0;            // that succeeded
  std::uint64_t rests = 0;              // duplications let go of because nobody looked
  std::uint64_t refused = 0;            // pictures of a size or format that no frame can have
  std::uint64_t protected_content = 0;  // pictures in which Windows blackened a part
  std::uint64_t bytes_copied = 0;       // by the GPU, into memory that the CPU reads
};

// One output by desktop duplication; PictureCarrier makes frames of its textures. All of
// duplication, device and output is made anew after a loss. A new level of SDR white, which comes
// without a picture, counts as one.
class DxgiSource final : public CaptureSource {
 public:
  // `outputs` outlives this. What is only not to be had now (the secure desktop, a mode that
  // changes) does not fail: the first acquire() says MustReinit. NotFound: as DxgiOutputs::find().
  // Unsupported: Windows has no duplication, or `make_waiter` gave nothing. OsCall: the call.
  static Result<std::unique_ptr<DxgiSource>> create(DxgiOutputs& outputs, HdrWish wish,
                                                    CarryOptions carry, MakeWaiter make_waiter);
  DxgiSource(const DxgiSource&) = delete;
  DxgiSource& operator=(const DxgiSource&) = delete;
  ~DxgiSource() override { release(); }

  CaptureOutcome acquire(HostTime now, Nanoseconds timeout, CapturedFrame& frame) override;
  void release() override;
  void between_pictures() override { ask_white(HostClock::now()); }
  bool rest() override;
  Result<void> reinit() override;
  PointerSource& pointer() override { return pointer_; }
  void move_pointer(Point frame_position) override;
  void request_mode(Size, std::uint32_t) override {}  // the desktop's mode is Windows' affair

  // Called on the capture thread when Windows begins to blacken protected content (true), and when
  // it has ceased to; ten seconds apart at least. Before the first acquire().
  void on_protected(std::function<void(bool)> told) { on_protected_ = std::move(told); }

  // Why there is no duplication yet; nothing once there has been one. After create().
  [[nodiscard]] const std::optional<Error>& waiting_for() const { return waiting_for_; }

  // Capture thread, or when that has ended.
  [[nodiscard]] DxgiCounters counters() const;

 private:
  DxgiSource(DxgiOutputs& outputs, HdrWish wish, CarryOptions carry, std::unique_ptr<Waiter> waiter)
      : outputs_(outputs), wish_(wish), carrier_(std::move(carry), std::move(waiter)) {}

  Result<void> open();
  Result<void> duplicate(const DxgiOutput& found);
  Result<void> renew_device(IDXGIAdapter1& adapter);
  void drop_device();
  void close();
  void describe(IDXGIOutput& output);
  void take_pointer();
  CaptureOutcome look(HostTime now, Nanoseconds timeout, CapturedFrame& frame);
  void ask_white(HostTime now);
  CaptureOutcome take_picture(HostTime begun, CapturedFrame& frame);
  CaptureOutcome refuse();
  static CaptureOutcome fail_with(const Error& error);
  void set_scale(Size stored, Size frame);
  void describe(wire::PixelFormat format, CapturedFrame& frame);

  DxgiOutputs& outputs_;
  const HdrWish wish_;
  std::optional<Error> waiting_for_;
  InputDesktop desktop_;
  DxgiDevice device_;
  bool device_used_ = false;  // it has made a duplication
  std::optional<Duplication> duplication_;
  PictureCarrier carrier_;
  bool fresh_ = true;  // no picture of this duplication was handed out yet
  CursorShape shape_;
  DxgiCounters counters_;

  // Of the output:
  OutputColour colour_;
  wire::Rotation rotation_ = wire::Rotation::None;
  std::uint32_t white_millinits_ = 0;
  std::uint32_t shown_white_ = 0;  // the last picture's
  HostTime white_due_;
  bool white_counts_ = false;  // in the last picture
  ProtectedWatch protected_;
  std::function<void(bool)> on_protected_;

  std::mutex place_mutex_;  // held for a few words
  DesktopPlace place_;
  PictureScale scale_;
  DxgiPointer pointer_;
  InputDesktop control_desktop_;  // the control thread's
};

}  // namespace pierglass::guest
