// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/guest/scripted_duplication.hpp"

#include <algorithm>
#include <cstring>

#include "guest/capture/texture_description.hpp"
#include "guest/core/duplication_outcome.hpp"

namespace pierglass::test {
namespace {

std::atomic<std::uint32_t> rules_broken{0};
std::atomic<std::uint32_t> duplications{0};

RECT raw(const guest::DesktopRect& rect) {
  return {.left = rect.left, .top = rect.top, .right = rect.right, .bottom = rect.bottom};
}

DXGI_OUTDUPL_MOVE_RECT raw(const guest::DesktopMove& move) {
  return {.SourcePoint = {.x = move.from.x, .y = move.from.y}, .DestinationRect = raw(move.to)};
}

// As a driver gives one of its lists.
template <typename Raw, typename Plain>
HRESULT give(const DesktopStep& step, const std::vector<Plain>& list, UINT size, Raw* to,
             UINT* needed) {
  const std::size_t bytes = list.size() * sizeof(Raw);
  *needed = static_cast<UINT>(bytes);
  if (step.lists == Lists::TooMany) *needed = size + static_cast<UINT>(sizeof(Raw)) * 1000;
  if (step.lists == Lists::MoreData || bytes > size) return DXGI_ERROR_MORE_DATA;
  std::transform(list.begin(), list.end(), to, [](const Plain& one) { return raw(one); });
  return S_OK;
}

}  // namespace

void break_rule() {
  ++rules_broken;
}

std::uint32_t broken_rules() {
  return rules_broken;
}

std::uint32_t open_duplications() {
  return duplications;
}

ScriptedDuplication::ScriptedDuplication(DesktopPlay& play, ID3D11Device& device)
    : play_(play), device_(guest::ComPtr<ID3D11Device>::share(&device)) {
  ++duplications;
  device.GetImmediateContext(context_.put());
  first_.presented = true;
  // To a new reader everything is new, whatever the lists say.
  first_.dirty.push_back({.left = 0, .top = 0, .right = 1, .bottom = 1});
}

ScriptedDuplication::~ScriptedDuplication() {
  --duplications;
  if (step_ != nullptr) break_rule();
}

HRESULT ScriptedDuplication::QueryInterface(REFIID id, void** object) {
  *object = nullptr;
  if (id != __uuidof(IUnknown) && id != __uuidof(IDXGIOutputDuplication)) return E_NOINTERFACE;
  AddRef();
  *object = static_cast<IDXGIOutputDuplication*>(this);
  return S_OK;
}

void ScriptedDuplication::GetDesc(DXGI_OUTDUPL_DESC* desc) {
  const DesktopMode& mode = play_.mode();
  *desc = {};
  desc->ModeDesc.Width = mode.size.width;
  desc->ModeDesc.Height = mode.size.height;
  desc->ModeDesc.Format = static_cast<DXGI_FORMAT>(mode.format);
  desc->Rotation = static_cast<DXGI_MODE_ROTATION>(mode.rotation);
}

HRESULT ScriptedDuplication::make_texture() {
  const DesktopMode& mode = play_.mode();
  D3D11_TEXTURE2D_DESC desc =
      guest::describe_texture(mode.size, static_cast<DXGI_FORMAT>(mode.format));
  desc.BindFlags = D3D11_BIND_SHADER_RESOURCE;
  return device_->CreateTexture2D(&desc, nullptr, texture_.put());
}

void ScriptedDuplication::upload(std::span<const Rect> rects) {
  const pixel::ConstImage picture = play_.picture();
  const std::size_t pixel = wire::bytes_per_pixel(picture.format);
  for (const Rect& rect : rects) {
    const D3D11_BOX box{.left = rect.x,
                        .top = rect.y,
                        .front = 0,
                        .right = static_cast<UINT>(rect.right()),
                        .bottom = static_cast<UINT>(rect.bottom()),
                        .back = 1};
    context_->UpdateSubresource(texture_.get(), 0, &box, picture.row(rect.y) + rect.x * pixel,
                                picture.pitch, 0);
  }
}

void ScriptedDuplication::fill(DXGI_OUTDUPL_FRAME_INFO& info) const {
  const DesktopStep& step = *step_;
  info = {};
  info.LastPresentTime.QuadPart = step.presented ? 1 : 0;
  info.AccumulatedFrames = step.presented ? 1 : 0;
  info.ProtectedContentMaskedOut = step.protected_content;
  if (step.lists != Lists::None)
    info.TotalMetadataBufferSize = static_cast<UINT>(
        step.dirty.size() * sizeof(RECT) + step.moves.size() * sizeof(DXGI_OUTDUPL_MOVE_RECT) + 1);
  if (step.pointer) {
    info.LastMouseUpdateTime.QuadPart = 1;
    info.PointerPosition.Visible = step.pointer->visible;
    info.PointerPosition.Position = {.x = step.pointer->corner.x, .y = step.pointer->corner.y};
  }
  if (step.shape) info.PointerShapeBufferSize = static_cast<UINT>(step.shape->image.size());
}

HRESULT ScriptedDuplication::show(DXGI_OUTDUPL_FRAME_INFO& info, IDXGIResource** resource) {
  const bool first = step_ == &first_;
  if (first) {
    const HRESULT made = make_texture();
    if (FAILED(made)) return made;
  }
  const std::vector<Rect> all{full_rect(play_.mode().size)};
  upload(first ? all : play_.changed(*step_));
  fill(info);
  return texture_->QueryInterface(__uuidof(IDXGIResource), reinterpret_cast<void**>(resource));
}

HRESULT ScriptedDuplication::AcquireNextFrame(UINT milliseconds, DXGI_OUTDUPL_FRAME_INFO* info,
                                              IDXGIResource** resource) {
  *resource = nullptr;
  if (step_ != nullptr) {
    break_rule();
    return DXGI_ERROR_INVALID_CALL;
  }
  const bool first = !std::exchange(begun_, true);
  const DesktopStep* step = first ? &first_ : play_.next(milliseconds);
  if (step == nullptr) return DXGI_ERROR_WAIT_TIMEOUT;
  if (step->result != 0) return static_cast<HRESULT>(step->result);
  step_ = step;
  return show(*info, resource);
}

HRESULT ScriptedDuplication::GetFrameDirtyRects(UINT size, RECT* rects, UINT* needed) {
  if (step_ == nullptr) break_rule();
  return step_ == nullptr ? DXGI_ERROR_INVALID_CALL
                          : give(*step_, step_->dirty, size, rects, needed);
}

HRESULT ScriptedDuplication::GetFrameMoveRects(UINT size, DXGI_OUTDUPL_MOVE_RECT* rects,
                                               UINT* needed) {
  if (step_ == nullptr) break_rule();
  return step_ == nullptr ? DXGI_ERROR_INVALID_CALL
                          : give(*step_, step_->moves, size, rects, needed);
}

HRESULT ScriptedDuplication::GetFramePointerShape(UINT size, void* buffer, UINT* needed,
                                                  DXGI_OUTDUPL_POINTER_SHAPE_INFO* info) {
  if (step_ == nullptr || !step_->shape) break_rule();
  if (step_ == nullptr || !step_->shape) return DXGI_ERROR_INVALID_CALL;
  const ScriptedShape& shape = *step_->shape;
  *needed = static_cast<UINT>(shape.image.size());
  if (shape.image.size() > size) return DXGI_ERROR_MORE_DATA;
  std::memcpy(buffer, shape.image.data(), shape.image.size());
  *info = {.Type = shape.described.type,
           .Width = shape.described.width,
           .Height = shape.described.height,
           .Pitch = shape.described.pitch,
           .HotSpot = {.x = shape.described.hot.x, .y = shape.described.hot.y}};
  return S_OK;
}

HRESULT ScriptedDuplication::ReleaseFrame() {
  if (step_ == nullptr) {
    break_rule();
    return DXGI_ERROR_INVALID_CALL;
  }
  step_ = nullptr;
  return S_OK;
}

}  // namespace pierglass::test
