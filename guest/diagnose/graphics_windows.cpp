// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/diagnose/graphics_windows.hpp"

#include <d3d11.h>
#include <dxgi1_6.h>
#include <windows.h>

#include <array>
#include <string>

#include "base/clock.hpp"
#include "guest/capture/com_ptr.hpp"
#include "guest/report.hpp"
#include "shm/text_windows.hpp"

namespace pierglass::guest {
namespace {

constexpr Nanoseconds kWatched = std::chrono::milliseconds(500);

std::string failed(const char* call, HRESULT result) {
  char text[96];
  std::snprintf(text, sizeof text, "%s failed: HRESULT 0x%08lx", call,
                static_cast<unsigned long>(result));
  return text;
}

// The largest of its modes, or what the desktop has on it now.
Size largest_mode(const DXGI_OUTPUT_DESC& output) {
  const RECT& desktop = output.DesktopCoordinates;
  Size largest{static_cast<std::uint32_t>(desktop.right - desktop.left),
               static_cast<std::uint32_t>(desktop.bottom - desktop.top)};
  DEVMODEW mode{};
  mode.dmSize = sizeof mode;
  for (DWORD i = 0; EnumDisplaySettingsW(output.DeviceName, i, &mode); ++i) {
    if (std::uint64_t{mode.dmPelsWidth} * mode.dmPelsHeight >
        std::uint64_t{largest.width} * largest.height)
      largest = {mode.dmPelsWidth, mode.dmPelsHeight};
  }
  return largest;
}

struct Colours {
  bool known = false;
  bool hdr = false;
  UINT bits = 0;
};

Colours colours_of(const ComPtr<IDXGIOutput>& output) {
  const auto newer = output.as<IDXGIOutput6>();
  DXGI_OUTPUT_DESC1 description{};
  if (!newer || FAILED(newer->GetDesc1(&description))) return {};
  return {.known = true,
          .hdr = description.ColorSpace == DXGI_COLOR_SPACE_RGB_FULL_G2084_NONE_P2020,
          .bits = description.BitsPerColor};
}

HRESULT duplicate(const ComPtr<IDXGIOutput>& output, ID3D11Device* device,
                  ComPtr<IDXGIOutputDuplication>& duplication) {
  constexpr std::array kFormats{DXGI_FORMAT_R16G16B16A16_FLOAT, DXGI_FORMAT_B8G8R8A8_UNORM};
  if (const auto newer = output.as<IDXGIOutput5>()) {
    const HRESULT result =
        newer->DuplicateOutput1(device, 0, kFormats.size(), kFormats.data(), duplication.put());
    if (SUCCEEDED(result)) return result;
  }
  const auto older = output.as<IDXGIOutput1>();
  return older ? older->DuplicateOutput(device, duplication.put()) : E_NOINTERFACE;
}

// How many pictures come while it is watched; moving the pointer makes none.
unsigned count_pictures(IDXGIOutputDuplication& duplication) {
  unsigned pictures = 0;
  const HostTime end = HostClock::now() + kWatched;
  while (HostClock::now() < end) {
    DXGI_OUTDUPL_FRAME_INFO info{};
    ComPtr<IDXGIResource> picture;
    if (FAILED(duplication.AcquireNextFrame(100, &info, picture.put()))) continue;
    if (info.LastPresentTime.QuadPart != 0) ++pictures;
    duplication.ReleaseFrame();
  }
  return pictures;
}

Finding test_duplication(const std::string& name, IDXGIAdapter1* adapter,
                         const ComPtr<IDXGIOutput>& output) {
  const std::string subject = "duplication of " + name;
  ComPtr<ID3D11Device> device;
  HRESULT result = D3D11CreateDevice(adapter, D3D_DRIVER_TYPE_UNKNOWN, nullptr, 0, nullptr, 0,
                                     D3D11_SDK_VERSION, device.put(), nullptr, nullptr);
  if (FAILED(result)) return {subject, Verdict::Bad, failed("D3D11CreateDevice", result)};
  ComPtr<IDXGIOutputDuplication> duplication;
  result = duplicate(output, device.get(), duplication);
  if (result == E_NOTIMPL) return {subject, Verdict::Bad, "not implemented by this Windows"};
  if (result == E_ACCESSDENIED)
    return {subject, Verdict::Bad, "refused: the secure desktop is up, or only the service may"};
  if (FAILED(result)) return {subject, Verdict::Bad, failed("DuplicateOutput", result)};
  const unsigned pictures = count_pictures(*duplication);
  return {subject, Verdict::Good, std::to_string(pictures) + " pictures in half a second"};
}

void check_output(Diagnosis& diagnosis, IDXGIAdapter1* adapter, const ComPtr<IDXGIOutput>& output,
                  std::uint64_t region_bytes) {
  DXGI_OUTPUT_DESC description{};
  if (FAILED(output->GetDesc(&description))) return;
  const std::string name = shm::narrow(description.DeviceName);
  const Colours colours = colours_of(output);
  const Size largest = largest_mode(description);
  std::string words = "modes up to " + to_text(largest);
  if (colours.known) words += colours.hdr ? ", HDR on" : ", HDR off";
  if (colours.bits != 0) words += ", " + std::to_string(colours.bits) + " bits a channel";
  if (!description.AttachedToDesktop) words += ", no part of the desktop";
  diagnosis.add("output " + name, Verdict::Good, words);
  if (region_bytes != 0)
    diagnosis.findings.push_back(judge_fit(region_bytes, name, largest, colours.hdr));
  if (description.AttachedToDesktop)
    diagnosis.findings.push_back(test_duplication(name, adapter, output));
}

// Those of a virtual machine beside its real one.
bool is_emulated(const DXGI_ADAPTER_DESC1& adapter) {
  struct Pci {
    UINT vendor;
    UINT device;
  };
  static constexpr Pci kEmulated[] = {{0x1414, 0x008c}, {0x1b36, 0x000d}, {0x1234, 0x1111}};
  for (const Pci& one : kEmulated) {
    if (adapter.VendorId == one.vendor && adapter.DeviceId == one.device) return true;
  }
  return false;
}

// The number of outputs that are worth capturing.
unsigned check_adapter(Diagnosis& diagnosis, ComPtr<IDXGIAdapter1>& adapter,
                       std::uint64_t region_bytes) {
  DXGI_ADAPTER_DESC1 description{};
  if (FAILED(adapter->GetDesc1(&description))) return 0;
  const std::string name = "adapter " + shm::narrow(description.Description);
  if (is_emulated(description)) {
    diagnosis.add(name, Verdict::Note, "emulated: not captured");
    return 0;
  }
  unsigned outputs = 0;
  ComPtr<IDXGIOutput> output;
  diagnosis.add(name, Verdict::Good, "");
  const std::size_t own = diagnosis.findings.size() - 1;
  for (; SUCCEEDED(adapter->EnumOutputs(outputs, output.put())); ++outputs)
    check_output(diagnosis, adapter.get(), output, region_bytes);
  diagnosis.findings[own].words = "outputs: " + std::to_string(outputs);
  return outputs;
}

}  // namespace

void check_graphics(Diagnosis& diagnosis, std::uint64_t region_bytes) {
  ComPtr<IDXGIFactory1> factory;
  const HRESULT result = CreateDXGIFactory1(__uuidof(IDXGIFactory1), factory.put_void());
  if (FAILED(result))
    return diagnosis.add("graphics", Verdict::Bad, failed("CreateDXGIFactory1", result));
  unsigned outputs = 0;
  ComPtr<IDXGIAdapter1> adapter;
  for (UINT i = 0; SUCCEEDED(factory->EnumAdapters1(i, adapter.put())); ++i)
    outputs += check_adapter(diagnosis, adapter, region_bytes);
  if (outputs != 0) return;
  diagnosis.add("outputs", Verdict::Bad,
                "none on a real adapter: connect a monitor or a dummy plug to the GPU, or install "
                "a virtual display");
}

}  // namespace pierglass::guest
