// SPDX-License-Identifier: GPL-2.0-or-later
// Deliberate corruptions, one per field and boundary, each of an honest host's memory under a live
// source: the expected reaction, and pictures again afterwards.
#include "tests/unit/compat/corruptions.hpp"

#include <gmock/gmock.h>

#include <algorithm>

#include "guest/core/pattern_cursor.hpp"
#include "tests/unit/compat/glass_bench.hpp"

namespace pierglass::compat {
namespace {

using source::GuestStatus;
using test::GlassProtocol;

constexpr Rect kDamage{1, 2, 3, 4};

class Bench : public GlassBench {
 public:
  explicit Bench(GlassProtocol protocol) : options_{.protocol = protocol} {
    start_host(options_);
    EXPECT_EQ(pass(600), GuestStatus::Live);
    show_next();
    show_next();
  }

  // A picture like no other is shown within two seconds of its existence. A host whose readers are
  // gone, or that waits for one that it dropped, has to be given time.
  void show_next() {
    ++value_;
    const auto posted = [&] {
      return post(value_, {.size = kBenchSize, .damage = {kDamage}}) !=
             test::LgmpHost::Posted::Full;
    };
    EXPECT_TRUE(soon(posted));
    EXPECT_TRUE(soon([&] { return show() == value_; }));
  }
  template <typename Condition>
  bool soon(Condition condition) {
    for (int i = 0; i < 40; ++i) {
      if (condition()) return true;
      pass(50);
    }
    return false;
  }
  void restart() {
    kill_host();
    start_host(options_);
  }

  [[nodiscard]] test::LgmpHost& host() { return writer().host(); }
  void set(std::uint32_t at, std::uint32_t value) {
    std::memcpy(bytes().data() + at, &value, sizeof value);
  }
  [[nodiscard]] std::uint32_t get(std::uint32_t at) const {
    std::uint32_t value;
    std::memcpy(&value, bytes().data() + at, sizeof value);
    return value;
  }
  // The slot of the newest message of a queue.
  std::uint32_t newest_message(std::size_t queue) {
    const std::uint32_t at = host().queue_at(queue);
    const std::uint32_t slots = host().word(at + host().offsets().slots);
    const std::uint32_t next = host().word(at + host().offsets().position);
    return host().message_at(queue, (next + slots - 1) % slots);
  }

 private:
  test::GlassOptions options_;
  unsigned value_ = 10;
};

class Corrupted : public testing::TestWithParam<GlassProtocol> {
 public:
  static std::vector<Corruption> all(GlassProtocol protocol) {
    Bench bench(protocol);
    const std::uint32_t memory = bench.host().bytes();
    std::vector<Corruption> rows;
    for (const auto& part :
         {frame_corruptions(protocol), ring_corruptions(bench.writer()), live_corruptions(protocol),
          subscribe_corruptions(protocol, memory), start_corruptions(protocol, memory),
          pointer_corruptions(bench.writer()), mailbox_corruptions(protocol)}) {
      rows.insert(rows.end(), part.begin(), part.end());
    }
    return rows;
  }
};
PIERGLASS_BOTH_PROTOCOLS(Corrupted);

TEST(Corruptions, AreAtLeastTwoHundredAndAllDifferent) {
  std::size_t count = 0;
  for (const auto protocol : {GlassProtocol::Kvmfr20, GlassProtocol::Kvmfr34}) {
    const auto rows = Corrupted::all(protocol);
    std::vector<std::string> names;
    for (const Corruption& row : rows) {
      names.push_back(std::to_string(int(row.place)) + "/" + row.name);
    }
    std::ranges::sort(names);
    EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
    count += rows.size();
  }
  EXPECT_GE(count, 200u);
}

// ---- frames -----------------------------------------------------------------------------------

// What is handed out lies in the memory, whatever the header said.
void check_bounds(Bench& bench, const source::HeldFrame& frame) {
  const pixel::ConstImage& image = frame.image();
  const std::byte* first = bench.bytes().data();
  const std::uint64_t row = std::uint64_t{image.size.width} * wire::bytes_per_pixel(image.format);
  ASSERT_GE(image.data, first);
  ASSERT_LE(image.row(image.size.height - 1) + row, first + bench.bytes().size());
  for (const Rect& rect : frame.damage().rects()) {
    EXPECT_TRUE(!rect.empty() && rect.inside(image.size));
  }
}

bool is_whole(const source::HeldFrame& frame) {
  const auto rects = frame.damage().rects();
  return rects.size() == 1 && rects[0] == full_rect(frame.image().size);
}

void expect_frame(Bench& bench, Reaction reaction) {
  auto frame = bench.source().acquire();
  if (reaction == Reaction::Rejected || reaction == Reaction::Unnoticed) {
    EXPECT_FALSE(frame);
    EXPECT_FALSE(bench.source().has_new_frame());
    return;
  }
  ASSERT_TRUE(frame);
  check_bounds(bench, *frame);
  const Size size = frame->image().size;
  switch (reaction) {
    case Reaction::Shown:
      EXPECT_EQ(size, kBenchSize);
      EXPECT_FALSE(is_whole(*frame));
      break;
    case Reaction::ShownWhole:
      EXPECT_EQ(size.height, kBenchSize.height);
      EXPECT_TRUE(is_whole(*frame));
      break;
    case Reaction::ShownClipped:
      EXPECT_FALSE(is_whole(*frame));
      EXPECT_TRUE(frame->damage().bounds().right() == size.width ||
                  frame->damage().bounds().bottom() == size.height);
      break;
    case Reaction::FewerRows:
      EXPECT_LT(size.height, kBenchSize.height);
      EXPECT_TRUE(is_whole(*frame));
      break;
    case Reaction::Incomplete:
      EXPECT_LT(frame->rows_ready(), size.height);
      EXPECT_FALSE(frame->finish());
      return;
    default:
      FAIL() << "not a frame's reaction";
  }
  EXPECT_TRUE(frame->finish());
}

void run_frame_case(GlassProtocol protocol, const Corruption& row) {
  Bench bench(protocol);
  ASSERT_EQ(bench.post(200, {.size = kBenchSize, .damage = {kDamage}}),
            test::LgmpHost::Posted::Posted);
  bench.writer().set_write_position(0xffff'ffff);
  const std::uint32_t payload =
      bench.writer().frame_payload(1 - bench.writer().next_buffer()).offset;
  bench.set((row.place == Place::Frame ? payload : bench.newest_message(0)) + row.offset,
            row.value);
  expect_frame(bench, row.reaction);
  bench.show_next();
  EXPECT_FALSE(bench.source().has_new_frame());
}

TEST_P(Corrupted, FramesAreRejectedClippedOrShownForWhatTheyAre) {
  for (const Corruption& row : frame_corruptions(GetParam())) {
    SCOPED_TRACE(row.name);
    run_frame_case(GetParam(), row);
  }
}

TEST_P(Corrupted, FrameMessagesOutsideTheMemoryAreGivenBack) {
  Bench bench(GetParam());
  for (Corruption row : ring_corruptions(bench.writer())) {
    SCOPED_TRACE(row.name);
    run_frame_case(GetParam(), row);
  }
}

// ---- a session in use -------------------------------------------------------------------------

void run_live_case(GlassProtocol protocol, const Corruption& row) {
  Bench bench(protocol);
  const std::uint32_t at =
      row.offset + (row.place == Place::LiveQueue ? bench.host().queue_at(0) : 0);
  const std::uint32_t before = bench.get(at);
  bench.set(at, row.value);
  if (row.reaction == Reaction::Unaffected) {
    bench.show_next();
    EXPECT_EQ(bench.pass(50), GuestStatus::Live);
  } else if (row.reaction == Reaction::Followed) {
    bench.pass(50);
    bench.pass(600);
  } else {
    EXPECT_NE(bench.pass(50), GuestStatus::Live);
    EXPECT_FALSE(bench.source().has_new_frame());
    EXPECT_FALSE(bench.source().acquire());
    EXPECT_FALSE(bench.source().cursor().visible);
    bench.set(at, before);
  }
  bench.show_next();
  EXPECT_EQ(bench.pass(300), GuestStatus::Live);
  bench.restart();
  bench.show_next();
}

TEST_P(Corrupted, ASessionInUseBearsEveryWord) {
  for (const Corruption& row : live_corruptions(GetParam())) {
    SCOPED_TRACE(row.name);
    run_live_case(GetParam(), row);
  }
}

// The host is stopped meanwhile: what it would do with such words is its own affair.
void run_subscribe_case(GlassProtocol protocol, const Corruption& row) {
  constexpr std::size_t kPointer = 1;  // which is left while nobody looks
  Bench bench(protocol);
  bench.show_next();
  bench.source().set_visible(false);
  bench.pass(50);
  bench.freeze_host(true);
  const std::uint32_t at =
      row.offset + (row.place == Place::SubscribedQueue ? bench.host().queue_at(kPointer) : 0);
  const std::uint32_t before = bench.get(at);
  bench.set(at, row.value);
  const std::uint32_t readers = bench.host().readers_on(kPointer);
  bench.source().set_visible(true);
  EXPECT_EQ(bench.pass(600), GuestStatus::Live);
  EXPECT_EQ(bench.host().readers_on(kPointer) != readers, row.reaction == Reaction::Unaffected);
  EXPECT_FALSE(bench.source().has_new_frame());
  EXPECT_FALSE(bench.source().acquire());
  if (row.reaction == Reaction::Unsubscribed) bench.set(at, before);
  bench.freeze_host(false);
  bench.pass(300);
  bench.show_next();
}

TEST_P(Corrupted, AQueueThatCannotBeIsTriedAgain) {
  Bench bench(GetParam());
  for (const Corruption& row : subscribe_corruptions(GetParam(), bench.host().bytes())) {
    SCOPED_TRACE(row.name);
    run_subscribe_case(GetParam(), row);
  }
}

void run_start_case(GlassProtocol protocol, const Corruption& row) {
  Bench bench(protocol);
  const std::uint32_t before = bench.get(row.offset);
  bench.set(row.offset, row.value);
  // As a new session, which has to be understood anew.
  const std::uint32_t session = bench.host().offsets().session;
  bench.set(session, bench.get(session) + 1);
  EXPECT_NE(bench.pass(50), GuestStatus::Live);
  const auto status = bench.pass(600);
  if (row.reaction == Reaction::Unreadable) {
    EXPECT_EQ(status, GuestStatus::Unreadable);
    EXPECT_THAT(bench.source().error(), testing::HasSubstr("pierglass reads KVMFR 20"));
    EXPECT_FALSE(bench.source().acquire());
    bench.set(row.offset, before);
  } else {
    EXPECT_EQ(status, GuestStatus::Live);
  }
  bench.show_next();
  EXPECT_TRUE(bench.source().error().empty());
  const auto& words = bench.source().description();
  for (const std::string& text : {words.program, words.system, words.machine, words.capture}) {
    EXPECT_TRUE(std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; })) << text;
  }
}

TEST_P(Corrupted, AHostThatCannotBeUnderstoodIsNamed) {
  Bench bench(GetParam());
  for (const Corruption& row : start_corruptions(GetParam(), bench.host().bytes())) {
    SCOPED_TRACE(row.name);
    run_start_case(GetParam(), row);
  }
}

// ---- pointer and mailbox ----------------------------------------------------------------------

void run_pointer_case(GlassProtocol protocol, const Corruption& row) {
  Bench bench(protocol);
  const auto shape = guest::pattern_cursor(wire::CursorType::Colour);
  bench.writer().show_pointer(true);
  bench.writer().set_shape(shape);
  const std::uint64_t first = bench.source().cursor().serial;
  ASSERT_TRUE(bench.source().cursor().visible);
  bench.writer().set_shape(shape);
  const std::uint32_t payload = bench.writer().shape_payload(1).offset;
  const bool in_ring = row.place == Place::PointerRing;
  bench.set((in_ring ? bench.newest_message(1) : payload) + row.offset, row.value);
  const source::Cursor cursor = bench.source().cursor();
  EXPECT_EQ(cursor.serial != first, row.reaction == Reaction::Shown);
  EXPECT_TRUE(cursor.visible) << "the old shape stays";
  EXPECT_EQ(cursor.image->blend.size(), cursor.image->size.area());
  EXPECT_TRUE(cursor.image->hot.x >= 0 && cursor.image->hot.y >= 0);
  EXPECT_LT(static_cast<std::uint32_t>(cursor.image->hot.x), cursor.image->size.width);
  EXPECT_LT(static_cast<std::uint32_t>(cursor.image->hot.y), cursor.image->size.height);
  bench.pass(50);
  EXPECT_EQ(bench.host().pending(1), 0u);
  const std::uint64_t last = bench.source().cursor().serial;
  bench.writer().set_shape(shape);
  EXPECT_NE(bench.source().cursor().serial, last);
}

TEST_P(Corrupted, BadPointersLeaveTheOldShape) {
  Bench bench(GetParam());
  for (const Corruption& row : pointer_corruptions(bench.writer())) {
    SCOPED_TRACE(row.name);
    run_pointer_case(GetParam(), row);
  }
}

void run_mailbox_case(GlassProtocol protocol, const Corruption& row) {
  Bench bench(protocol);
  const std::uint32_t at = bench.host().queue_at(1) + row.offset;
  const std::uint32_t before = bench.get(at);
  bench.freeze_host(true);
  bench.set(at, row.value);
  const auto sent = bench.source().move_pointer({1, 2});
  switch (row.reaction) {
    case Reaction::Sent:
      EXPECT_TRUE(sent);
      return;
    case Reaction::Busy:
      ASSERT_FALSE(sent);
      EXPECT_EQ(sent.error().code, ErrorCode::Busy);
      break;
    case Reaction::NotReady:
      ASSERT_FALSE(sent);
      EXPECT_EQ(sent.error().code, ErrorCode::NotReady);
      break;
    default:
      FAIL() << "not a mailbox's reaction";
  }
  bench.set(at, before);
  bench.freeze_host(false);
  EXPECT_TRUE(bench.source().move_pointer({3, 4}));
  bench.pass(50);
  EXPECT_THAT(bench.writer().pointer_wishes(), testing::ElementsAre(Point{3, 4}));
}

TEST_P(Corrupted, AMailboxThatCannotBeIsNotWrittenTo) {
  for (const Corruption& row : mailbox_corruptions(GetParam())) {
    SCOPED_TRACE(row.name);
    run_mailbox_case(GetParam(), row);
  }
}

}  // namespace
}  // namespace pierglass::compat
