// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/deadline.hpp"

#include <utility>

namespace pierglass::app {

Result<std::unique_ptr<Deadline>> Deadline::create(loop::EventLoop& loop, Next next, Serve serve) {
  loop::EventFd idle = TRY(loop::EventFd::create());
  std::unique_ptr<Deadline> self(new Deadline(std::move(idle), std::move(next), std::move(serve)));
  self->timer_ = std::make_unique<loop::Timer>(
      TRY(loop::Timer::create(loop, [deadline = self.get()](std::uint64_t) -> Result<loop::Next> {
        deadline->armed_.reset();
        deadline->serve_(HostClock::now());
        return loop::Next::Keep;
      })));
  self->registration_ = TRY(loop.watch_with_hook(self->idle_.fd(), loop::Interest::Read, *self));
  return self;
}

Result<void> Deadline::before_wait() {
  const std::optional<HostTime> next = next_();
  if (next == armed_) return {};
  armed_ = next;
  return next ? timer_->arm_at(*next) : timer_->disarm();
}

}  // namespace pierglass::app
