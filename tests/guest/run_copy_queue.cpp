// SPDX-License-Identifier: GPL-2.0-or-later
// Copies random rectangles of a texture into a buffer with D3d12CopyQueue and compares every byte
// of the buffer with what it must hold. Prints one line; the exit status is 0 when all agree.
#include <windows.h>
// windows.h first
#include <d3d12.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <random>
#include <span>
#include <utility>
#include <vector>

#include "base/describe.hpp"
#include "guest/capture/d3d12_copy_queue.hpp"
#include "guest/capture/d3d12_device.hpp"
#include "guest/capture/dxgi_error.hpp"
#include "tests/guest/dxgi_runs.hpp"

namespace pierglass::guest {
namespace {

constexpr Size kSize{637, 331};
constexpr std::uint32_t kPitch = 2560;
constexpr std::uint64_t kOffset = 65536;
constexpr std::uint64_t kBytes = kOffset + std::uint64_t{kPitch} * kSize.height;
constexpr int kRounds = 300;

D3D12_RESOURCE_DESC describe_resource(D3D12_RESOURCE_DIMENSION dimension, std::uint64_t width,
                                      std::uint32_t height) {
  const bool buffer = dimension == D3D12_RESOURCE_DIMENSION_BUFFER;
  D3D12_RESOURCE_DESC description{};
  description.Dimension = dimension;
  description.Width = width;
  description.Height = height;
  description.DepthOrArraySize = 1;
  description.MipLevels = 1;
  description.Format = buffer ? DXGI_FORMAT_UNKNOWN : DXGI_FORMAT_B8G8R8A8_UNORM;
  description.SampleDesc.Count = 1;
  description.Layout = buffer ? D3D12_TEXTURE_LAYOUT_ROW_MAJOR : D3D12_TEXTURE_LAYOUT_UNKNOWN;
  return description;
}

Result<ComPtr<ID3D12Resource>> make(ID3D12Device& device, D3D12_HEAP_TYPE heap,
                                    const D3D12_RESOURCE_DESC& description,
                                    D3D12_RESOURCE_STATES state) {
  D3D12_HEAP_PROPERTIES properties{};
  properties.Type = heap;
  ComPtr<ID3D12Resource> resource;
  TRY(check_call(device.CreateCommittedResource(&properties, D3D12_HEAP_FLAG_NONE, &description,
                                                state, nullptr, IID_PPV_ARGS(resource.put())),
                 "CreateCommittedResource"));
  return resource;
}

Result<std::span<std::byte>> map(ID3D12Resource& resource, std::uint64_t bytes) {
  void* address = nullptr;
  TRY(check_call(resource.Map(0, nullptr, &address), "ID3D12Resource::Map"));
  return std::span(static_cast<std::byte*>(address), bytes);
}

// Fills the texture once, by a queue of its own.
Result<void> upload(ID3D12Device& device, ID3D12Resource& texture,
                    std::span<const std::uint32_t> pixels) {
  const std::uint64_t bytes = std::uint64_t{kPitch} * kSize.height;
  const auto staging = TRY(make(device, D3D12_HEAP_TYPE_UPLOAD,
                                describe_resource(D3D12_RESOURCE_DIMENSION_BUFFER, bytes, 1),
                                D3D12_RESOURCE_STATE_GENERIC_READ));
  const auto mapped = TRY(map(*staging.get(), bytes));
  for (std::uint32_t y = 0; y < kSize.height; ++y)
    std::memcpy(mapped.data() + std::size_t{y} * kPitch, pixels.data() + y * kSize.width,
                kSize.width * sizeof(std::uint32_t));

  const D3D12_COMMAND_QUEUE_DESC direct{.Type = D3D12_COMMAND_LIST_TYPE_DIRECT};
  ComPtr<ID3D12CommandQueue> queue;
  ComPtr<ID3D12CommandAllocator> allocator;
  ComPtr<ID3D12GraphicsCommandList> list;
  ComPtr<ID3D12Fence> fence;
  TRY(check_call(device.CreateCommandQueue(&direct, IID_PPV_ARGS(queue.put())),
                 "CreateCommandQueue"));
  TRY(check_call(device.CreateCommandAllocator(direct.Type, IID_PPV_ARGS(allocator.put())),
                 "CreateCommandAllocator"));
  TRY(check_call(
      device.CreateCommandList(0, direct.Type, allocator.get(), nullptr, IID_PPV_ARGS(list.put())),
      "CreateCommandList"));
  TRY(check_call(device.CreateFence(0, D3D12_FENCE_FLAG_NONE, IID_PPV_ARGS(fence.put())),
                 "CreateFence"));

  D3D12_TEXTURE_COPY_LOCATION from{};
  from.pResource = staging.get();
  from.Type = D3D12_TEXTURE_COPY_TYPE_PLACED_FOOTPRINT;
  from.PlacedFootprint.Footprint = {DXGI_FORMAT_B8G8R8A8_UNORM, kSize.width, kSize.height, 1,
                                    kPitch};
  D3D12_TEXTURE_COPY_LOCATION to{};
  to.pResource = &texture;
  to.Type = D3D12_TEXTURE_COPY_TYPE_SUBRESOURCE_INDEX;
  list->CopyTextureRegion(&to, 0, 0, 0, &from, nullptr);
  D3D12_RESOURCE_BARRIER barrier{};
  barrier.Type = D3D12_RESOURCE_BARRIER_TYPE_TRANSITION;
  barrier.Transition = {&texture, 0, D3D12_RESOURCE_STATE_COPY_DEST, D3D12_RESOURCE_STATE_COMMON};
  list->ResourceBarrier(1, &barrier);
  TRY(check_call(list->Close(), "Close"));
  ID3D12CommandList* const lists[] = {list.get()};
  queue->ExecuteCommandLists(1, lists);
  TRY(check_call(queue->Signal(fence.get(), 1), "Signal"));
  return check_call(fence->SetEventOnCompletion(1, nullptr), "SetEventOnCompletion");
}

std::vector<Rect> random_rects(std::mt19937& random) {
  std::vector<Rect> rects(1 + random() % 8);
  for (Rect& rect : rects) {
    rect.x = random() % kSize.width;
    rect.y = random() % kSize.height;
    rect.width = 1 + random() % (kSize.width - rect.x);
    rect.height = 1 + random() % (kSize.height - rect.y);
  }
  return rects;
}

void copy_truth(std::vector<std::byte>& truth, std::span<const std::uint32_t> pixels,
                std::span<const Rect> rects) {
  for (const Rect& rect : rects) {
    for (std::uint32_t y = rect.y; y < rect.bottom(); ++y)
      std::memcpy(truth.data() + kOffset + std::size_t{y} * kPitch + rect.x * 4ULL,
                  pixels.data() + std::size_t{y} * kSize.width + rect.x, rect.width * 4ULL);
  }
}

Result<bool> check() {
  std::mt19937 random(1);
  std::vector<std::uint32_t> pixels(kSize.area());
  for (std::uint32_t& pixel : pixels) pixel = random();

  auto made = TRY(create_d3d12_device(nullptr));
  const auto queue = TRY(D3d12CopyQueue::create(std::move(made)));
  ID3D12Device& device = queue->device();
  const auto texture =
      TRY(make(device, D3D12_HEAP_TYPE_DEFAULT,
               describe_resource(D3D12_RESOURCE_DIMENSION_TEXTURE2D, kSize.width, kSize.height),
               D3D12_RESOURCE_STATE_COPY_DEST));
  TRY(upload(device, *texture.get(), pixels));
  const auto buffer = TRY(make(device, D3D12_HEAP_TYPE_READBACK,
                               describe_resource(D3D12_RESOURCE_DIMENSION_BUFFER, kBytes, 1),
                               D3D12_RESOURCE_STATE_COPY_DEST));
  const auto bytes = TRY(map(*buffer.get(), kBytes));
  std::vector<std::byte> truth(kBytes);
  for (int round = 0; round < kRounds; ++round) {
    std::ranges::fill(bytes, std::byte{});
    std::ranges::fill(truth, std::byte{});
    const std::vector<Rect> rects = random_rects(random);
    TRY(queue->copy(*texture.get(), DXGI_FORMAT_B8G8R8A8_UNORM, kSize,
                    {.buffer = buffer.get(), .offset = kOffset, .pitch = kPitch}, rects));
    copy_truth(truth, pixels, rects);
    if (!std::ranges::equal(bytes, truth)) {
      std::printf("round %d: the buffer differs\n", round);
      return false;
    }
  }
  std::printf("%d copies, every byte right\n", kRounds);
  return true;
}

}  // namespace
}  // namespace pierglass::guest

int pierglass::test::run_copy_queue() {
  const auto result = guest::check();
  if (result) return *result ? 0 : 1;
  std::printf("%s\n", describe(result.error()).c_str());
  return 2;
}
