// SPDX-License-Identifier: GPL-2.0-or-later
// Pictures shown from where the guest wrote them, in turn with copied ones.
#include <gtest/gtest.h>

#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "tests/unit/gfx/software_bench.hpp"

namespace pierglass::gfx::test {
namespace {

constexpr Size kSize{61, 40};
constexpr Size kOther{70, 50};

// A guest with four slots, one frame after the other.
class BorrowedPictureTest : public SoftwarePresenterTest {
 protected:
  BorrowedPictureTest() {
    picture = random_picture(kSize, Xrgb8888, random);
    memory_.resize(kSlots * picture.bytes.size());
    screen.memory = memory_;
    EXPECT_TRUE(presenter.resize(kSize));
    publish(full_rect(kSize));
  }

  [[nodiscard]] pixel::SlotMemory slot_memory(std::size_t slot) const {
    return {.bytes = memory_.size(),
            .offset = slot * picture.bytes.size(),
            .slot = static_cast<std::uint32_t>(slot),
            .mapping = mapping_};
  }
  [[nodiscard]] pixel::ConstImage lying() const {
    pixel::ConstImage image = picture.stored();
    image.data = memory_.data() + newest_ * picture.bytes.size();
    return image;
  }
  [[nodiscard]] bool free(std::size_t slot) const {
    return slot != newest_ && !presenter.reads(slot_memory(slot));
  }

  // Another picture, in a slot that nobody reads; what is in the others is noise from then on.
  void publish(const Rect& rect) {
    scribble(picture, rect, random);
    std::size_t slot = 0;
    while (slot < kSlots && !free(slot)) ++slot;
    ASSERT_LT(slot, kSlots) << "the presenter reads them all";
    newest_ = slot;
    for (std::size_t other = 0; other < kSlots; ++other) {
      const auto at = memory_.begin() + static_cast<std::ptrdiff_t>(other * picture.bytes.size());
      if (other == newest_) std::ranges::copy(picture.bytes, at);
      if (free(other)) std::fill_n(at, picture.bytes.size(), std::byte{0x5a});
    }
    damage_.add(rect);
  }

  Result<void> borrow() {
    const Result<void> taken =
        presenter.borrow(lying(), slot_memory(newest_), std::exchange(damage_, {}).rects());
    return taken;
  }
  void copy() { ASSERT_TRUE(presenter.upload(lying(), std::exchange(damage_, {}).rects())); }
  void take() {
    const pixel::DamageRegion damage = damage_;
    if (borrow()) return;
    damage_ = damage;
    copy();
  }

  void shows(const CursorOverlay& cursor = {}) {
    auto drawn = presenter.draw(cursor);
    if (!drawn && drawn.error().code == ErrorCode::Stale) {
      damage_.set_full(kSize);
      copy();
      drawn = presenter.draw(cursor);
    }
    ASSERT_TRUE(drawn) << drawn.error().what;
    const Picture want =
        with_panel(reference(picture, window_, cursor, filter, pixel::sampling_on_cpu_of), picture,
                   cursor, panel);
    ASSERT_EQ(difference(screen.shown, want).worst, 0) << difference(screen.shown, want);
  }

  static constexpr std::size_t kSlots = 4;
  std::vector<std::byte> memory_;
  std::size_t newest_ = 0;
  std::uint64_t mapping_ = 1;
  pixel::DamageRegion damage_;
  Size window_ = kSize;
};

TEST_F(BorrowedPictureTest, IsShownWithoutABufferOfOurOwn) {
  ASSERT_TRUE(borrow());
  shows();
  EXPECT_EQ(screen.alive, 1);
  EXPECT_EQ(screen.made_over_memory, 1);
}

TEST_F(BorrowedPictureTest, CostsOneBufferASlotAndDamagesWhatChanged) {
  ASSERT_TRUE(borrow());
  shows();
  for (int i = 0; i < 20; ++i) {
    publish({3, 4, 5, 6});
    ASSERT_TRUE(borrow());
    shows();
    EXPECT_EQ(screen.damaged_pixels, 30U);
  }
  EXPECT_EQ(screen.pools, 1);
  EXPECT_LE(screen.made_over_memory, static_cast<int>(kSlots));
}

TEST_F(BorrowedPictureTest, IsReadUntilItIsDrawnAndReleased) {
  EXPECT_FALSE(presenter.reads(slot_memory(newest_)));
  ASSERT_TRUE(borrow());
  const std::size_t first = newest_;
  EXPECT_TRUE(presenter.reads(slot_memory(first))) << "by the next draw";
  shows();
  EXPECT_TRUE(presenter.reads(slot_memory(first))) << "by the compositor";
  screen.release_down_to(0);
  EXPECT_FALSE(presenter.reads(slot_memory(first)));
  publish({0, 0, 1, 1});
  ASSERT_TRUE(borrow());
  const std::size_t second = newest_;
  publish({2, 2, 1, 1});
  ASSERT_TRUE(borrow());
  EXPECT_FALSE(presenter.reads(slot_memory(second))) << "another one is drawn in its place";
  shows();
}

TEST_F(BorrowedPictureTest, IsNotDrawnTwice) {
  ASSERT_TRUE(borrow());
  ASSERT_TRUE(presenter.draw({}));
  const auto again = presenter.draw({});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::Stale);
  const auto same_slot = borrow();
  ASSERT_FALSE(same_slot) << "the compositor reads it";
  EXPECT_EQ(same_slot.error().code, ErrorCode::Busy);
  screen.release_down_to(0);
  EXPECT_TRUE(borrow());
  shows();
}

TEST_F(BorrowedPictureTest, IsRefusedWhereItWouldLookDifferent) {
  const auto refused = [&] {
    const auto taken = presenter.borrow(lying(), slot_memory(newest_), {});
    return !taken && taken.error().code == ErrorCode::Unsupported;
  };
  picture.rotation = wire::Rotation::Turn90;
  EXPECT_TRUE(refused()) << "upright it is higher than wide";
  picture.rotation = wire::Rotation::None;
  picture.format = Xbgr8888;
  EXPECT_TRUE(refused());
  picture.format = Xrgb8888;
  picture.colour.space = wire::ColourSpace::Bt2020Pq;
  EXPECT_TRUE(refused());
  picture.colour = {.white_millinits = 200'000};
  set_panel({"text"});
  EXPECT_TRUE(refused());
  set_panel({});
  ASSERT_TRUE(presenter.resize(kOther));
  EXPECT_TRUE(refused());
  ASSERT_TRUE(presenter.resize(kSize));
  EXPECT_FALSE(refused()) << "what white is changes nothing in sRGB";
}

TEST_F(BorrowedPictureTest, ThatCannotBeGivenABufferIsCopied) {
  ASSERT_TRUE(borrow());
  screen.refuse_pools = true;
  publish({1, 1, 4, 4});
  take();
  shows();
  EXPECT_FALSE(presenter.reads(slot_memory(newest_)));
}

TEST_F(BorrowedPictureTest, StaysWhileThereIsNoBufferToCopyInto) {
  screen.held = 8;
  take();
  shows();
  for (std::size_t i = 0; i < SoftwarePresenter::kMaxBuffers; ++i) {
    damage_.set_full(kSize);
    copy();
    shows();
  }
  screen.release_down_to(SoftwarePresenter::kMaxBuffers);
  publish({1, 1, 4, 4});
  ASSERT_TRUE(borrow());
  const auto copied = presenter.upload(lying(), {});
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().code, ErrorCode::Busy);
  shows();
}

TEST_F(BorrowedPictureTest, OfAnotherMappingTakesTheFirstOnesPlace) {
  ASSERT_TRUE(borrow());
  shows();
  mapping_ = 2;
  publish({1, 1, 4, 4});
  ASSERT_TRUE(borrow());
  EXPECT_EQ(screen.pools, 1);
  EXPECT_EQ(screen.alive, 2) << "one is still on the screen";
  shows();
  publish({2, 2, 4, 4});
  take();
  shows();
  EXPECT_EQ(screen.alive, 2) << "two slots of the new one";
}

TEST_F(BorrowedPictureTest, LeavesNothingWhenAllAreCopiedFromThenOn) {
  ASSERT_TRUE(borrow());
  shows();
  for (int i = 0; i < SoftwarePresenter::kUploadsUntilDropped; ++i) {
    EXPECT_EQ(screen.pools, 1) << i;
    publish({1, 1, 4, 4});
    copy();
    shows();
  }
  EXPECT_EQ(screen.pools, 0) << "perhaps the guest has other memory now";
  publish({1, 1, 4, 4});
  ASSERT_TRUE(borrow());
  shows();
}

TEST_F(BorrowedPictureTest, LeavesNothingOnceTextIsShown) {
  ASSERT_TRUE(borrow());
  shows();
  ASSERT_TRUE(presenter.draw_message("Waiting"));
  EXPECT_EQ(screen.pools, 0);
  EXPECT_FALSE(presenter.reads(slot_memory(newest_)));
  EXPECT_EQ(presenter.draw({}).error().code, ErrorCode::NotReady);
}

TEST_F(BorrowedPictureTest, IsTakenAnewAfterTheWindowWasUnmapped) {
  ASSERT_TRUE(borrow());
  presenter.on_unmapped();
  EXPECT_EQ(presenter.draw({}).error().code, ErrorCode::Stale);
  shows();
}

// Whatever comes on top, and whatever the compositor keeps: each commit shows the newest picture,
// and damages what differs from the last one.
TEST_F(BorrowedPictureTest, AndCopiedOnesInAnyOrderShowTheNewest) {
  const pixel::CursorImage image = random_pointer(wire::CursorType::Colour, {9, 14}, random);
  for (const std::size_t held : {0U, 1U}) {
    screen.held = held;
    screen.release_down_to(held);
    int borrowed = 0;
    for (int i = 0; i < 2000; ++i) {
      if (random() % 8 == 0)
        set_panel(panel.empty() ? std::vector<std::string>{"text"} : std::vector<std::string>{});
      if (random() % 16 == 0) {
        window_ = window_ == kSize ? kOther : kSize;
        ASSERT_TRUE(presenter.resize(window_));
      }
      if (random() % 32 == 0) presenter.on_unmapped();
      if (random() % 4 != 0) {
        publish(random_rect(kSize));
        take();
        if (presenter.reads(slot_memory(newest_))) ++borrowed;
      }
      const bool points = random() % 4 == 0;
      shows({points ? &image : nullptr,
             1,
             {static_cast<std::int32_t>(random() % 90) - 10,
              static_cast<std::int32_t>(random() % 60)}});
      if (HasFatalFailure()) return;
    }
    EXPECT_GT(borrowed, 100);
  }
}

}  // namespace
}  // namespace pierglass::gfx::test
