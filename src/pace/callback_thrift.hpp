// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "base/clock.hpp"

namespace pierglass::pace {

// Where frame callbacks come before the next picture is there anyway, hearing of each is in vain:
// it wakes a thread a frame. Learns whether they do; until pictures come sooner after one another
// than was seen to be late enough, most commits can do without. One thread.
class CallbackThrift {
 public:
  static constexpr int kWitnesses = 16;  // callbacks in a row that nobody waited for

  // One came; `awaited`: somebody had to wait for it.
  void on_callback(bool awaited);
  void on_commit(HostTime at);
  // A commit at `now` need not ask for one.
  [[nodiscard]] bool spares(HostTime now) const;

 private:
  int witnesses_ = 0;
  bool witnessed_ = false;                  // of the last commit: its callback was in time
  Nanoseconds least_ = Nanoseconds::max();  // between commits, the first one's being in time
  HostTime last_{-std::chrono::hours(1)};   // commit
};

}  // namespace pierglass::pace
