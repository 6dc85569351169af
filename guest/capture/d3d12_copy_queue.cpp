// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/capture/d3d12_copy_queue.hpp"

#include <utility>
#include "guest/capture/dxgi_error.hpp"

namespace pierglass::guest {
namespace {

D3D12_TEXTURE_COPY_LOCATION whole_texture(ID3D12Resource& texture) {
  D3D12_TEXTURE_COPY_LOCATION location{};
  location.pResource = &texture;
  location.Type = D3D12_TEXTURE_COPY_TYPE_SUBRESOURCE_INDEX;
  return location;
}

D3D12_TEXTURE_COPY_LOCATION rows_in(const D3d12CopyQueue::Place& place, DXGI_FORMAT format,
                                    Size size) {
  D3D12_TEXTURE_COPY_LOCATION location{};
  location.pResource = place.buffer;
  location.Type = D3D12_TEXTURE_COPY_TYPE_PLACED_FOOTPRINT;
  location.PlacedFootprint.Offset = place.offset;
  location.PlacedFootprint.Footprint = {.Format = format,
                                        .Width = size.width,
                                        .Height = size.height,
                                        .Depth = 1,
                                        .RowPitch = place.pitch};
  return location;
}

}  // namespace

Result<std::unique_ptr<D3d12CopyQueue>> D3d12CopyQueue::create(ComPtr<ID3D12Device> device) {
  std::unique_ptr<D3d12CopyQueue> queue(new D3d12CopyQueue);
  TRY(queue->open(std::move(device)));
  return queue;
}

Result<void> D3d12CopyQueue::open(ComPtr<ID3D12Device> device) {
  device_ = std::move(device);
  const D3D12_COMMAND_QUEUE_DESC description{.Type = D3D12_COMMAND_LIST_TYPE_COPY,
                                             .Priority = D3D12_COMMAND_QUEUE_PRIORITY_HIGH};
  TRY(check_call(device_->CreateCommandQueue(&description, IID_PPV_ARGS(queue_.put())),
                 "CreateCommandQueue"));
  TRY(check_call(device_->CreateCommandAllocator(description.Type, IID_PPV_ARGS(allocator_.put())),
                 "CreateCommandAllocator"));
  TRY(check_call(device_->CreateCommandList(0, description.Type, allocator_.get(), nullptr,
                                            IID_PPV_ARGS(list_.put())),
                 "CreateCommandList"));
  TRY(check_call(list_->Close(), "ID3D12GraphicsCommandList::Close"));
  TRY(check_call(device_->CreateFence(0, D3D12_FENCE_FLAG_NONE, IID_PPV_ARGS(fence_.put())),
                 "CreateFence"));
  done_ = shm::KernelHandle(CreateEventW(nullptr, FALSE, FALSE, nullptr));
  if (!done_) return fail_os(OsErrorKind::Win32, GetLastError(), "CreateEvent");
  return {};
}

// What the engine still works on must outlive its work.
D3d12CopyQueue::~D3d12CopyQueue() {
  if (fence_ && fence_->GetCompletedValue() < submitted_) (void)wait_until_done();
}

Result<void> D3d12CopyQueue::wait_for(ID3D12Fence& fence, std::uint64_t value) {
  return check_call(queue_->Wait(&fence, value), "ID3D12CommandQueue::Wait", ErrorCode::Lost);
}

Result<void> D3d12CopyQueue::copy(ID3D12Resource& texture, DXGI_FORMAT format, Size size,
                                  const Place& target, std::span<const Rect> rects) {
  TRY(check_call(allocator_->Reset(), "ID3D12CommandAllocator::Reset", ErrorCode::Lost));
  TRY(check_call(list_->Reset(allocator_.get(), nullptr), "ID3D12GraphicsCommandList::Reset",
                 ErrorCode::Lost));
  // No barriers: on a copy queue both sides are promoted from COMMON, and decay to it afterwards.
  const D3D12_TEXTURE_COPY_LOCATION from = whole_texture(texture);
  const D3D12_TEXTURE_COPY_LOCATION to = rows_in(target, format, size);
  for (const Rect& rect : rects) {
    const D3D12_BOX box{.left = rect.x,
                        .top = rect.y,
                        .front = 0,
                        .right = static_cast<UINT>(rect.right()),
                        .bottom = static_cast<UINT>(rect.bottom()),
                        .back = 1};
    list_->CopyTextureRegion(&to, rect.x, rect.y, 0, &from, &box);
  }
  TRY(check_call(list_->Close(), "ID3D12GraphicsCommandList::Close", ErrorCode::Lost));
  return run();
}

Result<void> D3d12CopyQueue::run() {
  ID3D12CommandList* const lists[] = {list_.get()};
  queue_->ExecuteCommandLists(1, lists);
  TRY(check_call(queue_->Signal(fence_.get(), ++submitted_), "ID3D12CommandQueue::Signal",
                 ErrorCode::Lost));
  TRY(wait_until_done());
  // A device that is removed completes its fences without having worked.
  return check_call(device_->GetDeviceRemovedReason(), "ID3D12Device", ErrorCode::Lost);
}

Result<void> D3d12CopyQueue::wait_until_done() {
  if (fence_->GetCompletedValue() >= submitted_) return {};
  TRY(check_call(fence_->SetEventOnCompletion(submitted_, done_.get()), "SetEventOnCompletion",
                 ErrorCode::Lost));
  if (WaitForSingleObject(done_.get(), kLimitMs) == WAIT_OBJECT_0) return {};
  return fail(ErrorCode::Lost, "the GPU's copy engine", kLimitMs);
}

}  // namespace pierglass::guest
