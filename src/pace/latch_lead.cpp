// SPDX-License-Identifier: GPL-2.0-or-later
#include "pace/latch_lead.hpp"

#include <algorithm>

namespace pierglass::pace {

void LatchLead::reset(Nanoseconds period) {
  *this = LatchLead();
  period_ = period;
  lead_ = start(period);
}

void LatchLead::on_time(Nanoseconds lead) {
  if (lead > lead_ + kNear) return;
  if (lead <= suspect_ && ++acquitted_ >= kAcquittal) suspect_ = {};
  if (++good_ >= patience_) {
    good_ = 0;
    too_short_ = std::max(too_short_ - kShrink, Nanoseconds::zero());
  }
  const Nanoseconds end = std::max(kFloor, too_short_ + kMargin);
  if (lead_ > end) lead_ = std::max(lead_ - kShrink, end);
}

void LatchLead::on_late(Nanoseconds lead) {
  if (lead > cap(period_)) return;          // something else held it up
  if (lead < too_short_ - kShrink) return;  // which was known
  if (lead <= too_short_ + kMargin) patience_ = std::min(patience_ * 2, kMaxPatience);
  // The shorter of two that were late has a witness.
  too_short_ = std::max(too_short_, std::min(lead, suspect_));
  suspect_ = std::max(lead, suspect_);
  acquitted_ = 0;
  good_ = 0;
  if (lead >= lead_ - kAlike) lead_ += kGrow;
  lead_ = std::min(std::max(lead_, too_short_ + kMargin), cap(period_));
}

void LatchLead::on_missed(Nanoseconds lead, Nanoseconds by) {
  good_ = 0;
  const Nanoseconds most = start(period_) - kMargin;
  too_short_ = std::max(too_short_, std::min(lead + by, most));
  lead_ = std::max(lead_, too_short_ + kMargin);
}

}  // namespace pierglass::pace
