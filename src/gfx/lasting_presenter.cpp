// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/lasting_presenter.hpp"

#include <utility>

#include "gfx/buffer_wishes.hpp"

namespace pierglass::gfx {

LastingPresenter::LastingPresenter(Maker make, GpuPlan plan, const DmabufOffers* offers,
                                   std::function<HostTime()> clock)
    : make_(std::move(make)),
      offers_(offers),
      clock_(std::move(clock)),
      first_plan_(plan),
      plan_(plan) {}

Result<std::unique_ptr<LastingPresenter>> LastingPresenter::create(
    Maker make, GpuPlan plan, const DmabufOffers* offers, std::function<HostTime()> clock) {
  std::unique_ptr<LastingPresenter> self(
      new LastingPresenter(std::move(make), plan, offers, std::move(clock)));
  (void)self->has_moved();
  TRY(self->make(true));
  return self;
}

// To another GPU that it names, from one that it named.
bool LastingPresenter::has_moved() {
  if (offers_ == nullptr || std::exchange(told_, offers_->serial()) == offers_->serial()) {
    return false;
  }
  const auto offer = offers_->buffers(kOutputFourcc);
  if (!offer || offer->device == 0) return false;
  const std::uint64_t before = std::exchange(reader_, offer->device);
  return before != 0 && before != reader_;
}

// Errors: there is no presenter.
Result<void> LastingPresenter::keep_up() {
  if (has_moved()) {
    plan_ = first_plan_;
    return replace("the compositor draws with another GPU now");
  }
  return now_ != nullptr ? Result<void>() : replace(why_);
}

// False: there is none left.
bool LastingPresenter::give_up_plan() {
  if (plan_ == GpuPlan::None) return false;
  plan_ = plan_ == GpuPlan::Wished ? GpuPlan::Compositors : GpuPlan::None;
  return true;
}

// What it has of the driver goes at once: the driver may have one display of it all. What lent
// pictures to the compositor stays until they are replaced on the screen.
void LastingPresenter::retire() {
  const bool lends = now_ != nullptr && now_->borrowing().way != BorrowWay::Sampled;
  if (lends && retired_ == nullptr) retired_ = std::move(now_);
  now_.reset();
}

Result<void> LastingPresenter::replace(const std::string& why) {
  retire();
  why_ = why;
  wants_picture_ |= std::exchange(has_picture_, false);
  while (true) {
    const Result<void> made = make(false);
    if (made || !give_up_plan()) return made;
  }
}

Result<void> LastingPresenter::make(bool first) {
  Made made = TRY(make_(plan_, first));
  if (first) {
    leaves_tearing_ = made.presenter->leaves_tearing();
  } else if (leaves_tearing_ && !made.presenter->leaves_tearing()) {
    // The surface may have the caller's wp_tearing_control_v1; a second one ends the connection.
    return fail(ErrorCode::Unsupported, "a driver that leaves tearing to the client");
  }
  now_ = std::move(made.presenter);
  made_ = clock_();
  device_ = now_->device();
  if (first) {
    first_reason_ = std::move(made.reason);
    return {};
  }
  device_ += "; instead of another since " + why_;
  if (!made.reason.empty()) device_ += "; " + made.reason;
  tell_all();
  return {};
}

// A size that one refuses is refused with each draw, too.
void LastingPresenter::tell_all() const {
  if (window_) (void)now_->resize(*window_);
  now_->set_transform(transform_);
  now_->set_filter(filter_);
  now_->set_panel(panel_);
}

// After a call of the one that draws. Stale, and perhaps NotReady: there is another one.
template <typename T>
Result<T> LastingPresenter::followed(Result<T> result) {
  if (result || now_->ending() == nullptr) return result;
  const Ending ending = *now_->ending();
  const bool again = !why_.empty() && clock_() - made_ < kSoon;
  if (ending.cause == Ending::Cause::Output || again) give_up_plan();
  TRY(replace(ending.why));
  return fail(ErrorCode::Stale, "picture");
}

Result<DrawStats> LastingPresenter::committed(Result<DrawStats> drawn) {
  if (drawn) retired_.reset();
  return drawn;
}

std::string_view LastingPresenter::name() const {
  return now_ != nullptr ? now_->name() : "none";
}

std::string_view LastingPresenter::output() const {
  return now_ != nullptr ? now_->output() : std::string_view();
}

Result<void> LastingPresenter::resize(Size window) {
  window_ = window;
  return now_ != nullptr ? now_->resize(window) : Result<void>();
}

void LastingPresenter::set_transform(Transform transform) {
  transform_ = transform;
  if (now_ != nullptr) now_->set_transform(transform);
}

void LastingPresenter::set_filter(pixel::Filter filter) {
  filter_ = filter;
  if (now_ != nullptr) now_->set_filter(filter);
}

void LastingPresenter::set_panel(std::span<const std::string> lines) {
  panel_.assign(lines.begin(), lines.end());
  if (now_ != nullptr) now_->set_panel(lines);
}

void LastingPresenter::free_buffers() {
  if (now_ != nullptr) now_->free_buffers();
}

void LastingPresenter::on_unmapped() {
  retired_.reset();
  if (now_ != nullptr) now_->on_unmapped();
}

Borrowing LastingPresenter::borrowing() const {
  return now_ != nullptr ? now_->borrowing() : Borrowing{};
}

bool LastingPresenter::reads(const pixel::SlotMemory& memory) const {
  const auto read_by = [&](const auto& presenter) {
    return presenter != nullptr && presenter->reads(memory);
  };
  return read_by(now_) || read_by(retired_);
}

// The first one of a presenter is read whole, whatever its damage.
Result<UploadStats> LastingPresenter::upload(const pixel::ConstImage& picture,
                                             std::span<const Rect> damage) {
  TRY(keep_up());
  Result<UploadStats> taken = followed(now_->upload(picture, damage));
  if (!taken && taken.error().code == ErrorCode::Stale) taken = now_->upload(picture, damage);
  if (taken) {
    has_picture_ = true;
    wants_picture_ = false;
  }
  return taken;
}

Result<void> LastingPresenter::borrow(const pixel::ConstImage& picture,
                                      const pixel::SlotMemory& memory,
                                      std::span<const Rect> damage) {
  TRY(keep_up());
  const Result<void> taken = now_->borrow(picture, memory, damage);
  if (taken) {
    has_picture_ = true;
    wants_picture_ = false;
  }
  return taken;
}

Result<DrawStats> LastingPresenter::draw(const CursorOverlay& cursor) {
  TRY(keep_up());
  if (wants_picture_) return fail(ErrorCode::Stale, "picture");
  return committed(followed(now_->draw(cursor)));
}

Result<DrawStats> LastingPresenter::draw_message(std::string_view text) {
  TRY(keep_up());
  has_picture_ = wants_picture_ = false;
  Result<DrawStats> drawn = followed(now_->draw_message(text));
  if (!drawn && drawn.error().code == ErrorCode::Stale) drawn = now_->draw_message(text);
  return committed(std::move(drawn));
}

}  // namespace pierglass::gfx
