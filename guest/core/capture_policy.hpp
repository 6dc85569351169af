// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace pierglass::guest {

// How to get a lost source back: at once, then every kReinitPause for as long as it says Busy (the
// secure desktop can stay up for hours); any other error ends the capture.
inline constexpr Nanoseconds kReinitPause = std::chrono::milliseconds(200);

enum class ReinitStep : std::uint8_t { Resume, RetryLater, GiveUp };

constexpr ReinitStep after_reinit(const Error* error) {
  if (error == nullptr) return ReinitStep::Resume;
  return error->code == ErrorCode::Busy ? ReinitStep::RetryLater : ReinitStep::GiveUp;
}

// When nobody has wanted pictures for so long that the source may rest. The time it takes to come
// back is seen by whoever returns; what it costs to stay ready, by everybody.
class RestPolicy {
 public:
  static constexpr Nanoseconds kPatience = std::chrono::seconds(2);

  // Somebody wants pictures.
  void on_wanted() {
    since_.reset();
    rests_ = false;
  }
  // Nobody does, at `now`. True: rest; once.
  bool on_unwanted(HostTime now) {
    if (!since_) since_ = now;
    if (rests_ || now - *since_ < kPatience) return false;
    return rests_ = true;
  }
  // How long to sleep at most, while nobody does.
  [[nodiscard]] HostTime ask_again(HostTime now, Nanoseconds longest) const {
    const HostTime latest = now + longest;
    return since_ && !rests_ ? std::min(latest, *since_ + kPatience) : latest;
  }

 private:
  std::optional<HostTime> since_;
  bool rests_ = false;
};

}  // namespace pierglass::guest
