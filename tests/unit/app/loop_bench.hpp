// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/present_loop.hpp"

// A present loop whose source, presenter, window and clock the test plays.
namespace pierglass::app {

inline constexpr Size kPicture{8, 8};

class FakeSource final : public source::FrameSource {
 public:
  source::GuestStatus tick(HostTime) override {
    ++ticks;
    return status;
  }
  const std::string& error() const override { return error_text; }
  bool has_new_frame() const override { return newest != seen; }
  std::optional<source::HeldFrame> acquire() override {
    if (!has_new_frame()) return std::nullopt;
    EXPECT_LE(held, static_cast<int>(kMaxKept));
    ++held;
    wire::FrameInfo info;
    info.sequence = newest;
    info.size = image.size;
    pixel::DamageRegion whole;
    whole.set_full(image.size);
    std::optional<pixel::SlotMemory> memory = place;
    if (memory) memory->slot = static_cast<std::uint32_t>(newest % 4);
    return source::HeldFrame(this, info, 7, image, damage.value_or(whole),
                             {.hold = 0, .memory = memory});
  }
  const std::string& notice() const override { return notice_text; }
  const source::GuestDescription& description() const override { return told; }
  source::GuestWishes wishes() const override { return {}; }
  int doorbell() const override { return bell; }
  bool guest_rings() const override { return rings; }
  bool fall_asleep() override {
    const bool visible = told_visible.empty() || told_visible.back();
    if (refuses || (visible && has_new_frame())) return false;
    asleep = true;
    return true;
  }
  bool wake_up() override {
    asleep = false;
    return std::exchange(rung, false);
  }
  Result<void> move_pointer(Point position) override {
    asked_positions.push_back(position);
    if (move_fails) return fail(*move_fails, "pointer");
    return {};
  }
  void forget() override { seen = 0; }
  source::Cursor cursor() override { return pointer; }
  std::uint32_t cursor_serial() const override { return pointer_serial; }
  std::uint64_t doorbell_serial() const override { return bell_serial; }
  void set_visible(bool visible) override { told_visible.push_back(visible); }
  void announce_latch(Nanoseconds from_now) override { latches.push_back(from_now); }

  source::GuestStatus status = source::GuestStatus::Live;
  std::string error_text;
  std::string notice_text;
  source::GuestDescription told;
  std::uint64_t newest = 0;
  std::uint64_t seen = 0;
  std::optional<pixel::SlotMemory> place;  // of all frames, but for their slots
  int torn = 0;                            // so many of the next frames are overwritten while read
  int held = 0;
  std::array<std::uint32_t, std::size_t{kPicture.width} * kPicture.height> pixels{};
  pixel::ConstImage image{.data = reinterpret_cast<const std::byte*>(pixels.data()),
                          .pitch = kPicture.width * 4,
                          .size = kPicture};
  std::optional<pixel::DamageRegion> damage;  // none: all
  std::uint32_t rows = kPicture.height;       // of the frame that is held, written so far
  source::Cursor pointer;
  std::uint32_t pointer_serial = 0;
  std::vector<bool> told_visible;
  std::vector<Nanoseconds> latches;  // announced
  std::vector<Point> asked_positions;
  std::optional<ErrorCode> move_fails;
  int ticks = 0;
  int bell = -1;  // never read here
  std::uint64_t bell_serial = 0;
  bool rings = false;    // so it says
  bool refuses = false;  // to fall asleep
  bool asleep = false;
  bool rung = false;  // since it fell asleep

 private:
  bool give_back(const source::HeldFrame& frame, bool used) override {
    --held;
    if (torn > 0) {
      --torn;
      return false;
    }
    if (used) seen = frame.info().sequence;
    return used;
  }
  bool keep(const source::HeldFrame& frame) override {
    if (torn > 0) {
      --torn;
      return false;
    }
    seen = frame.info().sequence;
    return true;
  }
  std::uint32_t rows_ready(const source::HeldFrame&) const override { return rows; }
};

class FakePresenter final : public gfx::Presenter {
 public:
  std::string_view name() const override { return "fake"; }
  std::string_view device() const override { return driver; }
  const gfx::Ending* ending() const override { return ended ? &*ended : nullptr; }
  bool leaves_tearing() const override { return leaves; }
  std::string_view output() const override { return handed_over_in; }
  Result<void> resize(Size window) override {
    said.push_back("resize " + std::to_string(window.width));
    return {};
  }
  Result<gfx::UploadStats> upload(const pixel::ConstImage&, std::span<const Rect> rects) override {
    if (upload_fails) return fail(*upload_fails, "picture");
    said.push_back("upload");
    lent = false;
    next.reset();
    uploads.emplace_back(rects.begin(), rects.end());
    return gfx::UploadStats{.bytes = 256, .rows = 8};
  }
  Result<void> borrow(const pixel::ConstImage&, const pixel::SlotMemory& memory,
                      std::span<const Rect> rects) override {
    if (borrow_fails) return fail(*borrow_fails, "picture");
    said.push_back("borrow slot " + std::to_string(memory.slot));
    borrowed.emplace_back(rects.begin(), rects.end());
    next = memory.slot;
    lent = true;
    return {};
  }
  gfx::Borrowing borrowing() const override { return {.way = way, .refusal = refusal}; }
  // A compositor's pictures are drawn once and without a pointer, a GPU's as long as they are held.
  [[nodiscard]] bool shows_as_it_lies(const gfx::CursorOverlay& cursor) const {
    return way == gfx::BorrowWay::Sampled ? next || !busy.empty() : next && cursor.image == nullptr;
  }
  bool reads(const pixel::SlotMemory& memory) const override {
    return next == memory.slot || std::ranges::count(busy, memory.slot) != 0;
  }
  int awaited() const override { return awaits; }
  Result<gfx::DrawStats> draw(const gfx::CursorOverlay& cursor) override {
    if (fails) return fail(*fails, "draw");
    if (done_with_draw) busy.clear();
    done_with_draw = false;
    if (stale || (lent && !shows_as_it_lies(cursor))) {
      stale = false;
      return fail(ErrorCode::Stale, "picture");
    }
    if (next) busy.push_back(*std::exchange(next, std::nullopt));
    if (draw_fails) return fail(*draw_fails, "picture");
    said.push_back(cursor.image != nullptr ? "draw with pointer" : "draw");
    return gfx::DrawStats{};
  }
  Result<gfx::DrawStats> draw_message(std::string_view text) override {
    if (fails) return fail(*fails, "draw");
    said.push_back("text " + std::string(text));
    return gfx::DrawStats{};
  }

  void set_filter(pixel::Filter filter) override {
    said.push_back("filter " + std::string(pixel::name(filter)));
  }
  void set_panel(std::span<const std::string> lines) override {
    said.push_back("panel of " + std::to_string(lines.size()));
  }
  void free_buffers() override { said.emplace_back("free"); }
  void on_unmapped() override { said.emplace_back("unmapped"); }

  std::vector<std::string> take() { return std::exchange(said, {}); }
  std::vector<std::string> said;
  std::vector<std::vector<Rect>> uploads;
  std::vector<std::vector<Rect>> borrowed;
  bool lent = false;                  // the last picture was borrowed
  std::optional<std::uint32_t> next;  // slot of it, until drawn
  std::vector<std::uint32_t> busy;    // slots that the compositor reads
  gfx::BorrowWay way = gfx::BorrowWay::Pool;
  bool done_with_draw = false;  // with all of busy, when the next draw begins
  std::string refusal;
  bool leaves = true;  // tearing to the loop
  bool stale = false;  // the next draw says so
  std::optional<ErrorCode> borrow_fails = ErrorCode::Unsupported;
  std::optional<ErrorCode> fails;  // draw and draw_message
  std::string handed_over_in;
  std::string driver = "none";
  int awaits = -1;
  std::optional<gfx::Ending> ended;
  std::optional<ErrorCode> upload_fails;
  std::optional<ErrorCode> draw_fails;  // draw only
};

class FakeSurface final : public VideoSurface {
 public:
  std::optional<State> apply_pending() override { return std::exchange(pending, std::nullopt); }
  void request_frame_callback() override { ++callbacks; }
  bool request_feedback(std::uint64_t commit) override {
    if (tells) asked.push_back(commit);
    return tells;
  }
  bool allow_tearing(bool allowed) override {
    if (!may_tear) return false;
    tearing = allowed;
    return true;
  }
  void flush() override { ++flushes; }
  void unmap() override { ++unmaps; }

  std::optional<State> pending = State{.buffer = {100, 50}};
  bool tells = false;                // what becomes of commits
  std::vector<std::uint64_t> asked;  // about these
  bool may_tear = true;
  bool tearing = false;
  int callbacks = 0;
  int flushes = 0;
  int unmaps = 0;
};

using Said = std::vector<std::string>;

class Loop : public testing::Test {
 protected:
  Nanoseconds step(Nanoseconds later = std::chrono::milliseconds(60)) {
    now_ += later;
    const auto sleep = loop_.step(now_);
    EXPECT_TRUE(sleep);
    loop_sleep_ = sleep ? sleep->limit : Nanoseconds(0);
    on_doorbell_ = sleep && sleep->on_doorbell;
    hears_ = sleep ? sleep->hears : PresentLoop::Hears::Everything;
    return loop_sleep_;
  }
  // Main asks, and the loop, woken, takes a step at once.
  PresentNews ask(PresentRequests requests) {
    loop_.ask(std::move(requests), now_);
    step(Nanoseconds(0));
    return loop_.take_news();
  }
  void show_first_frame() {
    source_.newest = 1;
    step();
    loop_.on_callback(now_);
    presenter_.take();
  }

  HostTime now_ = HostClock::now();
  Nanoseconds loop_sleep_{};    // what the last step asked for
  bool on_doorbell_ = false;    // so did it
  PresentLoop::Hears hears_{};  // and that
  FakeSource source_;
  FakePresenter presenter_;
  FakeSurface surface_;
  pace::FrameLog log_;
  PresentLoop loop_{source_, presenter_, surface_, &log_, "waiting", [this] { return now_; }};
};

}  // namespace pierglass::app
