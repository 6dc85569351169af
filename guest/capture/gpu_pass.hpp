// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <d3d11.h>

#include <memory>
#include <span>

#include "base/geometry.hpp"
#include "base/result.hpp"
#include "guest/capture/com_ptr.hpp"
#include "guest/capture/texture_cache.hpp"

namespace pierglass::guest {

// What the pass makes of a picture.
enum class PassKind : std::uint8_t {
  Scale,     // another size, in the same format
  ScaleToPq  // half floats of scRGB to ten bits of BT.2020 PQ, perhaps in another size
};

// Draws captured textures into one of its own, smaller or in fewer bits, before anything crosses to
// the shared memory. One thread, the one that uses the immediate context.
class GpuPass {
 public:
  struct Target {
    PassKind kind = PassKind::Scale;
    DXGI_FORMAT format = DXGI_FORMAT_B8G8R8A8_UNORM;
    Size size;
    bool shareable = false;  // can be opened by Direct3D 12
    friend bool operator==(const Target&, const Target&) = default;
  };

  // Unsupported where there is no shader compiler (d3dcompiler_47.dll).
  static Result<std::unique_ptr<GpuPass>> create(ID3D11Device& device);

  // The texture that draw() fills: a new one, which lacks everything, when `target` differs from
  // the last.
  struct Prepared {
    ID3D11Texture2D* texture = nullptr;
    bool is_new = false;
  };
  // Errors as failure_code() says, as of draw(): Busy with a device that is lost.
  Result<Prepared> prepare(const Target& target);

  // Draws `rects` of the prepared target from `source`, whole, which is `size` large.
  Result<void> draw(ID3D11Texture2D& source, Size size, std::span<const Rect> rects);

  // The sources so far do not come again.
  void forget_textures() { views_.clear(); }

 private:
  explicit GpuPass(ID3D11Device& device);
  Result<void> compile();
  Result<void> make_states();
  Result<ID3D11ShaderResourceView*> view(ID3D11Texture2D& source);
  void bind(ID3D11ShaderResourceView* source);

  ComPtr<ID3D11Device> device_;
  ComPtr<ID3D11DeviceContext> context_;
  ComPtr<ID3D11VertexShader> corners_;
  ComPtr<ID3D11PixelShader> scale_;
  ComPtr<ID3D11PixelShader> to_pq_;
  ComPtr<ID3D11SamplerState> bilinear_;
  ComPtr<ID3D11RasterizerState> clipped_;
  ComPtr<ID3D11Buffer> constants_;
  TextureCache<ID3D11ShaderResourceView> views_;
  Target target_;
  ComPtr<ID3D11Texture2D> texture_;
  ComPtr<ID3D11RenderTargetView> output_;
};

}  // namespace pierglass::guest
