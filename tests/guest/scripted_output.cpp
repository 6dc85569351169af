// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/guest/scripted_output.hpp"

#include <cwchar>

#include "guest/capture/dxgi_error.hpp"
#include "pixel/turn.hpp"
#include "tests/guest/scripted_duplication.hpp"

namespace pierglass::test {
namespace {

class ScriptedOutput final : public ComObject<IDXGIOutput6> {
 public:
  explicit ScriptedOutput(DesktopPlay& play) : play_(play) {}

  HRESULT STDMETHODCALLTYPE QueryInterface(REFIID id, void** object) override {
    *object = nullptr;
    const bool older =
        id == __uuidof(IUnknown) || id == __uuidof(IDXGIOutput) || id == __uuidof(IDXGIOutput1);
    const bool newer = id == __uuidof(IDXGIOutput5) || id == __uuidof(IDXGIOutput6);
    if (!older && !newer) return E_NOINTERFACE;
    AddRef();
    *object = static_cast<IDXGIOutput6*>(this);
    return S_OK;
  }

  // IDXGIOutput
  HRESULT STDMETHODCALLTYPE GetDesc(DXGI_OUTPUT_DESC* desc) override {
    const DesktopMode& mode = play_.mode();
    const Size upright = pixel::upright_size(mode.size, guest::rotation_of(mode.rotation));
    *desc = {};
    std::wcscpy(desc->DeviceName, L"\\\\.\\DISPLAY1");
    desc->DesktopCoordinates = {.left = mode.origin.x,
                                .top = mode.origin.y,
                                .right = mode.origin.x + static_cast<LONG>(upright.width),
                                .bottom = mode.origin.y + static_cast<LONG>(upright.height)};
    desc->AttachedToDesktop = TRUE;
    desc->Rotation = static_cast<DXGI_MODE_ROTATION>(mode.rotation);
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE GetDisplayModeList(DXGI_FORMAT, UINT, UINT*, DXGI_MODE_DESC*) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE FindClosestMatchingMode(const DXGI_MODE_DESC*, DXGI_MODE_DESC*,
                                                    IUnknown*) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE WaitForVBlank() override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE TakeOwnership(IUnknown*, WINBOOL) override { return E_NOTIMPL; }
  void STDMETHODCALLTYPE ReleaseOwnership() override {}
  HRESULT STDMETHODCALLTYPE GetGammaControlCapabilities(DXGI_GAMMA_CONTROL_CAPABILITIES*) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE SetGammaControl(const DXGI_GAMMA_CONTROL*) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE GetGammaControl(DXGI_GAMMA_CONTROL*) override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE SetDisplaySurface(IDXGISurface*) override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE GetDisplaySurfaceData(IDXGISurface*) override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE GetFrameStatistics(DXGI_FRAME_STATISTICS*) override {
    return E_NOTIMPL;
  }

  // IDXGIOutput1 to 4
  HRESULT STDMETHODCALLTYPE GetDisplayModeList1(DXGI_FORMAT, UINT, UINT*,
                                                DXGI_MODE_DESC1*) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE FindClosestMatchingMode1(const DXGI_MODE_DESC1*, DXGI_MODE_DESC1*,
                                                     IUnknown*) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE GetDisplaySurfaceData1(IDXGIResource*) override { return E_NOTIMPL; }
  HRESULT STDMETHODCALLTYPE DuplicateOutput(IUnknown* device,
                                            IDXGIOutputDuplication** made) override {
    // It gives nothing but this format.
    if (play_.mode().format != guest::dxgi::kB8G8R8A8Unorm) break_rule();
    return duplicate(device, made);
  }
  WINBOOL STDMETHODCALLTYPE SupportsOverlays() override { return FALSE; }
  HRESULT STDMETHODCALLTYPE CheckOverlaySupport(DXGI_FORMAT, IUnknown*, UINT*) override {
    return E_NOTIMPL;
  }
  HRESULT STDMETHODCALLTYPE CheckOverlayColorSpaceSupport(DXGI_FORMAT, DXGI_COLOR_SPACE_TYPE,
                                                          IUnknown*, UINT*) override {
    return E_NOTIMPL;
  }

  // IDXGIOutput5 and 6
  HRESULT STDMETHODCALLTYPE DuplicateOutput1(IUnknown* device, UINT flags, UINT count,
                                             const DXGI_FORMAT* formats,
                                             IDXGIOutputDuplication** made) override {
    if (!play_.has_newer_call()) return DXGI_ERROR_UNSUPPORTED;
    bool offered = false;
    for (UINT i = 0; i < count; ++i)
      offered = offered || formats[i] == static_cast<DXGI_FORMAT>(play_.mode().format);
    if (flags != 0 || !offered) return E_INVALIDARG;
    return duplicate(device, made);
  }
  HRESULT STDMETHODCALLTYPE GetDesc1(DXGI_OUTPUT_DESC1* desc) override {
    const guest::OutputColour colour = play_.mode().colour();
    *desc = {};
    desc->ColorSpace = static_cast<DXGI_COLOR_SPACE_TYPE>(colour.colour_space);
    std::copy_n(&colour.primaries[0], 2, desc->RedPrimary);
    std::copy_n(&colour.primaries[2], 2, desc->GreenPrimary);
    std::copy_n(&colour.primaries[4], 2, desc->BluePrimary);
    std::copy_n(&colour.primaries[6], 2, desc->WhitePoint);
    desc->MaxLuminance = colour.max_luminance;
    desc->MinLuminance = colour.min_luminance;
    desc->MaxFullFrameLuminance = colour.max_full_frame_luminance;
    return S_OK;
  }
  HRESULT STDMETHODCALLTYPE CheckHardwareCompositionSupport(UINT*) override { return E_NOTIMPL; }

 private:
  HRESULT duplicate(IUnknown* device, IDXGIOutputDuplication** made) {
    const std::uint32_t answer = play_.open();
    if (answer != 0) return static_cast<HRESULT>(answer);
    guest::ComPtr<ID3D11Device> d3d;
    device->QueryInterface(__uuidof(ID3D11Device), d3d.put_void());
    if (!d3d) return E_INVALIDARG;
    *made = new ScriptedDuplication(play_, *d3d);
    return S_OK;
  }

  DesktopPlay& play_;
};

}  // namespace

// One adapter for all: making a factory takes Wine half a second.
Result<guest::DxgiOutput> ScriptedOutputs::find() {
  if (!adapter_) {
    guest::ComPtr<IDXGIFactory1> factory;
    const HRESULT made = CreateDXGIFactory1(__uuidof(IDXGIFactory1), factory.put_void());
    if (FAILED(made)) return guest::fail_dxgi(made, "CreateDXGIFactory1");
    const HRESULT first = factory->EnumAdapters1(0, adapter_.put());
    if (FAILED(first)) return guest::fail_dxgi(first, "EnumAdapters1");
  }
  return guest::DxgiOutput{.adapter = guest::ComPtr<IDXGIAdapter1>::share(adapter_.get()),
                           .output = guest::ComPtr<IDXGIOutput>::adopt(new ScriptedOutput(play_))};
}

}  // namespace pierglass::test
