// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/capture/d3d12_device.hpp"
#include "guest/capture/dxgi_error.hpp"

namespace pierglass::guest {
namespace {

// Stays loaded: drivers leave threads behind.
PFN_D3D12_CREATE_DEVICE load_create_device() {
  const HMODULE library = LoadLibraryExW(L"d3d12.dll", nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
  if (library == nullptr) return nullptr;
  return reinterpret_cast<PFN_D3D12_CREATE_DEVICE>(
      reinterpret_cast<void*>(GetProcAddress(library, "D3D12CreateDevice")));
}

D3D12_RESOURCE_DESC buffer_description(std::uint64_t bytes) {
  D3D12_RESOURCE_DESC description{};
  description.Dimension = D3D12_RESOURCE_DIMENSION_BUFFER;
  description.Width = bytes;
  description.Height = 1;
  description.DepthOrArraySize = 1;
  description.MipLevels = 1;
  description.Format = DXGI_FORMAT_UNKNOWN;
  description.SampleDesc.Count = 1;
  description.Layout = D3D12_TEXTURE_LAYOUT_ROW_MAJOR;
  // Heaps from existing memory are shared with other adapters.
  description.Flags = D3D12_RESOURCE_FLAG_ALLOW_CROSS_ADAPTER;
  return description;
}

}  // namespace

Result<ComPtr<ID3D12Device>> create_d3d12_device(IUnknown* adapter) {
  const auto create = load_create_device();
  if (create == nullptr) return fail(ErrorCode::Unsupported, "d3d12.dll");
  ComPtr<ID3D12Device> device;
  TRY(check_call(create(adapter, D3D_FEATURE_LEVEL_11_0, IID_PPV_ARGS(device.put())),
                 "D3D12CreateDevice", ErrorCode::Unsupported));
  return device;
}

Result<ComPtr<ID3D12Resource>> open_buffer(ID3D12Device& device, std::span<std::byte> memory) {
  ComPtr<D3d12Device3> opener;
  TRY(check_call(device.QueryInterface(kD3d12Device3, opener.put_void()), "ID3D12Device3",
                 ErrorCode::Unsupported));
  ComPtr<ID3D12Heap> heap;
  TRY(check_call(opener->OpenExistingHeapFromAddress(memory.data(), IID_PPV_ARGS(heap.put())),
                 "OpenExistingHeapFromAddress", ErrorCode::Unsupported));
  const D3D12_RESOURCE_DESC description = buffer_description(memory.size());
  ComPtr<ID3D12Resource> buffer;
  TRY(check_call(
      device.CreatePlacedResource(heap.get(), 0, &description, D3D12_RESOURCE_STATE_COPY_DEST,
                                  nullptr, IID_PPV_ARGS(buffer.put())),
      "CreatePlacedResource", ErrorCode::Unsupported));
  // Some drivers accept the memory and lose the device over it.
  TRY(check_call(device.GetDeviceRemovedReason(), "ID3D12Device", ErrorCode::Unsupported));
  return buffer;
}

}  // namespace pierglass::guest
