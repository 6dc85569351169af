// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/diagnose/copy_engine_windows.hpp"

#include <d3d11.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/describe.hpp"
#include "guest/capture/d3d12_copier.hpp"
#include "guest/capture/dxgi_error.hpp"
#include "guest/capture/texture_description.hpp"

namespace pierglass::guest {
namespace {

constexpr Size kSize{256, 256};
constexpr std::uint32_t kPitch = kSize.width * 4;
constexpr std::size_t kBytes = std::size_t{kPitch} * kSize.height;
constexpr std::size_t kAlignment = 65536;  // of slots

Result<ComPtr<ID3D11Texture2D>> make_picture(ID3D11Device& device,
                                             const std::vector<std::uint32_t>& pixels) {
  D3D11_TEXTURE2D_DESC description = describe_texture(kSize, DXGI_FORMAT_B8G8R8A8_UNORM);
  description.BindFlags = D3D11_BIND_RENDER_TARGET | D3D11_BIND_SHADER_RESOURCE;
  description.MiscFlags = D3D11_RESOURCE_MISC_SHARED | D3D11_RESOURCE_MISC_SHARED_NTHANDLE;
  const D3D11_SUBRESOURCE_DATA data{.pSysMem = pixels.data(), .SysMemPitch = kPitch};
  ComPtr<ID3D11Texture2D> texture;
  TRY(check_call(device.CreateTexture2D(&description, &data, texture.put()), "CreateTexture2D"));
  return texture;
}

// The first bytes of `free` that are as aligned in `region` as a slot is; empty: too small.
std::span<std::byte> place_in(std::span<std::byte> region, std::span<std::byte> free) {
  const auto begin = static_cast<std::size_t>(free.data() - region.data());
  const std::size_t skipped = (begin + kAlignment - 1) / kAlignment * kAlignment - begin;
  if (skipped + kBytes > free.size()) return {};
  return free.subspan(skipped, kBytes);
}

Result<bool> carries(IDXGIAdapter1& adapter, const DxgiDevice& device, std::span<std::byte> region,
                     std::span<std::byte> place) {
  std::vector<std::uint32_t> pixels(kSize.area());
  for (std::size_t i = 0; i < pixels.size(); ++i)
    pixels[i] = static_cast<std::uint32_t>(i) * 0x9e3779b1U;
  const auto picture = TRY(make_picture(*device.device, pixels));
  const auto engine = TRY(D3d12Copier::create(&adapter, *device.device, region));
  std::ranges::fill(place, std::byte{});
  const std::array rects{full_rect(kSize)};
  TRY(engine->copy(*picture, DXGI_FORMAT_B8G8R8A8_UNORM, kSize, rects, place.data(), kPitch));
  return std::ranges::equal(place, std::as_bytes(std::span(pixels)));
}

}  // namespace

Finding test_copy_engine(IDXGIAdapter1& adapter, const DxgiDevice& device,
                         const TestedMemory& memory) {
  const std::string subject = "copy engine";
  if (!memory.memory) return {subject, Verdict::NotTested, "there is no shared memory"};
  const std::span<std::byte> region = memory.memory->bytes();
  const std::span<std::byte> place = place_in(region, memory.free);
  if (place.empty()) return {subject, Verdict::NotTested, "no part of the shared memory is free"};
  const auto carried = carries(adapter, device, region, place);
  if (!carried) {
    return {subject, Verdict::Note,
            "cannot write to the shared memory (" + describe(carried.error()) +
                "): the processor copies"};
  }
  if (!*carried) {
    return {subject, Verdict::Bad,
            "writes something else than it should: use --copy-engine off, and tell the developers"};
  }
  return {subject, Verdict::Good, "writes to the shared memory"};
}

}  // namespace pierglass::guest
