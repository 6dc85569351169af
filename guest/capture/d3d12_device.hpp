// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <d3d12.h>

#include <cstddef>
#include <span>

#include "base/result.hpp"
#include "guest/capture/com_ptr.hpp"

// What mingw-w64's d3d12.h of 2022 lacks. Interface numbers and the order of methods are Windows'.
namespace pierglass::guest {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"  // COM objects end by Release()

// ID3D12Device3 as far as it is called here. The methods between are placeholders: they keep the
// place of the ones that count.
struct D3d12Device3 : ID3D12Device {
  virtual void STDMETHODCALLTYPE CreatePipelineLibrary() = 0;              // ID3D12Device1
  virtual void STDMETHODCALLTYPE SetEventOnMultipleFenceCompletion() = 0;  // ID3D12Device1
  virtual void STDMETHODCALLTYPE SetResidencyPriority() = 0;               // ID3D12Device1
  virtual void STDMETHODCALLTYPE CreatePipelineState() = 0;                // ID3D12Device2
  virtual HRESULT STDMETHODCALLTYPE OpenExistingHeapFromAddress(const void* address, REFIID riid,
                                                                void** heap) = 0;
};
#pragma GCC diagnostic pop
inline constexpr GUID kD3d12Device3 = {
    0x81dadc15, 0x2bad, 0x4392, {0x93, 0xc5, 0x10, 0x13, 0x45, 0xc4, 0xaa, 0x98}};

// A device on `adapter`, null for Windows' first one. Loads d3d12.dll from the system's folder, so
// that the program starts where there is none: Unsupported then.
Result<ComPtr<ID3D12Device>> create_d3d12_device(IUnknown* adapter);

// The mapping that begins at `memory` as one buffer of the device, for the copy engine to write to.
// The mapping outlives it. Unsupported where Windows or the driver cannot open such memory.
Result<ComPtr<ID3D12Resource>> open_buffer(ID3D12Device& device, std::span<std::byte> memory);

}  // namespace pierglass::guest
