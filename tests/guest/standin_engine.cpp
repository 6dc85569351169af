// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/guest/standin_engine.hpp"

#include <cstdio>
#include <memory>
#include <utility>

#include "base/describe.hpp"
#include "guest/capture/staging_picture.hpp"
#include "guest/core/output_colour.hpp"
#include "guest/win/waiter_windows.hpp"
#include "pixel/copy.hpp"

namespace pierglass::test {
namespace {

class StandinEngine final : public guest::CopyEngine {
 public:
  static constexpr int kLastCopy = 20;  // of the failing kind

  StandinEngine(ID3D11Device& device, std::string kind)
      : device_(guest::ComPtr<ID3D11Device>::share(&device)),
        kind_(std::move(kind)),
        waiter_(guest::make_windows_waiter()) {
    device_->GetImmediateContext(context_.put());
  }

  Result<void> copy(ID3D11Texture2D& texture, DXGI_FORMAT format, Size size,
                    std::span<const Rect> rects, std::byte* to, std::uint32_t pitch) override {
    if (kind_ == "failing" && ++copies_ > kLastCopy) return fail(ErrorCode::Lost, "stand-in");
    const auto pixel_format = guest::pixel_format_of(static_cast<std::uint32_t>(format)).value();
    TRY(staging_.fit(*device_, size, pixel_format, format));
    staging_.copy(*context_, texture, rects);
    const pixel::ConstImage picture = TRY(staging_.map(*context_, *waiter_));
    pixel::copy_rects({to, pitch, size, pixel_format}, picture, rects);
    staging_.unmap(*context_);
    if (kind_ == "wrong" && !rects.empty())
      to[std::size_t{rects[0].y} * pitch + rects[0].x * wire::bytes_per_pixel(pixel_format)] ^=
          std::byte{0x40};
    return {};
  }
  void forget_textures() override {}

 private:
  guest::ComPtr<ID3D11Device> device_;
  guest::ComPtr<ID3D11DeviceContext> context_;
  std::string kind_;
  std::unique_ptr<guest::Waiter> waiter_;
  guest::StagingPicture staging_;
  int copies_ = 0;
};

}  // namespace

void add_engine(guest::CarryOptions& carry, const std::string& kind) {
  carry.make_engine = [kind](IUnknown&, ID3D11Device& device) {
    return Result<std::unique_ptr<guest::CopyEngine>>(
        std::make_unique<StandinEngine>(device, kind));
  };
  carry.on_engine = [](const Error* why_not) {
    std::fprintf(stderr, "engine: %s\n", why_not == nullptr ? "used" : describe(*why_not).c_str());
  };
}

}  // namespace pierglass::test
