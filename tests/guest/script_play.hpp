// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "guest/core/duplication_outcome.hpp"
#include "tests/guest/scripted_output.hpp"

namespace pierglass::test {

// Plays scripts one after the other, without any waiting.
class ScriptPlay final : public DesktopPlay {
 public:
  // The one before has ended.
  void load(std::vector<DesktopStep> steps) {
    steps_ = std::move(steps);
    at_ = 0;
  }
  [[nodiscard]] bool ended() const { return at_ == steps_.size(); }

  const DesktopMode& mode() override { return model_.mode(); }
  std::uint32_t open() override {
    if (refusals_ == 0) return 0;
    --refusals_;
    return refusals_ % 2 == 0 ? guest::hresult::kAccessDenied
                              : guest::hresult::kDxgiNotCurrentlyAvailable;
  }
  bool has_newer_call() override { return newer_call_; }

  const DesktopStep* next(std::uint32_t) override {
    if (ended()) return nullptr;
    const DesktopStep& step = steps_[at_++];
    model_.apply(step);
    if (!step.mode) return &step;
    refusals_ = step.refusals;
    newer_call_ = !step.no_newer_call;
    return &step;
  }
  pixel::ConstImage picture() override { return model_.picture(); }
  std::vector<Rect> changed(const DesktopStep& step) override {
    std::vector<Rect> rects;
    for (const auto& shift : step.shifts) rects.push_back(shift.to);
    for (const Paint& paint : step.paints) rects.push_back(paint.rect);
    return rects;
  }

 private:
  DesktopModel model_;
  std::vector<DesktopStep> steps_;
  std::size_t at_ = 0;
  std::uint32_t refusals_ = 0;
  bool newer_call_ = true;
};

}  // namespace pierglass::test
