// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/capture/gdi_cursor.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "guest/capture/gdi_handles.hpp"
#include "wire/layout.hpp"

namespace pierglass::guest {
namespace {

// Top-down, without compression; with room for the two colours of a 1-bit picture.
struct BitmapFormat {
  BITMAPINFOHEADER header{};
  std::array<RGBQUAD, 2> colours{};
};

// False when the bitmap cannot be read or has not the size that is expected.
bool read_bits(HDC dc, HBITMAP bitmap, Size size, WORD bits, void* to) {
  BitmapFormat format;
  format.header.biSize = sizeof format.header;
  format.header.biWidth = static_cast<LONG>(size.width);
  format.header.biHeight = -static_cast<LONG>(size.height);
  format.header.biPlanes = 1;
  format.header.biBitCount = bits;
  format.header.biCompression = BI_RGB;
  return GetDIBits(dc, bitmap, 0, size.height, to, reinterpret_cast<BITMAPINFO*>(&format),
                   DIB_RGB_COLORS) == static_cast<int>(size.height);
}

// One of `planes` pictures below each other. 0×0 for what is no bitmap, or too large to be a shape.
Size bitmap_size(HBITMAP bitmap, std::uint32_t planes) {
  BITMAP info{};
  if (GetObjectW(bitmap, sizeof info, &info) == 0 || info.bmWidth < 1 || info.bmHeight < 1)
    return {};
  const Size size{static_cast<std::uint32_t>(info.bmWidth),
                  static_cast<std::uint32_t>(info.bmHeight) / planes};
  return std::max(size.width, size.height) <= wire::kMaxCursorSide ? size : Size{};
}

CursorShape make_shape(const ICONINFO& icon, wire::CursorType type, Size size,
                       std::uint32_t pitch) {
  CursorShape shape;
  shape.info.type = type;
  shape.info.size = size;
  shape.info.pitch = pitch;
  shape.info.hot = {static_cast<std::int32_t>(std::min<DWORD>(icon.xHotspot, size.width - 1)),
                    static_cast<std::int32_t>(std::min<DWORD>(icon.yHotspot, size.height - 1))};
  shape.image.resize(shape.info.bytes());
  return shape;
}

std::optional<CursorShape> read_colour(HDC dc, const ICONINFO& icon) {
  const Size size = bitmap_size(icon.hbmColor, 1);
  if (size.area() == 0) return std::nullopt;
  std::vector<std::uint32_t> pixels(size.area());
  std::vector<std::byte> mask(std::size_t{mask_pitch(size.width)} * size.height);
  if (!read_bits(dc, icon.hbmColor, size, 32, pixels.data()) ||
      !read_bits(dc, icon.hbmMask, size, 1, mask.data()))
    return std::nullopt;
  CursorShape shape = make_shape(icon, apply_cursor_mask(size, pixels, mask), size, size.width * 4);
  std::memcpy(shape.image.data(), pixels.data(), shape.image.size());
  return shape;
}

// The mask bitmap holds the AND plane and below it the XOR plane: the wire's layout.
std::optional<CursorShape> read_monochrome(HDC dc, const ICONINFO& icon) {
  const Size size = bitmap_size(icon.hbmMask, 2);
  if (size.area() == 0) return std::nullopt;
  CursorShape shape = make_shape(icon, wire::CursorType::Monochrome, size, mask_pitch(size.width));
  const Size both{size.width, size.height * 2};
  if (!read_bits(dc, icon.hbmMask, both, 1, shape.image.data())) return std::nullopt;
  return shape;
}

}  // namespace

std::optional<CursorShape> read_cursor(HDC dc, HCURSOR cursor) {
  ICONINFO icon{};
  if (!GetIconInfo(cursor, &icon)) return std::nullopt;
  // Both are copies made for us.
  const Bitmap mask(icon.hbmMask);
  const Bitmap colour(icon.hbmColor);
  return colour ? read_colour(dc, icon) : read_monochrome(dc, icon);
}

}  // namespace pierglass::guest
