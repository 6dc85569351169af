// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <d3d11.h>
#include <dxgi1_6.h>

#include "base/result.hpp"
#include "guest/capture/com_ptr.hpp"

namespace pierglass::guest {

// A Direct3D 11 device and its immediate context, which one thread at a time may use.
struct DxgiDevice {
  ComPtr<ID3D11Device> device;
  ComPtr<ID3D11DeviceContext> context;
  LUID adapter{};  // lasts until Windows restarts or the adapter is gone

  // It works, on the same adapter as this.
  [[nodiscard]] bool serves(IDXGIAdapter1& other) const;
};

// On the adapter that drives the output: another's cannot duplicate it. Queues one frame at most.
// Errors as failure_code() says.
Result<DxgiDevice> make_device(IDXGIAdapter1& adapter);

}  // namespace pierglass::guest
