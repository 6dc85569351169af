// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/capture/dxgi_outputs.hpp"

#include <vector>

#include "guest/capture/dxgi_error.hpp"
#include "shm/text_windows.hpp"

namespace pierglass::guest {
namespace {

// What one adapter has, in Windows' order.
struct Adapter {
  ComPtr<IDXGIAdapter1> adapter;
  std::vector<ComPtr<IDXGIOutput>> outputs;
};

OutputFacts facts_of(IDXGIOutput& output) {
  DXGI_OUTPUT_DESC desc{};
  if (FAILED(output.GetDesc(&desc))) return {};
  return {.name = shm::narrow(desc.DeviceName),
          .attached = desc.AttachedToDesktop != FALSE,
          .origin = {desc.DesktopCoordinates.left, desc.DesktopCoordinates.top}};
}

AdapterFacts facts_of(const Adapter& adapter) {
  DXGI_ADAPTER_DESC1 desc{};
  if (FAILED(adapter.adapter->GetDesc1(&desc))) return {};
  AdapterFacts facts{.name = shm::narrow(desc.Description),
                     .vendor = desc.VendorId,
                     .device = desc.DeviceId,
                     .outputs = {}};
  for (const auto& output : adapter.outputs) facts.outputs.push_back(facts_of(*output));
  return facts;
}

std::vector<Adapter> all_adapters(IDXGIFactory1& factory) {
  std::vector<Adapter> adapters;
  for (UINT a = 0;; ++a) {
    Adapter adapter;
    if (FAILED(factory.EnumAdapters1(a, adapter.adapter.put()))) return adapters;
    ComPtr<IDXGIOutput> output;
    while (SUCCEEDED(
        adapter.adapter->EnumOutputs(static_cast<UINT>(adapter.outputs.size()), output.put())))
      adapter.outputs.push_back(std::move(output));
    adapters.push_back(std::move(adapter));
  }
}

}  // namespace

// A new factory each time: an old one goes on telling what was there when it was made.
Result<DxgiOutput> SystemOutputs::find() {
  ComPtr<IDXGIFactory1> factory;
  const HRESULT made = CreateDXGIFactory1(__uuidof(IDXGIFactory1), factory.put_void());
  if (FAILED(made)) return fail_dxgi(made, "CreateDXGIFactory1");
  std::vector<Adapter> adapters = all_adapters(*factory);
  std::vector<AdapterFacts> facts;
  for (const Adapter& adapter : adapters) facts.push_back(facts_of(adapter));
  const auto choice = choose_output(facts, wish_);
  if (!choice) {
    explanation_ = explain_no_output(facts, wish_);
    return std::unexpected(choice.error());
  }
  Adapter& adapter = adapters[choice->adapter];
  DxgiOutput found{.adapter = std::move(adapter.adapter),
                   .output = std::move(adapter.outputs[choice->output])};
  DXGI_OUTPUT_DESC desc{};
  if (SUCCEEDED(found.output->GetDesc(&desc))) white_.follow(desc.DeviceName);
  return found;
}

}  // namespace pierglass::guest
