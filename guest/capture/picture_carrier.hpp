// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <d3d11.h>

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include "guest/capture/copy_engine.hpp"
#include "guest/capture/dxgi_device.hpp"
#include "guest/capture/gpu_pass.hpp"
#include "guest/capture/staging_picture.hpp"
#include "guest/core/capture_source.hpp"
#include "guest/core/picture_plan.hpp"
#include "guest/core/waiter.hpp"

namespace pierglass::guest {

// How pictures get from a GPU's texture into a slot.
struct CarryOptions {
  PictureWish picture;
  // For textures of a device on an adapter; empty: the processor copies.
  std::function<Result<std::unique_ptr<CopyEngine>>(IUnknown& adapter, ID3D11Device& device)>
      make_engine;
  // Called on the capture thread at the start and when it changes: null: the copy engine copies,
  // else why the processor does. Not called when no engine is wanted.
  std::function<void(const Error*)> on_engine;
  // A pass that cannot be had: pictures go as they are.
  std::function<void(const Error&)> on_no_pass;
};

// Takes captured textures, has the GPU scale or convert them where that is wished, and makes frames
// of them: by the copy engine, whose first copy is compared with the processor's, or as memory that
// the processor reads. What the engine cannot do the processor does, in the same frame. The capture
// thread's.
class PictureCarrier final : public FrameCopier {
 public:
  PictureCarrier(CarryOptions options, std::unique_ptr<Waiter> waiter);

  // For textures of this device from now on.
  void open(DxgiDevice& device, IUnknown& adapter);
  // The captured textures so far do not come again.
  void forget_textures();
  // Before the device goes: lets go of everything of it.
  void close();

  // One captured picture. `texture` stays what it is until release().
  struct Taken {
    ID3D11Texture2D* texture = nullptr;
    DXGI_FORMAT stored = DXGI_FORMAT_UNKNOWN;
    Size size;
    wire::PixelFormat format = wire::PixelFormat::Xrgb8888;
    wire::Rotation rotation = wire::Rotation::None;
    std::optional<pixel::DamageRegion> damage;  // nothing: all of it
  };
  // Fills picture, damage and copier of `frame`, and its colour space where the pass changed it.
  Result<void> take(const Taken& taken, CapturedFrame& frame);
  void release();

  Result<void> copy(std::span<const Rect> rects, const pixel::Image& slot) override;

  // Into memory that the processor reads, since the beginning.
  [[nodiscard]] std::uint64_t bytes_staged() const { return staging_.bytes_copied(); }

 private:
  // What is copied from: the captured texture, or what the pass made of it.
  struct Held {
    ID3D11Texture2D* texture = nullptr;
    DXGI_FORMAT stored = DXGI_FORMAT_UNKNOWN;
    Size size;
    wire::PixelFormat format = wire::PixelFormat::Xrgb8888;
  };

  struct EngineState {
    bool copies = false;
    std::optional<ErrorCode> why_not;
    friend bool operator==(const EngineState&, const EngineState&) = default;
  };

  PicturePlan plan_for(const Taken& taken);
  Result<Held> draw(const Taken& taken, const PicturePlan& plan, pixel::DamageRegion& damage);
  Result<void> stage(CapturedFrame& frame);
  Result<pixel::ConstImage> staged(std::span<const Rect> rects);
  Result<void> copy_by_engine(std::span<const Rect> rects, const pixel::Image& slot);
  Result<void> verify(std::span<const Rect> rects, const pixel::Image& slot);
  Result<void> copy_by_processor(std::span<const Rect> rects, const pixel::Image& slot);
  void give_engine_up(const Error& why);
  void tell_engine(const Error* why_not);

  const CarryOptions options_;
  const std::unique_ptr<Waiter> waiter_;  // for the GPU
  DxgiDevice* device_ = nullptr;          // between open() and close()
  std::unique_ptr<GpuPass> pass_;
  bool pass_failed_ = false;
  std::unique_ptr<CopyEngine> engine_;
  bool verified_ = false;            // the engine's bytes are those of the texture
  bool engine_failed_ = false;       // for good: it wrote something else
  std::optional<EngineState> told_;  // by on_engine
  StagingPicture staging_;
  Held held_;
  bool mapped_ = false;
  pixel::DamageRegion damage_;
};

}  // namespace pierglass::guest
