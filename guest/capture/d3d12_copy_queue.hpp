// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <d3d12.h>

#include <cstdint>
#include <memory>
#include <span>

#include "base/clock.hpp"
#include "base/geometry.hpp"
#include "base/result.hpp"
#include "guest/capture/com_ptr.hpp"
#include "shm/win32_handle_windows.hpp"

namespace pierglass::guest {

// The GPU's copy engine, one copy at a time. One thread.
class D3d12CopyQueue {
 public:
  // Longer than any copy takes: later the GPU counts as hung.
  static constexpr DWORD kLimitMs = 1000;

  // One picture in a buffer. Direct3D wants `offset` to be a multiple of 512 and `pitch` of 256.
  struct Place {
    ID3D12Resource* buffer = nullptr;
    std::uint64_t offset = 0;
    std::uint32_t pitch = 0;
  };

  static Result<std::unique_ptr<D3d12CopyQueue>> create(ComPtr<ID3D12Device> device);
  D3d12CopyQueue(const D3d12CopyQueue&) = delete;
  D3d12CopyQueue& operator=(const D3d12CopyQueue&) = delete;
  ~D3d12CopyQueue();

  // What is copied after this waits, on the GPU, until `fence` reaches `value`.
  Result<void> wait_for(ID3D12Fence& fence, std::uint64_t value);

  // Copies `rects` of `texture`, whose size and format are given, to the same place of the picture
  // in `target`. Returns when the bytes are there. Lost: the GPU hangs or is gone; use no more. The
  // texture is in the state COMMON, the buffer in COMMON or COPY_DEST. Rects lie inside `size`.
  Result<void> copy(ID3D12Resource& texture, DXGI_FORMAT format, Size size, const Place& target,
                    std::span<const Rect> rects);

  // Waits until nothing is copied any more, at most kLimitMs. False: the GPU may still write.
  bool finish() { return wait_until_done().has_value(); }

  [[nodiscard]] ID3D12Device& device() const { return *device_.get(); }

 private:
  D3d12CopyQueue() = default;
  Result<void> open(ComPtr<ID3D12Device> device);
  Result<void> run();
  Result<void> wait_until_done();

  ComPtr<ID3D12Device> device_;
  ComPtr<ID3D12CommandQueue> queue_;
  ComPtr<ID3D12CommandAllocator> allocator_;
  ComPtr<ID3D12GraphicsCommandList> list_;
  ComPtr<ID3D12Fence> fence_;
  shm::KernelHandle done_;  // set when fence_ reaches submitted_
  std::uint64_t submitted_ = 0;
};

}  // namespace pierglass::guest
