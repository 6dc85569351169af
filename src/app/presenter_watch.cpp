// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/presenter_watch.hpp"

#include <utility>

namespace pierglass::app {

void PresenterWatch::on_commit(std::optional<PixelPath> path, PresentNews& news) {
  if (path && !std::exchange(paths_[std::to_underlying(*path)], true)) news.path = path;
  if (const std::string_view output = presenter_.output(); output != output_) {
    output_ = output;
    news.output = output_;
  }
  if (const std::string_view device = presenter_.device(); device != device_) {
    device_ = device;
    news.renderer = {.name = std::string(presenter_.name()), .device = device_, .reason = {}};
  }
}

void PresenterWatch::on_refusal(std::string_view refusal, HostTime now, PresentNews& news) {
  constexpr Nanoseconds kNotSooner = std::chrono::seconds(1);
  if (refusal == refusal_ || now < tells_refusal_) return;
  tells_refusal_ = now + kNotSooner;
  refusal_ = refusal;
  if (!refusal.empty()) news.path_refusal = refusal_;
}

}  // namespace pierglass::app
