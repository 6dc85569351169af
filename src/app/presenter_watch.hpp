// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "app/present_news.hpp"
#include "base/clock.hpp"
#include "gfx/presenter.hpp"

namespace pierglass::app {

// What the presenter says of itself and of the way of its pictures, told when it is another. Part
// of the present loop. One thread.
class PresenterWatch {
 public:
  // What it says of its device so far is known.
  explicit PresenterWatch(const gfx::Presenter& presenter)
      : presenter_(presenter), device_(presenter.device()) {}

  // `path`: of the picture that was committed; nothing: there was none.
  void on_commit(std::optional<PixelPath> path, PresentNews& news);

  // Why there is no shorter path, as PresentNews::path_refusal; empty: no reason. A guest that
  // changes what it shows with each frame does not fill the log.
  void on_refusal(std::string_view refusal, HostTime now, PresentNews& news);

 private:
  const gfx::Presenter& presenter_;
  std::array<bool, kPixelPaths> paths_{};
  std::string output_;
  std::string device_;
  std::string refusal_;
  HostTime tells_refusal_;  // from then on
};

}  // namespace pierglass::app
