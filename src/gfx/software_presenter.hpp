// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gfx/borrowed_slots.hpp"
#include "gfx/buffer_sink.hpp"
#include "gfx/panel.hpp"
#include "gfx/presenter.hpp"
#include "pixel/convert.hpp"
#include "pixel/damage_region.hpp"
#include "pixel/scale.hpp"
#include "pixel/store_trial.hpp"

namespace pierglass::gfx {

// Draws with the CPU, each changed pixel once where possible.
//
// A borrowed picture is shown by a buffer over the guest's own memory, and nothing is drawn at all;
// that goes where picture and window are the same, pixel by pixel, and nothing is on top. One that
// stands turned in the memory does so in its buffer, and the compositor is told how.
//
// Any other is drawn into buffers of our own. Where a picture is shown 1:1 (`direct`) its changed
// parts go straight into a buffer, converted and turned upright on the way if need be; there is no
// other copy of the picture. A buffer that missed frames is brought up to date from the buffer that
// holds the newest ones, which the compositor only reads. Where the picture is scaled, one Xrgb8888
// copy of it is kept and each buffer rescales what it missed.
//
// Invariants:
// - Slot::stale covers every pixel in which the slot differs from the newest picture without
//   pointer and panel; so it always covers what was last drawn of them into the slot.
// - `under_pointer_` holds what the pointer hides in `newest_`, `under_panel_` what the panel hides
//   of both; they are put back in the opposite order.
// - `newest_` is set whenever direct buffers hold a picture; else `picture_` holds it, or it is
//   borrowed, and none of our own buffers has anything of it.
class SoftwarePresenter final : public Presenter {
 public:
  explicit SoftwarePresenter(std::unique_ptr<BufferSink> sink);

  [[nodiscard]] std::string_view name() const override { return "shm"; }
  [[nodiscard]] std::string_view device() const override { return "wl_shm"; }
  // Once it is known with which stores pictures are copied.
  [[nodiscard]] std::string_view output() const override { return output_; }

  Result<void> resize(Size window) override;
  void set_filter(pixel::Filter filter) override;
  Result<UploadStats> upload(const pixel::ConstImage& picture,
                             std::span<const Rect> damage) override;
  Result<void> borrow(const pixel::ConstImage& picture, const pixel::SlotMemory& memory,
                      std::span<const Rect> damage) override;
  [[nodiscard]] bool reads(const pixel::SlotMemory& memory) const override;
  [[nodiscard]] int awaited() const override;
  [[nodiscard]] Borrowing borrowing() const override { return sink_->borrowing(); }
  Result<DrawStats> draw(const CursorOverlay& cursor) override;
  Result<DrawStats> draw_message(std::string_view text) override;
  void set_panel(std::span<const std::string> lines) override { panel_.set_lines(lines); }
  void free_buffers() override;
  void on_unmapped() override;

  static constexpr std::size_t kMaxBuffers = 4;
  // After so many uploads in a row nothing of the guest's memory is kept for borrowed pictures:
  // perhaps it is not the guest's any more.
  static constexpr int kUploadsUntilDropped = 120;

 private:
  struct Slot {
    std::unique_ptr<SinkBuffer> buffer;
    pixel::DamageRegion stale;  // picture pixels
    bool bars_black = false;
  };

  // Pixels of a picture that something was drawn over.
  class Underlay {
   public:
    void save(const pixel::Image& from, const Rect& rect);
    void restore(const pixel::Image& to) const;
    void clear() { rect_ = {}; }
    void reserve(std::size_t pixels) { pixels_.reserve(pixels); }

   private:
    Rect rect_;
    std::vector<std::uint32_t> pixels_;
  };

  // A picture that lies in the guest's memory.
  struct Borrowed {
    SinkBuffer* buffer = nullptr;  // of slots_of_guest_; null: the picture is not borrowed
    pixel::SlotMemory memory;
    bool committed = false;  // the guest may overwrite it once the compositor has read it
  };

  void take_over(const pixel::Image& to, const pixel::ConstImage& picture,
                 std::span<const Rect> rects);
  Result<Slot*> acquire();
  void collect();
  Result<Slot*> create_slot();
  Result<Slot*> begin_direct(const pixel::DamageRegion& overwritten);
  void bring_up_to_date(Slot& slot, const pixel::DamageRegion& overwritten);
  void start_picture(const pixel::PictureKind& kind);
  void forget_picture();
  void place_picture();
  void restart_buffers();
  [[nodiscard]] bool panel_shows();
  Result<void> end_borrowing();
  Result<DrawStats> draw_borrowed(const Rect& pointer);
  void keep_picture();
  void drop_buffers();
  void draw_bars(Slot& slot);
  void draw_direct(Slot& slot, const CursorOverlay& cursor, const Rect& pointer);
  void draw_scaled(Slot& slot, const CursorOverlay& cursor, const Rect& pointer);
  void draw_panel(Slot& slot, const CursorOverlay& cursor);
  Result<void> commit(SinkBuffer& buffer, const Rect& pointer);
  void restore_under(const pixel::Image& to) const;
  void forget_under();
  [[nodiscard]] pixel::Sampling sampling_now() const;
  [[nodiscard]] Rect in_window(const Rect& rect) const;
  [[nodiscard]] Rect in_picture(const Rect& rect) const;
  [[nodiscard]] pixel::Image picture_part(const Slot& slot) const;
  [[nodiscard]] pixel::Image kept_picture();

  std::unique_ptr<BufferSink> sink_;
  std::array<Slot, kMaxBuffers> slots_;
  std::size_t slot_count_ = 0;
  std::vector<std::unique_ptr<SinkBuffer>> retired_;  // of an earlier size, still busy

  Size window_;
  Size picture_size_;        // upright; empty: no picture
  pixel::PictureKind kind_;  // of what is uploaded
  pixel::RowConverter converter_;
  Rect into_;  // where the picture lands in the window
  bool direct_ = false;
  pixel::Filter filter_ = pixel::Filter::Auto;
  pixel::Sampling sampling_ = pixel::Sampling::Copy;  // what that is for picture and window

  BorrowedSlots slots_of_guest_;
  Borrowed borrowed_;
  int uploads_ = 0;  // in a row
  Slot* newest_ = nullptr;
  bool filling_ = false;      // newest_ has not been committed since it was acquired
  pixel::StoreTrial stores_;  // of pictures that are copied
  std::string output_;
  pixel::Scaler scaler_;
  std::vector<std::uint32_t> picture_;  // scaled, or between two sets of buffers
  Panel panel_;
  Underlay under_pointer_;
  Underlay under_panel_;             // 1:1 only
  Rect shown_pointer_;               // picture pixels, in the last commit
  Rect shown_panel_;                 // window pixels, in the last commit
  std::uint64_t panel_version_ = 0;  // in the last commit
  pixel::DamageRegion uncommitted_;  // picture pixels
  bool commit_everything_ = true;
  Transform shown_transform_ = Transform::Normal;  // of the last commit
};

}  // namespace pierglass::gfx
