// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <d3d11.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include "base/geometry.hpp"
#include "guest/capture/copy_engine.hpp"
#include "guest/capture/d3d12_bridge.hpp"
#include "guest/capture/d3d12_copy_queue.hpp"

namespace pierglass::guest {

// The GPU's own copy engine, by Direct3D 12.
class D3d12Copier final : public CopyEngine {
 public:
  // `memory` is a whole mapping, which outlives this, as the device does. Unsupported where
  // Windows, the driver or the memory is not fit for it; `what` says which.
  static Result<std::unique_ptr<D3d12Copier>> create(IUnknown* adapter, ID3D11Device& device,
                                                     std::span<std::byte> memory);
  D3d12Copier(const D3d12Copier&) = delete;
  D3d12Copier& operator=(const D3d12Copier&) = delete;
  // Waits for the engine, at most D3d12CopyQueue::kLimitMs.
  ~D3d12Copier() override;

  // Direct3D wants `to` at a multiple of 512 bytes from the memory's start, and `pitch` to be a
  // multiple of 256.
  Result<void> copy(ID3D11Texture2D& texture, DXGI_FORMAT format, Size size,
                    std::span<const Rect> rects, std::byte* to, std::uint32_t pitch) override;

  void forget_textures() override { parts_->bridge.forget_textures(); }

 private:
  struct Parts {
    ComPtr<ID3D12Resource> buffer;  // the memory
    D3d12Bridge bridge;
    std::unique_ptr<D3d12CopyQueue> queue;  // last: it ends before what it works on
  };
  D3d12Copier(std::unique_ptr<Parts> parts, std::span<std::byte> memory)
      : parts_(std::move(parts)), memory_(memory) {}

  std::unique_ptr<Parts> parts_;
  std::span<std::byte> memory_;
};

}  // namespace pierglass::guest
