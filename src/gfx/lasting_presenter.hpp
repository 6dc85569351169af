// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/geometry.hpp"
#include "gfx/dmabuf_offers.hpp"
#include "gfx/presenter.hpp"

namespace pierglass::gfx {

// Which GPU draws.
enum class GpuPlan : std::uint8_t {
  Wished,       // that of OutputWish
  Compositors,  // that which the compositor draws with
  None,         // the processor does
};

// A presenter that outlives its GPU: another one takes the place of that which draws when that one
// has ended or the compositor moves to another GPU, in the same call. That call says Stale where
// there was a picture, so that the newest frame is shown next, anew; what is on the screen stays
// until then. A plan whose pictures cannot be handed over, or which ends again soon, is given up
// for the next one until the compositor moves.
class LastingPresenter final : public Presenter {
 public:
  // One in another's place that ends before that has passed would end again.
  static constexpr Nanoseconds kSoon = std::chrono::seconds(10);

  struct Made {
    std::unique_ptr<Presenter> presenter;
    std::string reason;  // why not what was planned, as a sentence without a full stop; or empty
  };
  // Makes one for the surface, on which there was another one before, unless `first`. As
  // create_presenter().
  using Maker = std::function<Result<Made>(GpuPlan plan, bool first)>;

  // `plan` comes first, and again after each move. `offers` is borrowed; null: where the compositor
  // draws is not known. Errors: the maker's.
  static Result<std::unique_ptr<LastingPresenter>> create(
      Maker make, GpuPlan plan, const DmabufOffers* offers,
      std::function<HostTime()> clock = &HostClock::now);

  // Made::reason of the first one.
  [[nodiscard]] const std::string& first_reason() const { return first_reason_; }

  [[nodiscard]] std::string_view name() const override;
  [[nodiscard]] std::string_view device() const override { return device_; }
  [[nodiscard]] std::string_view output() const override;
  [[nodiscard]] bool leaves_tearing() const override { return leaves_tearing_; }
  Result<void> resize(Size window) override;
  void set_transform(Transform transform) override;
  void set_filter(pixel::Filter filter) override;
  Result<UploadStats> upload(const pixel::ConstImage& picture,
                             std::span<const Rect> damage) override;
  Result<void> borrow(const pixel::ConstImage& picture, const pixel::SlotMemory& memory,
                      std::span<const Rect> damage) override;
  [[nodiscard]] Borrowing borrowing() const override;
  [[nodiscard]] bool reads(const pixel::SlotMemory& memory) const override;
  [[nodiscard]] int awaited() const override { return now_ != nullptr ? now_->awaited() : -1; }
  Result<DrawStats> draw(const CursorOverlay& cursor) override;
  Result<DrawStats> draw_message(std::string_view text) override;
  void set_panel(std::span<const std::string> lines) override;
  void free_buffers() override;
  void on_unmapped() override;

 private:
  LastingPresenter(Maker make, GpuPlan plan, const DmabufOffers* offers,
                   std::function<HostTime()> clock);
  [[nodiscard]] bool has_moved();
  Result<void> keep_up();
  Result<void> replace(const std::string& why);
  void retire();
  Result<void> make(bool first);
  void tell_all() const;
  bool give_up_plan();
  template <typename T>
  Result<T> followed(Result<T> result);
  Result<DrawStats> committed(Result<DrawStats> drawn);

  Maker make_;
  const DmabufOffers* offers_;
  std::function<HostTime()> clock_;
  std::unique_ptr<Presenter> now_;      // null: none could be made
  std::unique_ptr<Presenter> retired_;  // what it lent may be on the screen until now_ commits
  GpuPlan first_plan_;
  GpuPlan plan_;
  HostTime made_;
  std::optional<std::uint64_t> told_;  // serial of the offers
  std::uint64_t reader_ = 0;  // dev_t of the GPU that the compositor draws with; 0: not known
  std::string first_reason_;
  std::string why_;  // the one before ended
  std::string device_;
  bool leaves_tearing_ = true;  // at first, and thus for ever
  bool has_picture_ = false;
  bool wants_picture_ = false;  // the one before had one
  // What each one is told.
  std::optional<Size> window_;
  Transform transform_ = Transform::Normal;
  pixel::Filter filter_ = pixel::Filter::Auto;
  std::vector<std::string> panel_;
};

}  // namespace pierglass::gfx
