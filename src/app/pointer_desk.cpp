// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/pointer_desk.hpp"

#include <algorithm>
#include <memory>

namespace pierglass::app {

bool PointerDesk::show(bool shown) {
  if (shown == shown_) return false;
  shown_ = shown;
  told_serial_.reset();
  return true;
}

void PointerDesk::watch(bool watched, HostTime now) {
  watched_ = watched;
  follow_until_ = now + kFollowFor;
}

void PointerDesk::place(Point position, HostTime now) {
  placing_ = {.position = position, .give_up = now + kPlacePatience};
}

void PointerDesk::on_cursor(const source::Cursor& cursor, HostTime now) {
  pointer_.position = cursor.position;
  pointer_.visible = cursor.visible;
  serial_ = cursor.serial;
  image_ = cursor.image;
  follow_until_ = now + kFollowFor;
  if (image_ == nullptr) told_serial_.reset();  // another guest may count from the start
}

void PointerDesk::on_picture(Size upright) {
  pointer_.picture = upright;
}

void PointerDesk::ask_guest(source::FrameSource& source, HostTime now, PresentNews& news) {
  if (!placing_) return;
  const Result<void> told = source.move_pointer(placing_->position);
  const bool busy = !told && told.error().code == ErrorCode::Busy;
  if (busy && now < placing_->give_up) return;
  placing_.reset();
  news.placed = told;
  follow_until_ = now + kFollowFor;
}

void PointerDesk::tell(HostTime now, PresentNews& news) {
  tell_image(news);
  if (pointer_ == told_) return;
  const bool moved = watched_ && now >= next_tell_;
  const bool vanished = tells_image() && pointer_.visible != told_.visible;
  if (pointer_.picture == told_.picture && !vanished && !moved) return;
  told_ = pointer_;
  next_tell_ = now + kFollowPoll;
  news.pointer_changed = true;
}

void PointerDesk::tell_image(PresentNews& news) {
  if (!tells_image() || image_ == nullptr || serial_ == told_serial_) return;
  told_serial_ = serial_;
  news.pointer_image = {serial_, std::make_shared<const pixel::CursorImage>(*image_)};
}

Nanoseconds PointerDesk::longest_sleep(HostTime now) const {
  Nanoseconds longest = Nanoseconds::max();
  if (placing_) longest = kPlaceRetry;
  if (follows(now)) longest = std::min(longest, kFollowPoll);
  return longest;
}

}  // namespace pierglass::app
