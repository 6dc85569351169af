// SPDX-License-Identifier: GPL-2.0-or-later
// Pictures drawn with GpuPass on a real Direct3D 11 device, compared with the processor's.
#include <windows.h>
// windows.h first
#include <d3d11.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <random>
#include <utility>
#include <vector>

#include "base/describe.hpp"
#include "guest/capture/dxgi_error.hpp"
#include "guest/capture/gpu_pass.hpp"
#include "guest/capture/texture_description.hpp"
#include "tests/guest/dxgi_runs.hpp"
#include "tests/guest/pq_reference.hpp"

namespace pierglass::guest {
namespace {

constexpr Size kSource{640, 360};

struct Gpu {
  ComPtr<ID3D11Device> device;
  ComPtr<ID3D11DeviceContext> context;
};

Result<Gpu> open_gpu() {
  Gpu gpu;
  TRY(check_call(D3D11CreateDevice(nullptr, D3D_DRIVER_TYPE_HARDWARE, nullptr, 0, nullptr, 0,
                                   D3D11_SDK_VERSION, gpu.device.put(), nullptr, gpu.context.put()),
                 "D3D11CreateDevice"));
  return gpu;
}

template <typename Pixel>
Result<ComPtr<ID3D11Texture2D>> upload(Gpu& gpu, DXGI_FORMAT format,
                                       const std::vector<Pixel>& pixels) {
  D3D11_TEXTURE2D_DESC description = describe_texture(kSource, format);
  description.BindFlags = D3D11_BIND_SHADER_RESOURCE;
  const D3D11_SUBRESOURCE_DATA data{.pSysMem = pixels.data(),
                                    .SysMemPitch = kSource.width * UINT{sizeof(Pixel)}};
  ComPtr<ID3D11Texture2D> texture;
  TRY(check_call(gpu.device->CreateTexture2D(&description, &data, texture.put()),
                 "CreateTexture2D"));
  return texture;
}

// The 32-bit pixels of a texture.
Result<std::vector<std::uint32_t>> read_back(Gpu& gpu, ID3D11Texture2D& texture, Size size,
                                             DXGI_FORMAT format) {
  D3D11_TEXTURE2D_DESC description = describe_texture(size, format);
  description.Usage = D3D11_USAGE_STAGING;
  description.CPUAccessFlags = D3D11_CPU_ACCESS_READ;
  ComPtr<ID3D11Texture2D> staging;
  TRY(check_call(gpu.device->CreateTexture2D(&description, nullptr, staging.put()),
                 "CreateTexture2D"));
  gpu.context->CopyResource(staging.get(), &texture);
  D3D11_MAPPED_SUBRESOURCE mapped{};
  TRY(check_call(gpu.context->Map(staging.get(), 0, D3D11_MAP_READ, 0, &mapped), "Map"));
  std::vector<std::uint32_t> pixels(size.area());
  for (std::uint32_t y = 0; y < size.height; ++y) {
    const auto* row = reinterpret_cast<const std::uint32_t*>(
        static_cast<const char*>(mapped.pData) + std::size_t{y} * mapped.RowPitch);
    std::copy_n(row, size.width, pixels.begin() + std::ptrdiff_t{y} * size.width);
  }
  gpu.context->Unmap(staging.get(), 0);
  return pixels;
}

// The widest difference of a field of `bits` bits, of three.
int widest(std::uint32_t a, std::uint32_t b, int bits) {
  int most = 0;
  for (int shift = 0; shift < 3 * bits; shift += bits) {
    const auto mask = (1U << bits) - 1U;
    most = std::max(
        most, std::abs(static_cast<int>(a >> shift & mask) - static_cast<int>(b >> shift & mask)));
  }
  return most;
}

// Whether `pixels` are what `truth` says inside `rects` and 0 elsewhere.
bool agrees(const char* name, const std::vector<std::uint32_t>& pixels, Size size,
            std::span<const Rect> rects, int bits, int tolerance,
            const std::function<std::uint32_t(std::uint32_t x, std::uint32_t y)>& truth) {
  int most = 0;
  for (std::uint32_t y = 0; y < size.height; ++y) {
    for (std::uint32_t x = 0; x < size.width; ++x) {
      const bool drawn =
          std::ranges::any_of(rects, [&](const Rect& rect) { return rect.contains({x, y, 1, 1}); });
      const std::uint32_t pixel = pixels[std::size_t{y} * size.width + x];
      most = std::max(most, drawn ? widest(pixel, truth(x, y), bits) : pixel == 0 ? 0 : 1 << bits);
    }
  }
  std::printf("%s: widest difference %d, allowed %d\n", name, most, tolerance);
  return most <= tolerance;
}

Result<bool> check_halved(Gpu& gpu, GpuPass& pass) {
  std::mt19937 random(1);
  std::vector<std::uint32_t> pixels(kSource.area());
  for (std::uint32_t& pixel : pixels) pixel = random() | 0xff000000U;
  const auto source = TRY(upload(gpu, DXGI_FORMAT_B8G8R8A8_UNORM, pixels));
  constexpr Size half{kSource.width / 2, kSource.height / 2};
  const auto target = TRY(pass.prepare({.format = DXGI_FORMAT_B8G8R8A8_UNORM, .size = half}));
  const std::array rects{Rect{7, 5, 100, 90}, Rect{half.width - 3, half.height - 2, 3, 2}};
  TRY(pass.draw(*source.get(), kSource, rects));
  const auto drawn = TRY(read_back(gpu, *target.texture, half, DXGI_FORMAT_B8G8R8A8_UNORM));
  return agrees("half the size", drawn, half, rects, 8, 1, [&](std::uint32_t x, std::uint32_t y) {
    std::uint32_t mean = 0;
    for (int shift = 0; shift < 24; shift += 8) {
      std::uint32_t sum = 2;
      for (const std::uint32_t at : {0U, 1U, kSource.width, kSource.width + 1})
        sum += pixels[std::size_t{y} * 2 * kSource.width + x * 2U + at] >> shift & 0xffU;
      mean |= sum / 4 << shift;
    }
    return mean;
  });
}

// A half float of a positive number that has one exactly.
std::uint16_t half_of(double value) {
  if (value == 0) return 0;
  int exponent = 0;
  const double mantissa = std::frexp(value, &exponent) * 2;  // 1..2
  return static_cast<std::uint16_t>((exponent - 1 + 15) << 10 |
                                    static_cast<int>((mantissa - 1) * 1024));
}

Result<bool> check_pq(Gpu& gpu, GpuPass& pass) {
  // Steps of 1/8 up to 1000 cd/m2: exact as half floats.
  const auto light = [](std::uint32_t x, std::uint32_t y) {
    return test::Light{x % 101 / 8.0, y % 99 / 8.0, (x + y) % 53 / 8.0};
  };
  std::vector<std::array<std::uint16_t, 4>> pixels(kSource.area());
  for (std::uint32_t y = 0; y < kSource.height; ++y) {
    for (std::uint32_t x = 0; x < kSource.width; ++x) {
      const test::Light at = light(x, y);
      pixels[std::size_t{y} * kSource.width + x] = {half_of(at.r), half_of(at.g), half_of(at.b),
                                                    half_of(1)};
    }
  }
  const auto source = TRY(upload(gpu, DXGI_FORMAT_R16G16B16A16_FLOAT, pixels));
  const auto target = TRY(pass.prepare(
      {.kind = PassKind::ScaleToPq, .format = DXGI_FORMAT_R10G10B10A2_UNORM, .size = kSource}));
  const std::array rects{full_rect(kSource)};
  TRY(pass.draw(*source.get(), kSource, rects));
  const auto drawn = TRY(read_back(gpu, *target.texture, kSource, DXGI_FORMAT_R10G10B10A2_UNORM));
  return agrees("scRGB to PQ", drawn, kSource, rects, 10, 2,
                [&](std::uint32_t x, std::uint32_t y) { return test::pq_pixel(light(x, y)); });
}

Result<bool> check() {
  Gpu gpu = TRY(open_gpu());
  const auto pass = TRY(GpuPass::create(*gpu.device));
  const bool halved = TRY(check_halved(gpu, *pass));
  const bool converted = TRY(check_pq(gpu, *pass));
  return halved && converted;
}

}  // namespace
}  // namespace pierglass::guest

int pierglass::test::run_gpu_pass() {
  const auto result = guest::check();
  if (result) return *result ? 0 : 1;
  std::printf("%s\n", describe(result.error()).c_str());
  return 2;
}
