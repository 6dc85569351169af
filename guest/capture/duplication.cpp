// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/capture/duplication.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "guest/capture/dxgi_error.hpp"
#include "guest/core/duplicated_shape.hpp"
#include "wire/layout.hpp"

namespace pierglass::guest {
namespace {

UINT milliseconds(Nanoseconds timeout) {
  const auto ms = std::chrono::ceil<std::chrono::milliseconds>(timeout).count();
  return static_cast<UINT>(std::clamp<std::int64_t>(ms, 0, 60'000));  // never INFINITE
}

HRESULT duplicate_as_wished(IDXGIOutput& output, ID3D11Device& device, HdrWish wish,
                            IDXGIOutputDuplication** made) {
  ComPtr<IDXGIOutput5> newer;
  output.QueryInterface(__uuidof(IDXGIOutput5), newer.put_void());
  if (!newer) return DXGI_ERROR_UNSUPPORTED;
  std::array<DXGI_FORMAT, 4> formats{};
  const auto wanted = wanted_formats(wish);
  std::ranges::transform(wanted, formats.begin(),
                         [](std::uint32_t format) { return static_cast<DXGI_FORMAT>(format); });
  return newer->DuplicateOutput1(&device, 0, static_cast<UINT>(wanted.size()), formats.data(),
                                 made);
}

// Always B8G8R8A8.
HRESULT duplicate_plainly(IDXGIOutput& output, ID3D11Device& device,
                          IDXGIOutputDuplication** made) {
  ComPtr<IDXGIOutput1> older;
  output.QueryInterface(__uuidof(IDXGIOutput1), older.put_void());
  return older ? older->DuplicateOutput(&device, made) : E_NOTIMPL;
}

// Of `bytes` that a driver says it needed, those it can have written; nothing: not all fitted.
template <typename Element>
std::optional<std::size_t> count_of(HRESULT result, UINT bytes, std::size_t room) {
  const std::size_t count = bytes / sizeof(Element);
  if (FAILED(result) || count > room) return std::nullopt;
  return count;
}

DesktopRect plain(const RECT& rect) {
  return {.left = rect.left, .top = rect.top, .right = rect.right, .bottom = rect.bottom};
}

}  // namespace

// On the heap, once, so that a duplication can be moved about.
struct Duplication::Buffers {
  std::array<RECT, kMaxChanges> raw_dirty{};
  std::array<DXGI_OUTDUPL_MOVE_RECT, kMaxChanges> raw_moves{};
  std::array<DesktopRect, kMaxChanges> dirty{};
  std::array<DesktopMove, kMaxChanges> moves{};
  // Windows may pad the rows of a shape.
  std::array<std::byte, std::size_t{2} * wire::kMaxShapeBytes> shape{};
};

Result<Duplication> Duplication::create(IDXGIOutput& output, ID3D11Device& device, HdrWish wish) {
  ComPtr<IDXGIOutputDuplication> made;
  const HRESULT wished = duplicate_as_wished(output, device, wish, made.put());
  if (SUCCEEDED(wished)) return Duplication(std::move(made));
  // What is only not to be had at the moment would not be had plainly either.
  const auto bits = static_cast<std::uint32_t>(wished);
  if (bits != hresult::kDxgiUnsupported && failure_code(bits) == ErrorCode::Busy)
    return fail_dxgi(wished, "DuplicateOutput1");
  const HRESULT plainly = duplicate_plainly(output, device, made.put());
  if (FAILED(plainly)) return fail_dxgi(plainly, "DuplicateOutput");
  return Duplication(std::move(made));
}

Duplication::Duplication(ComPtr<IDXGIOutputDuplication> duplication)
    : duplication_(std::move(duplication)), buffers_(std::make_unique<Buffers>()) {}

Duplication::Duplication(Duplication&& other) noexcept = default;

Duplication& Duplication::operator=(Duplication&& other) noexcept {
  if (this == &other) return *this;
  let_go();
  duplication_ = std::move(other.duplication_);
  texture_ = std::move(other.texture_);
  info_ = other.info_;
  holding_ = std::exchange(other.holding_, false);
  lost_device_ = other.lost_device_;
  buffers_ = std::move(other.buffers_);
  return *this;
}

Duplication::~Duplication() {
  let_go();
}

void Duplication::let_go() {
  texture_.reset();
  if (!std::exchange(holding_, false) || !duplication_) return;
  duplication_->ReleaseFrame();  // whatever is wrong, the next look says it
}

Look Duplication::acquire(Nanoseconds timeout) {
  let_go();
  ComPtr<IDXGIResource> resource;
  info_ = {};
  const HRESULT result =
      duplication_->AcquireNextFrame(milliseconds(timeout), &info_, resource.put());
  const auto bits = static_cast<std::uint32_t>(result);
  const Look look = look_of(bits, info_.LastPresentTime.QuadPart != 0);
  lost_device_ = loses_device(bits);
  holding_ = look == Look::Picture || look == Look::PointerOnly;
  if (look == Look::Picture) texture_ = resource.as<ID3D11Texture2D>();
  return look;
}

std::optional<std::size_t> Duplication::read_moves() {
  Buffers& b = *buffers_;
  UINT bytes = 0;
  const HRESULT result =
      duplication_->GetFrameMoveRects(sizeof b.raw_moves, b.raw_moves.data(), &bytes);
  const auto count = count_of<DXGI_OUTDUPL_MOVE_RECT>(result, bytes, b.raw_moves.size());
  for (std::size_t i = 0; i < count.value_or(0); ++i) {
    const DXGI_OUTDUPL_MOVE_RECT& raw = b.raw_moves[i];
    b.moves[i] = {.from = {raw.SourcePoint.x, raw.SourcePoint.y}, .to = plain(raw.DestinationRect)};
  }
  return count;
}

std::optional<std::size_t> Duplication::read_dirty() {
  Buffers& b = *buffers_;
  UINT bytes = 0;
  const HRESULT result =
      duplication_->GetFrameDirtyRects(sizeof b.raw_dirty, b.raw_dirty.data(), &bytes);
  const auto count = count_of<RECT>(result, bytes, b.raw_dirty.size());
  for (std::size_t i = 0; i < count.value_or(0); ++i) b.dirty[i] = plain(b.raw_dirty[i]);
  return count;
}

DesktopChanges Duplication::changes() {
  if (info_.TotalMetadataBufferSize == 0) return {};
  const auto moves = read_moves();
  const auto dirty = read_dirty();
  if (!moves || !dirty) return {.dirty = {}, .moves = {}, .complete = false};
  return {.dirty = {buffers_->dirty.data(), *dirty}, .moves = {buffers_->moves.data(), *moves}};
}

bool Duplication::read_shape(CursorShape& to) {
  Buffers& b = *buffers_;
  if (info_.PointerShapeBufferSize == 0 || info_.PointerShapeBufferSize > b.shape.size())
    return false;
  UINT bytes = 0;
  DXGI_OUTDUPL_POINTER_SHAPE_INFO shape{};
  if (FAILED(duplication_->GetFramePointerShape(static_cast<UINT>(b.shape.size()), b.shape.data(),
                                                &bytes, &shape)))
    return false;
  const DuplicatedShape described{.type = shape.Type,
                                  .width = shape.Width,
                                  .height = shape.Height,
                                  .pitch = shape.Pitch,
                                  .hot = {shape.HotSpot.x, shape.HotSpot.y}};
  const std::size_t written = std::min<std::size_t>(bytes, b.shape.size());
  return convert_shape(described, {b.shape.data(), written}, to);
}

}  // namespace pierglass::guest
