// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/capture/white_level.hpp"

#include <cwchar>
#include <vector>

#include "guest/core/output_colour.hpp"

namespace pierglass::guest {
namespace {

std::vector<DISPLAYCONFIG_PATH_INFO> active_paths() {
  UINT32 path_count = 0;
  UINT32 mode_count = 0;
  if (GetDisplayConfigBufferSizes(QDC_ONLY_ACTIVE_PATHS, &path_count, &mode_count) != ERROR_SUCCESS)
    return {};
  std::vector<DISPLAYCONFIG_PATH_INFO> paths(path_count);
  std::vector<DISPLAYCONFIG_MODE_INFO> modes(mode_count);
  if (QueryDisplayConfig(QDC_ONLY_ACTIVE_PATHS, &path_count, paths.data(), &mode_count,
                         modes.data(), nullptr) != ERROR_SUCCESS)
    return {};
  paths.resize(path_count);
  return paths;
}

template <typename Request>
bool ask(Request& request, DISPLAYCONFIG_DEVICE_INFO_TYPE type, LUID adapter, UINT32 id) {
  request.header.type = type;
  request.header.size = sizeof request;
  request.header.adapterId = adapter;
  request.header.id = id;
  return DisplayConfigGetDeviceInfo(&request.header) == ERROR_SUCCESS;
}

}  // namespace

void WhiteLevel::follow(const wchar_t* device_name) {
  target_.reset();
  for (const DISPLAYCONFIG_PATH_INFO& path : active_paths()) {
    DISPLAYCONFIG_SOURCE_DEVICE_NAME source{};
    if (!ask(source, DISPLAYCONFIG_DEVICE_INFO_GET_SOURCE_NAME, path.sourceInfo.adapterId,
             path.sourceInfo.id))
      continue;
    if (std::wcscmp(source.viewGdiDeviceName, device_name) != 0) continue;
    target_ = {.adapter = path.targetInfo.adapterId, .id = path.targetInfo.id};
    return;
  }
}

std::uint32_t WhiteLevel::millinits() const {
  if (!target_) return 0;
  DISPLAYCONFIG_SDR_WHITE_LEVEL level{};
  if (!ask(level, DISPLAYCONFIG_DEVICE_INFO_GET_SDR_WHITE_LEVEL, target_->adapter, target_->id))
    return 0;
  return white_millinits_of(level.SDRWhiteLevel);
}

}  // namespace pierglass::guest
