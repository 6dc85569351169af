// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <d3d11.h>
#include <dxgi1_6.h>

#include <atomic>

#include "guest/capture/com_ptr.hpp"
#include "tests/guest/scripted_output.hpp"

namespace pierglass::test {

// The unused half of what each DXGI object must have, and the count of references.
template <typename Interface>
class ComObject : public Interface {
 public:
  virtual ~ComObject() = default;

  ULONG STDMETHODCALLTYPE AddRef() override { return ++references_; }
  ULONG STDMETHODCALLTYPE Release() override {
    const ULONG left = --references_;
    if (left == 0) delete this;
    return left;
  }
  HRESULT STDMETHODCALLTYPE SetPrivateData(REFGUID, UINT, const void*) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE SetPrivateDataInterface(REFGUID, const IUnknown*) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE GetPrivateData(REFGUID, UINT*, void*) override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE GetParent(REFIID, void**) override { return E_NOTIMPL; }

 private:
  std::atomic<ULONG> references_{1};
};

// Answers as the play says, with a texture of the device that asked. Counts broken rules.
class ScriptedDuplication final : public ComObject<IDXGIOutputDuplication> {
 public:
  ScriptedDuplication(DesktopPlay& play, ID3D11Device& device);
  ~ScriptedDuplication() override;

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID id, void** object) override;
  void STDMETHODCALLTYPE GetDesc(DXGI_OUTDUPL_DESC* desc) override;
  HRESULT STDMETHODCALLTYPE AcquireNextFrame(UINT milliseconds, DXGI_OUTDUPL_FRAME_INFO* info,
                                             IDXGIResource** resource) override;
  HRESULT STDMETHODCALLTYPE GetFrameDirtyRects(UINT size, RECT* rects, UINT* needed) override;
  HRESULT STDMETHODCALLTYPE GetFrameMoveRects(UINT size, DXGI_OUTDUPL_MOVE_RECT* rects,
                                              UINT* needed) override;
  HRESULT STDMETHODCALLTYPE GetFramePointerShape(UINT size, void* buffer, UINT* needed,
                                                 DXGI_OUTDUPL_POINTER_SHAPE_INFO* info) override;
  HRESULT STDMETHODCALLTYPE MapDesktopSurface(DXGI_MAPPED_RECT*) override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE UnMapDesktopSurface() override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE ReleaseFrame() override;

 private:
  HRESULT make_texture();
  void upload(std::span<const Rect> rects);
  void fill(DXGI_OUTDUPL_FRAME_INFO& info) const;
  HRESULT show(DXGI_OUTDUPL_FRAME_INFO& info, IDXGIResource** resource);

  DesktopPlay& play_;
  guest::ComPtr<ID3D11Device> device_;
  guest::ComPtr<ID3D11DeviceContext> context_;
  guest::ComPtr<ID3D11Texture2D> texture_;
  DesktopStep first_;                  // Windows begins with all of the screen
  const DesktopStep* step_ = nullptr;  // that is held
  bool begun_ = false;
};

void break_rule();

}  // namespace pierglass::test
