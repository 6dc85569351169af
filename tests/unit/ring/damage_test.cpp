// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/ring/ring_region.hpp"

namespace pierglass::ring {
namespace {

using namespace test;

std::vector<Rect> changed_since(const wire::FrameRecord& record, std::uint64_t seen) {
  std::vector<Rect> rects;
  for (const wire::Damage& damage : std::span(record.damage).first(record.damage_count)) {
    if (record.info.sequence - damage.age > seen) rects.push_back(damage.rect);
  }
  return rects;
}

wire::FrameRecord newest(ReaderSession& reader) {
  return reader.acquire_newest(0).value()->record();
}

TEST(Damage, TheFirstFrameIsAllNew) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  const Rect corner{0, 0, 1, 1};
  publish(guest.frames(), {&corner, 1});
  const wire::FrameRecord record = newest(*reader);
  EXPECT_FALSE(record.damage_covers_since(0));
  EXPECT_EQ(record.damage_count, 1u);
  EXPECT_EQ(record.damage[0].rect, full_rect(kSize));
}

TEST(Damage, ANewSizeFormatOrTurnIsAllNew) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  publish(guest.frames());
  wire::FrameInfo info = frame_info();
  const auto expect_full = [&](const char* what) {
    const std::uint64_t sequence = publish(guest.frames(), {}, info);
    const wire::FrameRecord record = newest(*reader);
    EXPECT_TRUE(record.damage_covers_since(sequence - 1)) << what;
    EXPECT_EQ(changed_since(record, sequence - 1), std::vector{full_rect(info.size)}) << what;
  };
  info.format = wire::PixelFormat::Xbgr8888;
  expect_full("format");
  info.rotation = wire::Rotation::Turn180;
  expect_full("rotation");
  info.colour_space = wire::ColourSpace::ScrgbLinear;
  expect_full("colour space");
  info.pitch += 256;
  info.size.height = 400;
  expect_full("size and pitch");
}

TEST(Damage, ReachesBackOverSkippedFrames) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  publish(guest.frames());
  const Rect a{10, 10, 5, 5};
  const Rect b{100, 10, 5, 5};
  publish(guest.frames(), {&a, 1});
  publish(guest.frames(), {&b, 1});
  const wire::FrameRecord record = newest(*reader);
  ASSERT_TRUE(record.damage_covers_since(1));
  EXPECT_EQ(changed_since(record, 1), (std::vector{a, b}));
  EXPECT_EQ(changed_since(record, 2), std::vector{b});
  EXPECT_TRUE(changed_since(record, 3).empty());
}

TEST(Damage, OlderAreasUnderNewerOnesAreDropped) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  publish(guest.frames());
  const Rect caret{50, 50, 2, 16};
  for (int i = 0; i < 500; ++i) publish(guest.frames(), {&caret, 1});
  const wire::FrameRecord record = newest(*reader);
  EXPECT_EQ(record.damage_count, 2u);
  EXPECT_EQ(changed_since(record, 499), std::vector{caret});
}

TEST(Damage, OfABusyFrameIsRemembered) {
  Region region({.slot_count = 3});
  GuestSession guest = region.guest();
  const auto a = region.reader(1);
  const auto b = region.reader(2);
  publish(guest.frames());
  std::optional<FrameLease> one(std::move(a->acquire_newest(0).value().value()));
  publish(guest.frames());
  const FrameLease two = std::move(b->acquire_newest(0).value().value());
  publish(guest.frames());
  const Rect lost{7, 7, 7, 7};
  ASSERT_FALSE(guest.frames().begin(frame_info(), {&lost, 1}));
  one.reset();
  publish(guest.frames());
  EXPECT_EQ(changed_since(newest(*b), 3), std::vector{lost});
}

TEST(Damage, OfAnAbortedFrameCountsAsChangedInTheNext) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  publish(guest.frames());
  const Rect lost{7, 7, 7, 7};
  const WriteTicket ticket = guest.frames().begin(frame_info(), {&lost, 1}).value();
  guest.frames().abort(ticket);
  publish(guest.frames());
  EXPECT_EQ(changed_since(newest(*reader), 1), std::vector{lost});
  EXPECT_EQ(changed_since(newest(*reader), ticket.sequence), std::vector{lost})
      << "who followed the aborted frame did not get all of it";
}

TEST(Damage, OutsideThePictureIsCutOff) {
  Region region;
  GuestSession guest = region.guest();
  const auto reader = region.reader();
  publish(guest.frames());
  const std::array rects{Rect{600, 0, 100, 10}, Rect{0, 480, 10, 10}, Rect{5, 5, 0, 3}};
  publish(guest.frames(), rects);
  EXPECT_EQ(changed_since(newest(*reader), 1), (std::vector{Rect{600, 0, 40, 10}}));
}

// The whole contract at once: a guest paints at random, with busy and aborted frames and changes of
// size between; a reader that skips frames at random repaints what the record says and must end
// with the guest's picture.
class DamageProperty : public testing::TestWithParam<unsigned> {
 protected:
  struct Picture {
    Size size;
    std::vector<int> cells;
    bool operator==(const Picture&) const = default;
    int& at(std::uint32_t x, std::uint32_t y) { return cells[std::size_t{y} * size.width + x]; }
    void resize(Size to) {
      size = to;
      cells.assign(to.area(), 0);
    }
  };

  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }

  Rect any_rect(Size size) {
    const std::uint32_t x = below(size.width);
    const std::uint32_t y = below(size.height);
    return {x, y, 1 + below(std::min(4u, size.width - x)),
            1 + below(std::min(4u, size.height - y))};
  }

  std::vector<Rect> paint() {
    // Few mostly; sometimes more than a record holds.
    std::vector<Rect> rects(below(8) == 0 ? below(100) : below(6));
    for (Rect& rect : rects) {
      rect = any_rect(guest_.size);
      for (std::uint64_t y = rect.y; y < rect.bottom(); ++y) {
        for (std::uint64_t x = rect.x; x < rect.right(); ++x) {
          guest_.at(std::uint32_t(x), std::uint32_t(y)) = ++colour_;
        }
      }
    }
    return rects;
  }

  void repaint(const wire::FrameRecord& record, std::uint64_t& seen) {
    Picture& mine = reader_;
    const bool partial = record.damage_covers_since(seen) && mine.size == record.info.size;
    if (!partial) {
      mine = guest_;
    } else {
      for (const Rect& rect : changed_since(record, seen)) {
        for (std::uint64_t y = rect.y; y < rect.bottom(); ++y) {
          for (std::uint64_t x = rect.x; x < rect.right(); ++x) {
            const auto [cx, cy] = std::pair(std::uint32_t(x), std::uint32_t(y));
            mine.at(cx, cy) = guest_.at(cx, cy);
          }
        }
      }
      ++partial_;
    }
    seen = record.info.sequence;
  }

  std::mt19937 random_{GetParam()};
  Picture guest_;
  Picture reader_;
  int colour_ = 0;
  int partial_ = 0;
};

TEST_P(DamageProperty, RepaintingWhatChangedGivesTheGuestsPicture) {
  Region region({.slot_count = 3});
  GuestSession guest = region.guest();
  const auto reader = region.reader(1);
  const auto blocker = region.reader(2);
  const auto blocker2 = region.reader(3);
  std::optional<FrameLease> hold1;
  std::optional<FrameLease> hold2;
  guest_.resize({60, 40});
  std::uint64_t seen = 0;
  for (int i = 0; i < 2000; ++i) {
    if (below(200) == 0) guest_.resize({30 + below(30), 20 + below(20)});
    if (below(10) == 0) hold1.reset();
    if (below(10) == 0) hold2.reset();
    const std::vector<Rect> damage = paint();
    const auto ticket = guest.frames().begin(frame_info(guest_.size), damage);
    if (!ticket) continue;
    if (below(10) == 0) {
      guest.frames().abort(*ticket);
      continue;
    }
    guest.frames().commit(*ticket, Nanoseconds{0});
    if (below(10) == 0) hold1 = std::move(blocker->acquire_newest(0).value().value());
    if (below(10) == 0) hold2 = std::move(blocker2->acquire_newest(0).value().value());
    if (below(i % 400 < 200 ? 2 : 30) != 0) continue;
    repaint(newest(*reader), seen);
    ASSERT_TRUE(reader_ == guest_) << "seed " << GetParam() << ", step " << i;
  }
  EXPECT_GT(partial_, 100) << "the lists were of use";
}

INSTANTIATE_TEST_SUITE_P(Seeds, DamageProperty, testing::Range(1u, 9u));

}  // namespace
}  // namespace pierglass::ring
