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
  auto parts = std::make_unique<Parts>(std::move(buffer), std::move(bridge), std::move(queue));
  return std::unique_ptr<D3d12Copier>(new D3d12Copier(std::move(parts), memory));
}

// A GPU that hangs may still write to what it was given: none of that is ever freed, on purpose.
D3d12Copier::~D3d12Copier() {
  if (!parts_->queue->finish()) (void)parts_.release();
}

Result<void> D3d12Copier::copy(ID3D11Texture2D& texture, DXGI_FORMAT format, Size size,
                               std::span<const Rect> rects, std::byte* to, std::uint32_t pitch) {
  CHECK(to >= memory_.data() && to < memory_.data() + memory_.size());
  ID3D12Resource* const from = TRY(parts_->bridge.open(texture));
  const D3d12Bridge::Moment drawn = TRY(parts_->bridge.mark());
  TRY(parts_->queue->wait_for(*drawn.fence, drawn.value));
  const D3d12CopyQueue::Place place{.buffer = parts_->buffer.get(),
                                    .offset = static_cast<std::uint64_t>(to - memory_.data()),
                                    .pitch = pitch};
  return parts_->queue->copy(*from, format, size, place, rects);
}

}  // namespace pierglass::guest
