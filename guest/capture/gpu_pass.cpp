// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/capture/gpu_pass.hpp"

#include <d3dcompiler.h>

#include <array>
#include <string_view>
#include <utility>

#include "guest/capture/dxgi_error.hpp"
#include "guest/capture/texture_description.hpp"
#include "guest/shaders.hpp"

namespace pierglass::guest {
namespace {

using Compile = decltype(&D3DCompile);

// Loaded when it is needed, so that the program starts where it is missing.
Compile load_compiler() {
  const HMODULE library =
      LoadLibraryExW(L"d3dcompiler_47.dll", nullptr, LOAD_LIBRARY_SEARCH_SYSTEM32);
  if (library == nullptr) return nullptr;
  return reinterpret_cast<Compile>(reinterpret_cast<void*>(GetProcAddress(library, "D3DCompile")));
}

Result<ComPtr<ID3DBlob>> compile_entry(Compile compile, const char* entry, const char* model) {
  const std::string_view source = kCaptureHlsl;
  ComPtr<ID3DBlob> code;
  ComPtr<ID3DBlob> messages;
  TRY(check_call(compile(source.data(), source.size(), "capture.hlsl", nullptr, nullptr, entry,
                         model, 0, 0, code.put(), messages.put()),
                 entry, ErrorCode::Unsupported));
  return code;
}

struct Constants {
  std::array<float, 2> tap{};
  std::array<float, 2> unused{};
};

float quarter(std::uint32_t from, std::uint32_t to) {
  return from == to ? 0.0F : 0.25F / static_cast<float>(to);
}

D3D11_TEXTURE2D_DESC describe_target(const GpuPass::Target& target) {
  D3D11_TEXTURE2D_DESC description = describe_texture(target.size, target.format);
  description.BindFlags = D3D11_BIND_RENDER_TARGET | D3D11_BIND_SHADER_RESOURCE;
  if (target.shareable)
    description.MiscFlags = D3D11_RESOURCE_MISC_SHARED | D3D11_RESOURCE_MISC_SHARED_NTHANDLE;
  return description;
}

}  // namespace

Result<std::unique_ptr<GpuPass>> GpuPass::create(ID3D11Device& device) {
  std::unique_ptr<GpuPass> pass(new GpuPass(device));
  TRY(pass->compile());
  TRY(pass->make_states());
  return pass;
}

GpuPass::GpuPass(ID3D11Device& device) : device_(ComPtr<ID3D11Device>::share(&device)) {
  device_->GetImmediateContext(context_.put());
}

Result<void> GpuPass::compile() {
  const Compile compiler = load_compiler();
  if (compiler == nullptr) return fail(ErrorCode::Unsupported, "d3dcompiler_47.dll");
  const auto corners = TRY(compile_entry(compiler, "corner_main", "vs_4_0"));
  const auto scale = TRY(compile_entry(compiler, "scale_main", "ps_4_0"));
  const auto to_pq = TRY(compile_entry(compiler, "pq_main", "ps_4_0"));
  TRY(check_call(device_->CreateVertexShader(corners->GetBufferPointer(), corners->GetBufferSize(),
                                             nullptr, corners_.put()),
                 "CreateVertexShader"));
  TRY(check_call(device_->CreatePixelShader(scale->GetBufferPointer(), scale->GetBufferSize(),
                                            nullptr, scale_.put()),
                 "CreatePixelShader"));
  return check_call(device_->CreatePixelShader(to_pq->GetBufferPointer(), to_pq->GetBufferSize(),
                                               nullptr, to_pq_.put()),
                    "CreatePixelShader");
}

Result<void> GpuPass::make_states() {
  D3D11_SAMPLER_DESC sampler{};
  sampler.Filter = D3D11_FILTER_MIN_MAG_LINEAR_MIP_POINT;
  sampler.AddressU = sampler.AddressV = sampler.AddressW = D3D11_TEXTURE_ADDRESS_CLAMP;
  sampler.ComparisonFunc = D3D11_COMPARISON_NEVER;
  TRY(check_call(device_->CreateSamplerState(&sampler, bilinear_.put()), "CreateSamplerState"));
  D3D11_RASTERIZER_DESC rasterizer{};
  rasterizer.FillMode = D3D11_FILL_SOLID;
  rasterizer.CullMode = D3D11_CULL_NONE;
  rasterizer.DepthClipEnable = TRUE;
  rasterizer.ScissorEnable = TRUE;
  TRY(check_call(device_->CreateRasterizerState(&rasterizer, clipped_.put()),
                 "CreateRasterizerState"));
  const D3D11_BUFFER_DESC constants{.ByteWidth = sizeof(Constants),
                                    .Usage = D3D11_USAGE_DEFAULT,
                                    .BindFlags = D3D11_BIND_CONSTANT_BUFFER};
  return check_call(device_->CreateBuffer(&constants, nullptr, constants_.put()), "CreateBuffer");
}

Result<GpuPass::Prepared> GpuPass::prepare(const Target& target) {
  if (texture_ && target == target_) return Prepared{.texture = texture_.get()};
  const D3D11_TEXTURE2D_DESC description = describe_target(target);
  output_.reset();
  texture_.reset();
  ComPtr<ID3D11Texture2D> texture;
  TRY(check_dxgi(device_->CreateTexture2D(&description, nullptr, texture.put()),
                 "CreateTexture2D"));
  TRY(check_dxgi(device_->CreateRenderTargetView(texture.get(), nullptr, output_.put()),
                 "CreateRenderTargetView"));
  target_ = target;
  texture_ = std::move(texture);
  return Prepared{.texture = texture_.get(), .is_new = true};
}

Result<ID3D11ShaderResourceView*> GpuPass::view(ID3D11Texture2D& source) {
  if (ID3D11ShaderResourceView* const known = views_.find(source)) return known;
  ComPtr<ID3D11ShaderResourceView> made;
  TRY(check_dxgi(device_->CreateShaderResourceView(&source, nullptr, made.put()),
                 "CreateShaderResourceView"));
  return views_.keep(source, std::move(made));
}

void GpuPass::bind(ID3D11ShaderResourceView* source) {
  const D3D11_VIEWPORT viewport{.Width = static_cast<float>(target_.size.width),
                                .Height = static_cast<float>(target_.size.height),
                                .MaxDepth = 1.0F};
  ID3D11Buffer* const constants = constants_.get();
  ID3D11SamplerState* const sampler = bilinear_.get();
  ID3D11RenderTargetView* const output = output_.get();
  context_->IASetInputLayout(nullptr);
  context_->IASetPrimitiveTopology(D3D11_PRIMITIVE_TOPOLOGY_TRIANGLELIST);
  context_->VSSetShader(corners_.get(), nullptr, 0);
  context_->PSSetShader((target_.kind == PassKind::Scale ? scale_ : to_pq_).get(), nullptr, 0);
  context_->PSSetConstantBuffers(0, 1, &constants);
  context_->PSSetSamplers(0, 1, &sampler);
  context_->PSSetShaderResources(0, 1, &source);
  context_->RSSetState(clipped_.get());
  context_->RSSetViewports(1, &viewport);
  context_->OMSetRenderTargets(1, &output, nullptr);
}

Result<void> GpuPass::draw(ID3D11Texture2D& source, Size size, std::span<const Rect> rects) {
  CHECK(output_);
  ID3D11ShaderResourceView* const from = TRY(view(source));
  const Constants constants{
      .tap = {quarter(size.width, target_.size.width), quarter(size.height, target_.size.height)}};
  context_->UpdateSubresource(constants_.get(), 0, nullptr, &constants, 0, 0);
  bind(from);
  for (const Rect& rect : rects) {
    const D3D11_RECT clip{.left = static_cast<LONG>(rect.x),
                          .top = static_cast<LONG>(rect.y),
                          .right = static_cast<LONG>(rect.right()),
                          .bottom = static_cast<LONG>(rect.bottom())};
    context_->RSSetScissorRects(1, &clip);
    context_->Draw(3, 0);
  }
  // Windows writes to the source next: it may not stay bound.
  ID3D11ShaderResourceView* const nothing = nullptr;
  context_->PSSetShaderResources(0, 1, &nothing);
  return {};
}

}  // namespace pierglass::guest
