// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/capture/dxgi_device.hpp"

#include <array>

#include "guest/capture/dxgi_error.hpp"

namespace pierglass::guest {
namespace {

LUID luid_of(IDXGIAdapter1& adapter) {
  DXGI_ADAPTER_DESC1 desc{};
  adapter.GetDesc1(&desc);
  return desc.AdapterLuid;
}

}  // namespace

bool DxgiDevice::serves(IDXGIAdapter1& other) const {
  if (!device || FAILED(device->GetDeviceRemovedReason())) return false;
  const LUID luid = luid_of(other);
  return luid.LowPart == adapter.LowPart && luid.HighPart == adapter.HighPart;
}

Result<DxgiDevice> make_device(IDXGIAdapter1& adapter) {
  constexpr std::array kLevels{D3D_FEATURE_LEVEL_11_1, D3D_FEATURE_LEVEL_11_0,
                               D3D_FEATURE_LEVEL_10_1, D3D_FEATURE_LEVEL_10_0};
  DxgiDevice made;
  made.adapter = luid_of(adapter);
  // A driver type beside an adapter is an error.
  const HRESULT result = D3D11CreateDevice(&adapter, D3D_DRIVER_TYPE_UNKNOWN, nullptr, 0,
                                           kLevels.data(), kLevels.size(), D3D11_SDK_VERSION,
                                           made.device.put(), nullptr, made.context.put());
  if (FAILED(result)) return fail_dxgi(result, "D3D11CreateDevice");
  if (const auto dxgi = made.device.as<IDXGIDevice1>()) dxgi->SetMaximumFrameLatency(1);
  return made;
}

}  // namespace pierglass::guest
