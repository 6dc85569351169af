// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/capture/d3d12_bridge.hpp"

#include <dxgi1_2.h>

#include <utility>

#include "guest/capture/dxgi_error.hpp"
#include "shm/win32_handle_windows.hpp"

namespace pierglass::guest {

Result<D3d12Bridge> D3d12Bridge::create(ID3D11Device& from, ComPtr<ID3D12Device> to) {
  D3d12Bridge bridge;
  bridge.to_ = std::move(to);
  TRY(bridge.make_fence(from));
  return bridge;
}

Result<void> D3d12Bridge::make_fence(ID3D11Device& from) {
  ComPtr<ID3D11Device5> device;
  TRY(check_call(from.QueryInterface(IID_PPV_ARGS(device.put())), "ID3D11Device5",
                 ErrorCode::Unsupported));
  ComPtr<ID3D11DeviceContext> context;
  from.GetImmediateContext(context.put());
  context_ = context.as<ID3D11DeviceContext4>();
  if (!context_) return fail(ErrorCode::Unsupported, "ID3D11DeviceContext4");
  TRY(check_call(device->CreateFence(0, D3D11_FENCE_FLAG_SHARED, IID_PPV_ARGS(signals_.put())),
                 "ID3D11Device5::CreateFence", ErrorCode::Unsupported));
  HANDLE raw = nullptr;
  TRY(check_call(signals_->CreateSharedHandle(nullptr, GENERIC_ALL, nullptr, &raw),
                 "ID3D11Fence::CreateSharedHandle", ErrorCode::Unsupported));
  const shm::KernelHandle handle(raw);
  return check_call(to_->OpenSharedHandle(handle.get(), IID_PPV_ARGS(waits_.put())),
                    "ID3D12Device::OpenSharedHandle of a fence", ErrorCode::Unsupported);
}

Result<ID3D12Resource*> D3d12Bridge::open(ID3D11Texture2D& texture) {
  if (ID3D12Resource* const known = known_.find(texture)) return known;
  ComPtr<IDXGIResource1> shared;
  TRY(check_call(texture.QueryInterface(IID_PPV_ARGS(shared.put())), "IDXGIResource1",
                 ErrorCode::Unsupported));
  HANDLE raw = nullptr;
  TRY(check_call(shared->CreateSharedHandle(nullptr, DXGI_SHARED_RESOURCE_READ, nullptr, &raw),
                 "IDXGIResource1::CreateSharedHandle", ErrorCode::Unsupported));
  const shm::KernelHandle handle(raw);
  ComPtr<ID3D12Resource> resource;
  TRY(check_call(to_->OpenSharedHandle(handle.get(), IID_PPV_ARGS(resource.put())),
                 "ID3D12Device::OpenSharedHandle", ErrorCode::Unsupported));
  return known_.keep(texture, std::move(resource));
}

Result<D3d12Bridge::Moment> D3d12Bridge::mark() {
  TRY(check_call(context_->Signal(signals_.get(), ++marked_), "ID3D11DeviceContext4::Signal",
                 ErrorCode::Lost));
  context_->Flush();
  return Moment{.fence = waits_.get(), .value = marked_};
}

}  // namespace pierglass::guest
