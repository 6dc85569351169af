// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <d3d11.h>

#include <cstdint>
#include <span>

#include "base/geometry.hpp"
#include "base/result.hpp"
#include "guest/capture/com_ptr.hpp"
#include "guest/core/waiter.hpp"
#include "pixel/image.hpp"

namespace pierglass::guest {

// The desktop's newest picture in memory that the CPU can read. Only what changes is copied into
// it, so it is whole at any time. One thread, which also owns the device's immediate context.
class StagingPicture {
 public:
  // Ready for pictures of this kind. True: it is a new one, which lacks everything.
  Result<bool> fit(ID3D11Device& device, Size size, wire::PixelFormat format, DXGI_FORMAT stored);

  // Has the GPU copy the rectangles, which lie inside; returns at once. Not while mapped.
  void copy(ID3D11DeviceContext& context, ID3D11Texture2D& from, std::span<const Rect> rects);

  // The picture, once the GPU has copied; valid until unmap(). Never holds the device's lock while
  // the GPU works: looks again every kLook, and gives up with Lost after kPatience.
  Result<pixel::ConstImage> map(ID3D11DeviceContext& context, Waiter& waiter);
  void unmap(ID3D11DeviceContext& context);

  void clear() { texture_.reset(); }

  // Bytes that the GPU was told to copy, since the beginning.
  [[nodiscard]] std::uint64_t bytes_copied() const { return bytes_copied_; }

  static constexpr Nanoseconds kLook = std::chrono::microseconds(200);
  static constexpr Nanoseconds kPatience = std::chrono::seconds(2);

 private:
  ComPtr<ID3D11Texture2D> texture_;
  Size size_;
  wire::PixelFormat format_ = wire::PixelFormat::Xrgb8888;
  std::uint64_t bytes_copied_ = 0;
};

}  // namespace pierglass::guest
