// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <d3d11_4.h>
#include <d3d12.h>

#include <cstdint>

#include "base/result.hpp"
#include "guest/capture/com_ptr.hpp"
#include "guest/capture/texture_cache.hpp"

namespace pierglass::guest {

// Textures of a Direct3D 11 device as Direct3D 12 sees them, and the order of the two devices'
// work. One thread, the one that uses the immediate context.
class D3d12Bridge {
 public:
  // When the fence has reached the value, Direct3D 11's work so far is done.
  struct Moment {
    ID3D12Fence* fence = nullptr;
    std::uint64_t value = 0;
  };

  // Both devices are of one adapter and outlive this. Unsupported where Direct3D 11 has no fences
  // (before Windows 10 1703).
  static Result<D3d12Bridge> create(ID3D11Device& from, ComPtr<ID3D12Device> to);

  // `texture`, which was made shareable by handle, on the other side. Kept for the next call: the
  // few textures that Windows hands out in turn are opened once. Valid until the next call.
  Result<ID3D12Resource*> open(ID3D11Texture2D& texture);

  // A moment after all that Direct3D 11 was told so far.
  Result<Moment> mark();

  // Those that were opened so far do not come again.
  void forget_textures() { known_.clear(); }

 private:
  D3d12Bridge() = default;
  Result<void> make_fence(ID3D11Device& from);

  ComPtr<ID3D12Device> to_;
  ComPtr<ID3D11DeviceContext4> context_;
  ComPtr<ID3D11Fence> signals_;
  ComPtr<ID3D12Fence> waits_;  // the same fence
  std::uint64_t marked_ = 0;
  TextureCache<ID3D12Resource> known_;
};

}  // namespace pierglass::guest
