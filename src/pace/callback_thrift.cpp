// SPDX-License-Identifier: GPL-2.0-or-later
#include "pace/callback_thrift.hpp"

#include <algorithm>

namespace pierglass::pace {

void CallbackThrift::on_callback(bool awaited) {
  if (awaited) {
    *this = CallbackThrift();
    return;
  }
  witnesses_ = std::min(witnesses_ + 1, kWitnesses);
  witnessed_ = true;
}

void CallbackThrift::on_commit(HostTime at) {
  const Nanoseconds spacing = at - last_;
  if (witnesses_ == kWitnesses && !spares(at)) *this = CallbackThrift();
  if (witnessed_) least_ = std::min(least_, spacing);
  witnessed_ = false;
  last_ = at;
}

// A little sooner than ever seen does no harm: that picture may be replaced, or wait for its turn.
bool CallbackThrift::spares(HostTime now) const {
  return witnesses_ == kWitnesses && now - last_ >= least_ / 4 * 3;
}

}  // namespace pierglass::pace
