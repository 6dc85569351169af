// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/notice_screen.hpp"

namespace pierglass::app {

bool NoticeScreen::look(const source::FrameSource& source, bool sees, HostTime now) {
  const std::string& notice = source.notice();
  if (showing_) {
    told_seen_ = now;
    showing_ = !notice.empty() && began_ && now - *began_ < kShownFor;
    if (showing_) told_ = notice;
    return false;
  }
  if (guest_ != source.description()) {
    guest_ = source.description();
    told_.clear();
  }
  if (sees && is_due(notice, now)) {
    showing_ = true;
    began_ = now;
    told_ = notice;
    return true;
  }
  if (notice == told_) told_seen_ = now;
  return false;
}

bool NoticeScreen::is_due(const std::string& notice, HostTime now) const {
  if (notice.empty() || (began_ && now - *began_ < kPause)) return false;
  return notice != told_ || now - told_seen_ > kPause;
}

}  // namespace pierglass::app
