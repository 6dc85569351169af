// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/diagnose/graphics_windows.hpp"

#include <d3d11.h>
#include <dxgi1_6.h>
#include <windows.h>

#include <string>

#include "base/clock.hpp"
#include "base/describe.hpp"
#include "guest/capture/com_ptr.hpp"
#include "guest/capture/duplication.hpp"
#include "guest/capture/dxgi_device.hpp"
#include "guest/core/output_choice.hpp"
#include "guest/diagnose/copy_engine_windows.hpp"
#include "guest/report.hpp"
#include "shm/text_windows.hpp"

namespace pierglass::guest {
namespace {

constexpr Nanoseconds kWatched = std::chrono::milliseconds(500);
constexpr Nanoseconds kLook = std::chrono::milliseconds(100);

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

// How many pictures come while it is watched; moving the pointer makes none.
unsigned count_pictures(Duplication& duplication) {
  unsigned pictures = 0;
  const HostTime end = HostClock::now() + kWatched;
  while (HostClock::now() < end) {
    if (duplication.acquire(kLook) == Look::Picture) ++pictures;
  }
  return pictures;
}

Finding test_duplication(const std::string& name, const DxgiDevice& device, IDXGIOutput& output) {
  const std::string subject = "duplication of " + name;
  auto duplication = Duplication::create(output, *device.device, HdrWish::AsIs);
  if (duplication) {
    const unsigned pictures = count_pictures(*duplication);
    return {subject, Verdict::Good, std::to_string(pictures) + " pictures in half a second"};
  }
  switch (duplication.error().code) {
    case ErrorCode::Unsupported:
      return {subject, Verdict::Bad, "not implemented by this Windows"};
    case ErrorCode::Busy:
      return {subject, Verdict::Bad, "refused: the secure desktop is up, or only the service may"};
    default:
      return {subject, Verdict::Bad, describe(duplication.error())};
  }
}

void check_output(Diagnosis& diagnosis, const DxgiDevice& device, const ComPtr<IDXGIOutput>& output,
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
    diagnosis.findings.push_back(test_duplication(name, device, *output));
}

// The number of outputs that are worth capturing.
unsigned check_adapter(Diagnosis& diagnosis, ComPtr<IDXGIAdapter1>& adapter,
                       const TestedMemory& memory) {
  DXGI_ADAPTER_DESC1 description{};
  if (FAILED(adapter->GetDesc1(&description))) return 0;
  const std::string name = "adapter " + shm::narrow(description.Description);
  if (is_emulated({.vendor = description.VendorId, .device = description.DeviceId})) {
    diagnosis.add(name, Verdict::Note, "emulated: not captured");
    return 0;
  }
  const auto device = make_device(*adapter);
  if (!device) {
    diagnosis.add(name, Verdict::Bad, "no Direct3D 11: " + describe(device.error()));
    return 0;
  }
  unsigned outputs = 0;
  ComPtr<IDXGIOutput> output;
  diagnosis.add(name, Verdict::Good, "");
  const std::size_t own = diagnosis.findings.size() - 1;
  for (; SUCCEEDED(adapter->EnumOutputs(outputs, output.put())); ++outputs)
    check_output(diagnosis, *device, output, memory.bytes);
  diagnosis.findings[own].words = "outputs: " + std::to_string(outputs);
  if (outputs != 0) diagnosis.findings.push_back(test_copy_engine(*adapter, *device, memory));
  return outputs;
}

}  // namespace

void check_graphics(Diagnosis& diagnosis, const TestedMemory& memory) {
  ComPtr<IDXGIFactory1> factory;
  const HRESULT result = CreateDXGIFactory1(__uuidof(IDXGIFactory1), factory.put_void());
  if (FAILED(result)) {
    diagnosis.add("graphics", Verdict::Bad, failed("CreateDXGIFactory1", result));
    return diagnosis.add("copy engine", Verdict::NotTested, "there is no graphics adapter");
  }
  unsigned outputs = 0;
  ComPtr<IDXGIAdapter1> adapter;
  for (UINT i = 0; SUCCEEDED(factory->EnumAdapters1(i, adapter.put())); ++i)
    outputs += check_adapter(diagnosis, adapter, memory);
  if (outputs != 0) return;
  diagnosis.add("outputs", Verdict::Bad,
                "none on a real adapter: connect a monitor or a dummy plug to the GPU, or install "
                "a virtual display");
}

}  // namespace pierglass::guest
