// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/capture/gdi_area.hpp"

#include <algorithm>
#include <array>

#include "shm/text_windows.hpp"
#include "wire/layout.hpp"

namespace pierglass::guest {
namespace {

struct Search {
  std::string title;
  HWND found = nullptr;
};

BOOL CALLBACK visit(HWND window, LPARAM context) {
  auto& search = *reinterpret_cast<Search*>(context);
  if (!IsWindowVisible(window)) return TRUE;
  constexpr std::size_t kLongestTitle = 512;
  std::array<wchar_t, kLongestTitle> wide{};
  const int length = GetWindowTextW(window, wide.data(), static_cast<int>(wide.size()));
  const std::string title = shm::narrow({wide.data(), static_cast<std::size_t>(length)});
  if (!title.contains(search.title)) return TRUE;
  search.found = window;
  return FALSE;
}

std::uint32_t side(long length) {
  return static_cast<std::uint32_t>(std::clamp<long>(length, 0, wire::kMaxDimension));
}

}  // namespace

HWND find_window(const std::string& title) {
  Search search{.title = title};
  EnumWindows(visit, reinterpret_cast<LPARAM>(&search));
  return search.found;
}

std::optional<GdiArea> current_area(HWND window) {
  if (window == nullptr) {
    return GdiArea{
        .origin = {GetSystemMetrics(SM_XVIRTUALSCREEN), GetSystemMetrics(SM_YVIRTUALSCREEN)},
        .size = {side(GetSystemMetrics(SM_CXVIRTUALSCREEN)),
                 side(GetSystemMetrics(SM_CYVIRTUALSCREEN))}};
  }
  RECT client{};
  POINT origin{};
  if (!GetClientRect(window, &client) || !ClientToScreen(window, &origin)) return std::nullopt;
  GdiArea area{.window = window, .origin = {origin.x, origin.y}, .size = {}};
  if (!IsIconic(window)) area.size = {side(client.right), side(client.bottom)};
  return area;
}

}  // namespace pierglass::guest
