// SPDX-License-Identifier: GPL-2.0-or-later
#include "pace/doorbell_trust.hpp"

#include <algorithm>
#include <utility>

namespace pierglass::pace {

const char* name(DoorbellTrust::Standing standing) {
  switch (standing) {
    case DoorbellTrust::Standing::Probation:
      return "probation";
    case DoorbellTrust::Standing::Trusted:
      return "trusted";
    case DoorbellTrust::Standing::Distrusted:
      return "distrusted";
  }
  return "unknown";
}

void DoorbellTrust::reset() {
  const Counters counters = counters_;
  *this = {};
  counters_ = counters;
}

void DoorbellTrust::on_wake(HostTime now, Wake wake) {
  if (suspect_) *suspect_ += now - asleep_since_;
  if (wake == Wake::Signal) return count_empty(now);
  woke_ = true;
  if (wake != Wake::Ring) return;
  rung_ = true;
  heard_ = true;
  ++counters_.rings;
}

void DoorbellTrust::on_late_ring() {
  heard_ = true;
  if (!suspect_) return;
  suspect_.reset();
  ++counters_.late;
}

void DoorbellTrust::on_look(HostTime now, News news) {
  if (news != News::None) last_news_ = silent_since_ = now;
  if (!woke_) return;  // whoever is awake need not be rung
  woke_ = false;
  if (!std::exchange(rung_, false)) return on_untold(now, news != News::None);
  if (news == News::None) return on_empty(now);
  on_good(now, news);
}

void DoorbellTrust::on_good(HostTime now, News news) {
  if (suspect_ && *suspect_ >= kGrace) on_miss(now);
  suspect_.reset();
  empty_ = 0;
  if (news == News::Skipped) {
    ++counters_.skips;
    doubt_ += kSkipsOneOf;
    if (doubt_ > kMaxDoubt) on_miss(now);
    return;
  }
  if (doubt_ > 0) --doubt_;
  ++row_;
  if (standing_ == Standing::Probation && row_ >= needed_) {
    standing_ = Standing::Trusted;
    misses_ = 0;
  }
  if (standing_ != Standing::Trusted || row_ < needed_ + kForgiveAfter) return;
  needed_ = kEarnMin;
  distrust_for_ = kDistrustMin;
  caught_ = false;
}

void DoorbellTrust::on_empty(HostTime now) {
  if (std::exchange(suspect_, std::nullopt)) {
    ++counters_.late;
    return;
  }
  ++counters_.empty;
  count_empty(now);
}

void DoorbellTrust::count_empty(HostTime now) {
  empty_ = now - last_empty_ < kEmptyApart ? empty_ + 1 : 1;
  last_empty_ = now;
  if (empty_ > kMaxEmpty) distrust(now);
}

void DoorbellTrust::on_untold(HostTime now, bool news) {
  if (suspect_ && *suspect_ >= (news ? kGrace : kLost)) on_miss(now);
  if (news && !suspect_) suspect_ = Nanoseconds::zero();
}

void DoorbellTrust::on_miss(HostTime now) {
  suspect_.reset();
  doubt_ = 0;
  ++counters_.misses;
  caught_ = true;
  row_ = 0;
  needed_ = std::min(needed_ * 2, kEarnMax);
  if (standing_ == Standing::Trusted) standing_ = Standing::Probation;
  if (++misses_ >= kMaxMisses) distrust(now);
}

void DoorbellTrust::distrust(HostTime now) {
  ++counters_.distrusts;
  standing_ = Standing::Distrusted;
  distrusted_until_ = now + distrust_for_;
  distrust_for_ = std::min(distrust_for_ * 2, kDistrustMax);
  caught_ = true;
  row_ = 0;
  misses_ = 0;
  empty_ = 0;
  suspect_.reset();
}

DoorbellTrust::Sleep DoorbellTrust::next(HostTime now, Nanoseconds polling) {
  if (standing_ == Standing::Distrusted) {
    if (now < distrusted_until_) return {polling, false};
    standing_ = Standing::Probation;
  }
  asleep_since_ = now;
  if (!silent_since_) silent_since_ = now;
  const Nanoseconds limit = longest(now, polling);
  if (!suspect_) return {limit, true};
  return {std::min({limit, polling, std::max(kLost - *suspect_, Nanoseconds(1))}), true};
}

Nanoseconds DoorbellTrust::longest(HostTime now, Nanoseconds polling) const {
  if (standing_ == Standing::Trusted) {
    const bool check = last_news_ && now - *last_news_ < kCheckAfter;
    return check ? *last_news_ + kCheckAfter - now : kLongest;
  }
  const bool silent = now - *silent_since_ >= kSilentAfter;
  return heard_ && !caught_ && silent ? kLongest : polling;
}

}  // namespace pierglass::pace
