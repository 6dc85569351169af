// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/lasting_presenter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gfx/buffer_wishes.hpp"
#include "gfx/dmabuf_question.hpp"

namespace pierglass::gfx {
namespace {

using Said = std::vector<std::string>;

// What happens to the presenters that are made, one after the other.
struct Life {
  std::string device = "a GPU";
  std::optional<Ending> ends;  // with its next upload or draw
  bool leaves_tearing = true;
  bool cannot_be_made = false;
  bool lends = false;  // pictures to the compositor, which reads them while it lives
  std::string reason;
};

struct World {
  std::deque<Life> lives;
  Life* now = nullptr;  // of the one that lives
  Said said;
  std::vector<GpuPlan> plans;
};

class MortalPresenter final : public Presenter {
 public:
  MortalPresenter(World& world, Life life) : world_(world), life_(std::move(life)) {
    world_.now = &life_;
  }
  ~MortalPresenter() override {
    if (world_.now == &life_) world_.now = nullptr;
    world_.said.emplace_back("end");
  }
  [[nodiscard]] std::string_view name() const override { return "mortal"; }
  [[nodiscard]] std::string_view device() const override { return life_.device; }
  [[nodiscard]] const Ending* ending() const override { return ended_ ? &*ended_ : nullptr; }
  [[nodiscard]] bool leaves_tearing() const override { return life_.leaves_tearing; }
  Result<void> resize(Size window) override {
    say("resize " + std::to_string(window.width));
    return {};
  }
  void set_transform(Transform transform) override {
    say("transform " + std::to_string(std::to_underlying(transform)));
  }
  void set_filter(pixel::Filter filter) override {
    say("filter " + std::string(pixel::name(filter)));
  }
  void set_panel(std::span<const std::string> lines) override {
    say("panel of " + std::to_string(lines.size()));
  }
  Result<UploadStats> upload(const pixel::ConstImage&, std::span<const Rect>) override {
    if (ends()) return fail(ErrorCode::OsCall, "upload");
    picture_ = true;
    say("upload");
    return UploadStats{};
  }
  Result<DrawStats> draw(const CursorOverlay&) override {
    if (ends()) return fail(ErrorCode::OsCall, "draw");
    if (!picture_) return fail(ErrorCode::NotReady, "picture");
    say("draw");
    return DrawStats{};
  }
  Result<DrawStats> draw_message(std::string_view text) override {
    if (ends()) return fail(ErrorCode::OsCall, "draw");
    picture_ = false;
    say("text " + std::string(text));
    return DrawStats{};
  }
  void on_unmapped() override {}
  [[nodiscard]] Borrowing borrowing() const override {
    return {.way = life_.lends ? BorrowWay::Pool : BorrowWay::Sampled, .refusal = {}};
  }
  [[nodiscard]] bool reads(const pixel::SlotMemory&) const override { return life_.lends; }

 private:
  void say(std::string what) { world_.said.push_back(std::move(what)); }
  bool ends() {
    if (life_.ends) ended_ = std::exchange(life_.ends, std::nullopt);
    return ended_.has_value();
  }
  World& world_;
  Life life_;
  std::optional<Ending> ended_;
  bool picture_ = false;
};

struct NamedGpu final : DmabufOffers {
  [[nodiscard]] zwp_linux_dmabuf_v1* factory() const override { return nullptr; }
  [[nodiscard]] UnheardAnswers& unheard() const override { return *unheard_answers; }
  [[nodiscard]] std::uint64_t serial() const override { return changes; }
  [[nodiscard]] std::expected<std::uint64_t, std::string> linear(std::uint32_t) const override {
    return 0;
  }
  [[nodiscard]] std::expected<BufferOffer, std::string> buffers(std::uint32_t) const override {
    if (device == 0) return std::unexpected("not told");
    return BufferOffer{.device = device, .tranches = {}};
  }
  void move_to(std::uint64_t to) {
    device = to;
    ++changes;
  }
  std::uint64_t device = 1;
  std::uint64_t changes = 1;
  std::unique_ptr<UnheardAnswers> unheard_answers = std::make_unique<UnheardAnswers>();
};

class LastingPresenterTest : public ::testing::Test {
 protected:
  void open() {
    auto made = LastingPresenter::create(
        [this](GpuPlan plan, bool first) -> Result<LastingPresenter::Made> {
          EXPECT_EQ(first, world.plans.empty());
          EXPECT_TRUE(world.now == nullptr || world.now->lends) << "one driver at a time";
          world.plans.push_back(plan);
          Life life;
          if (!world.lives.empty()) {
            life = std::move(world.lives.front());
            world.lives.pop_front();
          }
          if (life.cannot_be_made) return fail(ErrorCode::Unsupported, "a GPU");
          const std::string reason = life.reason;
          return LastingPresenter::Made{std::make_unique<MortalPresenter>(world, std::move(life)),
                                        reason};
        },
        first_plan, &offers, [this] { return now; });
    ASSERT_TRUE(made);
    presenter = *std::move(made);
    ASSERT_TRUE(presenter->resize({640, 480}));
    presenter->set_filter(pixel::Filter::Nearest);
    world.said.clear();
  }
  Result<UploadStats> upload() { return presenter->upload({}, {}); }
  void show_picture() {
    ASSERT_TRUE(upload());
    ASSERT_TRUE(presenter->draw({}));
    world.said.clear();
  }
  void expect_shown_anew() {
    const auto drawn = presenter->draw({});
    ASSERT_FALSE(drawn);
    EXPECT_EQ(drawn.error().code, ErrorCode::Stale);
    EXPECT_TRUE(upload());
    EXPECT_TRUE(presenter->draw({}));
  }
  void lose_gpu() { world.now->ends = Ending{Ending::Cause::Gpu, "the GPU was lost"}; }
  void lose_output() { world.now->ends = Ending{Ending::Cause::Output, "no more buffers"}; }

  HostTime now = HostTime{} + std::chrono::hours(1);
  World world;
  NamedGpu offers;
  GpuPlan first_plan = GpuPlan::Wished;
  std::unique_ptr<LastingPresenter> presenter;
  const std::vector<GpuPlan> kTwice = {GpuPlan::Wished, GpuPlan::Wished};
};

TEST_F(LastingPresenterTest, ALostGpuIsTakenAnewAndTheNewestFrameIsShownByIt) {
  world.lives = {{}, {.device = "the same GPU"}};
  open();
  show_picture();
  now += std::chrono::minutes(1);
  lose_gpu();
  expect_shown_anew();
  EXPECT_EQ(world.said, (Said{"end", "resize 640", "transform 0", "filter nearest", "panel of 0",
                              "upload", "draw"}));
  EXPECT_EQ(world.plans, kTwice);
  EXPECT_EQ(presenter->device(), "the same GPU; instead of another since the GPU was lost");
}

TEST_F(LastingPresenterTest, AnUploadThatLosesTheGpuGoesToTheNextOne) {
  open();
  show_picture();
  now += std::chrono::minutes(1);
  lose_gpu();
  EXPECT_TRUE(upload());
  EXPECT_TRUE(presenter->draw({}));
  EXPECT_EQ(world.plans, kTwice);
}

TEST_F(LastingPresenterTest, AMessageIsDrawnByTheNextOneAtOnce) {
  open();
  lose_gpu();
  EXPECT_TRUE(presenter->draw_message("hello"));
  EXPECT_EQ(world.said.back(), "text hello");
  EXPECT_EQ(presenter->draw({}).error().code, ErrorCode::NotReady) << "there is no picture";
}

TEST_F(LastingPresenterTest, OneWhoseBuffersFailMakesWayForTheCompositorsGpuThenForNone) {
  open();
  show_picture();
  now += std::chrono::minutes(1);
  lose_output();
  expect_shown_anew();
  EXPECT_EQ(world.plans.back(), GpuPlan::Compositors);
  EXPECT_EQ(presenter->device(), "a GPU; instead of another since no more buffers");
  now += std::chrono::minutes(1);
  lose_output();
  expect_shown_anew();
  EXPECT_EQ(world.plans.back(), GpuPlan::None);
  EXPECT_EQ(world.plans.size(), 3u);
}

TEST_F(LastingPresenterTest, WithoutAnotherGpuTheCompositorsIsTriedOnce) {
  first_plan = GpuPlan::Compositors;
  open();
  show_picture();
  now += std::chrono::minutes(1);
  lose_output();
  expect_shown_anew();
  offers.move_to(2);
  expect_shown_anew();
  EXPECT_EQ(world.plans, (std::vector{GpuPlan::Compositors, GpuPlan::None, GpuPlan::Compositors}));
}

TEST_F(LastingPresenterTest, AGpuThatIsLostAgainAndAgainIsGivenUp) {
  open();
  show_picture();
  for (const GpuPlan plan : {GpuPlan::Wished, GpuPlan::Compositors, GpuPlan::None, GpuPlan::None}) {
    now += std::chrono::seconds(1);
    lose_gpu();
    expect_shown_anew();
    EXPECT_EQ(world.plans.back(), plan);
  }
}

TEST_F(LastingPresenterTest, FollowsTheCompositorToAnotherGpuWithTheNextDraw) {
  world.lives = {{}, {.device = "another GPU", .reason = "it is new"}};
  open();
  show_picture();
  ++offers.changes;  // something else
  EXPECT_TRUE(presenter->draw({}));
  offers.move_to(2);
  expect_shown_anew();
  EXPECT_EQ(world.plans, kTwice);
  EXPECT_EQ(presenter->device(),
            "another GPU; instead of another since the compositor draws with another GPU now; it "
            "is new");
}

TEST_F(LastingPresenterTest, AFrameThatComesAfterTheMoveGoesToTheNewGpuAlone) {
  open();
  show_picture();
  offers.move_to(2);
  EXPECT_TRUE(upload());
  EXPECT_TRUE(presenter->draw({}));
  EXPECT_EQ(world.plans, kTwice);
}

TEST_F(LastingPresenterTest, AnOfferThatComesLateOrGoesIsNoMove) {
  offers.device = 0;
  open();
  show_picture();
  for (const std::uint64_t device : {1u, 0u, 1u}) {
    offers.move_to(device);
    EXPECT_TRUE(presenter->draw({}));
  }
  EXPECT_EQ(world.plans.size(), 1u);
}

TEST_F(LastingPresenterTest, AfterAMoveTheWishedGpuIsTriedAgain) {
  open();
  show_picture();
  lose_output();
  expect_shown_anew();
  EXPECT_EQ(world.plans.back(), GpuPlan::Compositors);
  offers.move_to(2);
  expect_shown_anew();
  EXPECT_EQ(world.plans.back(), GpuPlan::Wished);
}

TEST_F(LastingPresenterTest, WhatCannotBeMadeIsPassedOver) {
  world.lives = {{}, {.cannot_be_made = true}, {.cannot_be_made = true}, {.device = "wl_shm"}};
  open();
  show_picture();
  now += std::chrono::minutes(1);
  lose_gpu();
  expect_shown_anew();
  EXPECT_EQ(world.plans,
            (std::vector{GpuPlan::Wished, GpuPlan::Wished, GpuPlan::Compositors, GpuPlan::None}));
}

TEST_F(LastingPresenterTest, WhatWasLentIsReadUntilTheNextOneHasCommitted) {
  world.lives = {{.lends = true}, {}, {}};
  open();
  show_picture();
  offers.move_to(2);
  EXPECT_TRUE(upload());
  EXPECT_TRUE(presenter->reads({})) << "it is on the screen";
  offers.move_to(3);
  EXPECT_TRUE(upload()) << "by a third one";
  EXPECT_TRUE(presenter->reads({}));
  EXPECT_TRUE(presenter->draw({}));
  EXPECT_FALSE(presenter->reads({}));
  EXPECT_EQ(std::ranges::count(world.said, "end"), 2);
}

TEST_F(LastingPresenterTest, WhatWasLentGoesWithTheWindow) {
  world.lives = {{.lends = true}};
  open();
  show_picture();
  offers.move_to(2);
  EXPECT_TRUE(upload());
  presenter->on_unmapped();
  EXPECT_FALSE(presenter->reads({}));
}

// The surface has the caller's control by then.
TEST_F(LastingPresenterTest, ADriverThatWantsTearingForItselfDoesNotTakeOver) {
  world.lives = {{}, {.leaves_tearing = false}, {.leaves_tearing = false}, {.device = "wl_shm"}};
  open();
  show_picture();
  now += std::chrono::minutes(1);
  lose_gpu();
  expect_shown_anew();
  EXPECT_EQ(world.plans.back(), GpuPlan::None);
  EXPECT_TRUE(presenter->leaves_tearing());
}

TEST_F(LastingPresenterTest, WithoutAnyTheCallFailsAndTheNextOneTriesAgain) {
  world.lives = {{}, {.cannot_be_made = true}, {.cannot_be_made = true}};
  open();
  show_picture();
  lose_output();
  EXPECT_EQ(presenter->draw({}).error().code, ErrorCode::Unsupported);
  EXPECT_EQ(presenter->name(), "none");
  EXPECT_FALSE(presenter->reads({}));
  expect_shown_anew();
}

}  // namespace
}  // namespace pierglass::gfx
