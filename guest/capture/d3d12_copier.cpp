// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/capture/d3d12_copier.hpp"

#include <utility>

#include "guest/capture/d3d12_device.hpp"

namespace pierglass::guest {

Result<std::unique_ptr<D3d12Copier>> D3d12Copier::create(IUnknown* adapter, ID3D11Device& device,
                                                         std::span<std::byte> memory) {
  ComPtr<ID3D12Device> engine = TRY(create_d3d12_device(adapter));
  ComPtr<ID3D12Resource> buffer = TRY(open_buffer(*engine.get(), memory));
  D3d12Bridge bridge = TRY(D3d12Bridge::create(device, ComPtr<ID3D12Device>::share(engine.get())));
  auto queue = TRY(D3d12CopyQueue::create(std::move(engine)));
  return std::unique_ptr<D3d12Copier>(
      new D3d12Copier(std::move(queue), std::move(buffer), std::move(bridge), memory));
}

D3d12Copier::D3d12Copier(std::unique_ptr<D3d12CopyQueue> queue, ComPtr<ID3D12Resource> buffer,
                         D3d12Bridge bridge, std::span<std::byte> memory)
    : queue_(std::move(queue)),
      buffer_(std::move(buffer)),
      bridge_(std::move(bridge)),
      memory_(memory) {}

Result<void> D3d12Copier::copy(ID3D11Texture2D& texture, DXGI_FORMAT format, Size size,
                               std::span<const Rect> rects, std::byte* to, std::uint32_t pitch) {
  CHECK(to >= memory_.data() && to < memory_.data() + memory_.size());
  ID3D12Resource* const from = TRY(bridge_.open(texture));
  const D3d12Bridge::Moment drawn = TRY(bridge_.mark());
  TRY(queue_->wait_for(*drawn.fence, drawn.value));
  const D3d12CopyQueue::Place place{.buffer = buffer_.get(),
                                    .offset = static_cast<std::uint64_t>(to - memory_.data()),
                                    .pitch = pitch};
  return queue_->copy(*from, format, size, place, rects);
}

}  // namespace pierglass::guest
