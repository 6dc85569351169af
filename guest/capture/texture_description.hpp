// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <d3d11.h>

#include "base/geometry.hpp"

namespace pierglass::guest {

// A texture with one picture, without any use yet.
inline D3D11_TEXTURE2D_DESC describe_texture(Size size, DXGI_FORMAT format) {
  D3D11_TEXTURE2D_DESC description{};
  description.Width = size.width;
  description.Height = size.height;
  description.MipLevels = 1;
  description.ArraySize = 1;
  description.Format = format;
  description.SampleDesc.Count = 1;
  return description;
}

}  // namespace pierglass::guest
