// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "gfx/buffer_sink.hpp"
#include "gfx/presenter.hpp"
#include "pixel/convert.hpp"
#include "pixel/damage_region.hpp"
#include "pixel/scale.hpp"

namespace pierglass::gfx {

// Draws with the CPU, each changed pixel once where possible.
//
// Where a picture is shown 1:1 (`direct`) its changed parts go straight into a buffer, converted
// and turned upright on the way if need be; there is no other copy of the picture. A buffer that
// missed frames is brought up to date from the buffer that holds the newest ones, which the
// compositor only reads. Where the picture is scaled, one Xrgb8888 copy of it is kept and each
// buffer rescales what it missed.
//
// Invariants:
// - Slot::stale covers every pixel in which the slot differs from the newest picture without
//   pointer; so it always covers the pointer last drawn into the slot.
// - `under_` holds what the pointer hides in `newest_`, at `under_rect_`.
// - `newest_` is set whenever direct buffers hold a picture; else `picture_` holds it.
class SoftwarePresenter final : public Presenter {
 public:
  explicit SoftwarePresenter(std::unique_ptr<BufferSink> sink);

  [[nodiscard]] std::string_view name() const override { return "shm"; }
  [[nodiscard]] std::string_view device() const override { return "wl_shm"; }

  Result<void> resize(Size window) override;
  Result<UploadStats> upload(const pixel::ConstImage& picture,
                             std::span<const Rect> damage) override;
  Result<DrawStats> draw(const CursorOverlay& cursor) override;
  Result<DrawStats> draw_message(std::string_view text) override;

  static constexpr std::size_t kMaxBuffers = 4;

 private:
  struct Slot {
    std::unique_ptr<SinkBuffer> buffer;
    pixel::DamageRegion stale;  // picture pixels
    bool bars_black = false;
  };

  Result<Slot*> acquire();
  Result<Slot*> create_slot();
  Result<Slot*> begin_direct(const pixel::DamageRegion& overwritten);
  void bring_up_to_date(Slot& slot, const pixel::DamageRegion& overwritten);
  void start_picture(const pixel::PictureKind& kind);
  void forget_picture();
  void place_picture();
  void keep_picture();
  void drop_buffers();
  void draw_bars(Slot& slot);
  void draw_direct(Slot& slot, const CursorOverlay& cursor, const Rect& pointer);
  void draw_scaled(Slot& slot, const CursorOverlay& cursor, const Rect& pointer);
  Result<void> commit(Slot& slot, const Rect& pointer);
  void save_under(const pixel::Image& from, const Rect& rect);
  void restore_under(const pixel::Image& to) const;
  [[nodiscard]] Rect in_window(const Rect& rect) const;
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

  Slot* newest_ = nullptr;
  bool filling_ = false;  // newest_ has not been committed since it was acquired
  pixel::BilinearScaler scaler_;
  std::vector<std::uint32_t> picture_;  // scaled, or between two sets of buffers
  std::vector<std::uint32_t> under_;
  Rect under_rect_;
  Rect shown_pointer_;               // picture pixels, in the last commit
  pixel::DamageRegion uncommitted_;  // picture pixels
  bool commit_everything_ = true;
};

}  // namespace pierglass::gfx
