// SPDX-License-Identifier: GPL-2.0-or-later
// A present loop whose presenter loses its GPU.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "gfx/lasting_presenter.hpp"
#include "tests/unit/app/loop_bench.hpp"

namespace pierglass::app {
namespace {

class LostGpu : public testing::Test {
 protected:
  LostGpu() {
    auto made = gfx::LastingPresenter::create(
        [this](gfx::GpuPlan, bool) -> Result<gfx::LastingPresenter::Made> {
          auto presenter = std::make_unique<FakePresenter>();
          drawing_ = presenter.get();
          drawing_->driver = "GPU " + std::to_string(++made_);
          return gfx::LastingPresenter::Made{std::move(presenter), {}};
        },
        gfx::GpuPlan::Wished, nullptr, [this] { return now_; });
    EXPECT_TRUE(made);
    presenter_ = *std::move(made);
    loop_ = std::make_unique<PresentLoop>(source_, *presenter_, surface_, nullptr, "waiting",
                                          [this] { return now_; });
    show(1);
  }
  void show(std::uint64_t frame) {
    now_ += std::chrono::seconds(20);
    source_.newest = frame;
    EXPECT_TRUE(loop_->step(now_));
    loop_->on_callback(now_);
  }
  void lose(gfx::Ending::Cause cause) {
    drawing_->draw_fails = ErrorCode::OsCall;
    drawing_->ended = gfx::Ending{cause, "it was lost"};
  }

  HostTime now_ = HostClock::now();
  FakeSource source_;
  FakeSurface surface_;
  FakePresenter* drawing_ = nullptr;
  int made_ = 0;
  std::unique_ptr<gfx::LastingPresenter> presenter_;
  std::unique_ptr<PresentLoop> loop_;
};

TEST_F(LostGpu, TheFrameThatFoundItOutIsShownByTheNextOneInTheSameStep) {
  for (const gfx::Ending::Cause cause :
       {gfx::Ending::Cause::Gpu, gfx::Ending::Cause::Output, gfx::Ending::Cause::Gpu}) {
    const int commits = surface_.flushes;
    lose(cause);
    show(source_.newest + 1);
    EXPECT_EQ(surface_.flushes, commits + 1);
    EXPECT_EQ(drawing_->take(),
              (Said{"resize 100", "filter auto", "panel of 0", "upload", "draw"}));
    EXPECT_EQ(drawing_->uploads.back(), std::vector{full_rect(kPicture)});
    const auto renderer = loop_->take_news().renderer;
    ASSERT_TRUE(renderer);
    EXPECT_EQ(renderer->device,
              "GPU " + std::to_string(made_) + "; instead of another since it was lost");
  }
  EXPECT_EQ(made_, 4);
}

TEST_F(LostGpu, SoIsOneThatIsShownFromWhereItLies) {
  source_.place.emplace();
  drawing_->way = gfx::BorrowWay::Sampled;
  drawing_->borrow_fails.reset();
  show(2);
  EXPECT_EQ(source_.held, 1);
  lose(gfx::Ending::Cause::Gpu);
  show(3);
  EXPECT_EQ(drawing_->take().back(), "draw");
  EXPECT_EQ(source_.held, 0) << "nothing of the guest's is read any more";
}

}  // namespace
}  // namespace pierglass::app
