// SPDX-License-Identifier: GPL-2.0-or-later
// Everything at once from many threads. Meant for ThreadSanitizer, which sees a missing order as a
// data race on the plain bytes of pixels, records and shapes; useful without it too.
#include <gtest/gtest.h>

#include <thread>

#include "tests/unit/ring/ring_region.hpp"

namespace pierglass::ring {
namespace {

using namespace test;

constexpr int kFramesPerReader = 150;
constexpr int kShapes = 200;

class Soak : public testing::Test {
 protected:
  static constexpr wire::ShapeInfo kShape{.sequence = 0,
                                          .type = wire::CursorType::Colour,
                                          .size = {32, 32},
                                          .pitch = 128,
                                          .hot = {0, 0}};

  void write_frames() {
    while (!done_) {
      if (!publish_trace(guest_)) std::this_thread::yield();
    }
  }

  void write_cursor() {
    for (int i = 0; !done_; ++i) {
      guest_.cursor().move({.position = {i, -i}, .visible = true, .speed = std::uint32_t(i)});
      const auto fill = static_cast<std::byte>(i);
      if (i % 16 == 0) {
        ASSERT_TRUE(guest_.cursor().set_shape(kShape, std::vector(kShape.bytes(), fill)));
      }
    }
  }

  // Time stands still: nobody is retired however slow the machine is.
  void keep_house() {
    while (!done_) {
      guest_.beat();
      guest_.set_state(wire::GuestState::Capturing);
      EXPECT_EQ(guest_.retire_dead_readers(HostTime{}), 0u);
      EXPECT_LE(guest_.demand().readers, 4u);
      while (guest_.next_control()) ++received_;
      std::this_thread::yield();
    }
  }

  void read_complete(ReaderSession& reader) {
    std::uint64_t seen = 0;
    for (int frames = 0; frames < kFramesPerReader;) {
      const auto lease = reader.acquire_newest(seen).value();
      if (!lease) continue;
      seen = lease->info().sequence;
      EXPECT_TRUE(trace_is_whole(lease->pixels(), kSession, seen));
      EXPECT_TRUE(lease->intact());
      ++frames;
    }
  }

  void read_started(ReaderSession& reader) {
    std::uint64_t seen = 0;
    for (int frames = 0; frames < kFramesPerReader;) {
      const auto lease = reader.acquire_started(seen).value();
      if (!lease) continue;
      seen = lease->info().sequence;
      while (lease->rows_complete() < lease->info().size.height) std::this_thread::yield();
      EXPECT_TRUE(trace_is_whole(lease->pixels(), kSession, seen));
      EXPECT_TRUE(lease->intact());
      ++frames;
    }
  }

  void read_cursor(ReaderSession& reader) {
    std::vector<std::byte> image(reader.layout().shape_bytes);
    for (int shapes = 0; shapes < kShapes;) {
      const auto sample = reader.cursor();
      if (!sample) continue;
      EXPECT_EQ(sample->position.y, -sample->position.x);
      const auto shape = reader.copy_shape(sample->shape_ticket, image);
      if (!shape) continue;
      EXPECT_EQ(image[0], image[shape->bytes() - 1]);
      ++shapes;
    }
  }

  void beat_and_send(ReaderSession& reader) {
    while (!done_) {
      ASSERT_TRUE(reader.beat());
      reader.set_wish({.millihertz = 60'000});
      reader.announce_latch(Nanoseconds{5});
      if (reader.send({.type = wire::ControlType::SetCapture,
                       .position = {},
                       .size = {},
                       .millihertz = 0,
                       .run = true})) {
        ++sent_;
      }
      std::this_thread::yield();
    }
  }

  Region region_;
  GuestSession guest_ = region_.guest();
  std::atomic<bool> done_{false};
  std::atomic<int> sent_{0};
  std::atomic<int> received_{0};
};

TEST_F(Soak, ThreeReadersFollowOneGuest) {
  const auto a = region_.reader(1);
  const auto b = region_.reader(2);
  const auto c = region_.reader(3);
  {
    std::jthread frames([&] { write_frames(); });
    std::jthread cursor([&] { write_cursor(); });
    std::jthread house([&] { keep_house(); });
    std::jthread beats([&] { beat_and_send(*a); });
    {
      std::jthread first([&] { read_complete(*a); });
      std::jthread second([&] { read_started(*b); });
      std::jthread third([&] { read_complete(*c); });
      std::jthread pointer([&] { read_cursor(*a); });
    }
    done_ = true;
  }
  while (guest_.next_control()) ++received_;
  EXPECT_EQ(sent_, received_);
  EXPECT_EQ(guest_.dropped_control(), 0u);
}

}  // namespace
}  // namespace pierglass::ring
