// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/capture/staging_picture.hpp"

#include "guest/capture/dxgi_error.hpp"
#include "guest/capture/texture_description.hpp"

namespace pierglass::guest {
namespace {

D3D11_BOX box_of(const Rect& rect) {
  return {.left = rect.x,
          .top = rect.y,
          .front = 0,
          .right = static_cast<UINT>(rect.right()),
          .bottom = static_cast<UINT>(rect.bottom()),
          .back = 1};
}

}  // namespace

Result<bool> StagingPicture::fit(ID3D11Device& device, Size size, wire::PixelFormat format,
                                 DXGI_FORMAT stored) {
  if (texture_ && size == size_ && format == format_) return false;
  D3D11_TEXTURE2D_DESC desc = describe_texture(size, stored);
  desc.Usage = D3D11_USAGE_STAGING;
  desc.CPUAccessFlags = D3D11_CPU_ACCESS_READ;
  const HRESULT made = device.CreateTexture2D(&desc, nullptr, texture_.put());
  if (FAILED(made)) return fail_dxgi(made, "CreateTexture2D");
  size_ = size;
  format_ = format;
  return true;
}

void StagingPicture::copy(ID3D11DeviceContext& context, ID3D11Texture2D& from,
                          std::span<const Rect> rects) {
  for (const Rect& rect : rects) {
    const D3D11_BOX box = box_of(rect);
    context.CopySubresourceRegion(texture_.get(), 0, rect.x, rect.y, 0, &from, 0, &box);
    bytes_copied_ += rect.area() * wire::bytes_per_pixel(format_);
  }
  context.Flush();
}

Result<pixel::ConstImage> StagingPicture::map(ID3D11DeviceContext& context, Waiter& waiter) {
  const HostTime give_up = HostClock::now() + kPatience;
  D3D11_MAPPED_SUBRESOURCE mapped{};
  while (true) {
    const HRESULT result =
        context.Map(texture_.get(), 0, D3D11_MAP_READ, D3D11_MAP_FLAG_DO_NOT_WAIT, &mapped);
    if (SUCCEEDED(result)) break;
    if (result != DXGI_ERROR_WAS_STILL_DRAWING) return fail_dxgi(result, "Map");
    const HostTime now = HostClock::now();
    if (now >= give_up) return fail(ErrorCode::Lost, "GPU copy");
    waiter.wait_until(now + kLook);
  }
  return pixel::ConstImage{.data = static_cast<const std::byte*>(mapped.pData),
                           .pitch = mapped.RowPitch,
                           .size = size_,
                           .format = format_};
}

void StagingPicture::unmap(ID3D11DeviceContext& context) {
  context.Unmap(texture_.get(), 0);
}

}  // namespace pierglass::guest
