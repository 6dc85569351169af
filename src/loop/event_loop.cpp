// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/event_loop.hpp"

#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <limits>
#include <span>
#include <utility>

namespace pierglass::loop {

// One registration. Owned by the loop until its token is gone and no dispatch can still hold it.
struct Watch {
  int fd = -1;
  Callback callback;         // empty for a hook
  WaitHook* hook = nullptr;  // else of `fd`
  Ready ready;               // of the last wait
  bool prepared = false;     // hook: after_wait() is owed
  bool silent = false;       // not in the epoll set any more
  bool abandoned = false;    // token gone
};

namespace {

// More ready descriptors than this are served in the next round.
constexpr int kMaxEvents = 32;

std::uint32_t mask_of(Interest interest) {
  switch (interest) {
    case Interest::Read:
      return EPOLLIN;
    case Interest::Write:
      return EPOLLOUT;
    case Interest::ReadWrite:
      return EPOLLIN | EPOLLOUT;
  }
  std::unreachable();
}

Ready ready_of(std::uint32_t mask) {
  return {.readable = (mask & EPOLLIN) != 0,
          .writable = (mask & EPOLLOUT) != 0,
          .hung_up = (mask & (EPOLLHUP | EPOLLERR)) != 0};
}

// Rounded up, so that a step never spins through the last part of a millisecond.
int milliseconds(std::optional<Nanoseconds> limit) {
  if (!limit) return -1;
  const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(*limit).count();
  return static_cast<int>(std::clamp<long long>(rounded, 0, std::numeric_limits<int>::max()));
}

}  // namespace

Registration::Registration(Registration&& other) noexcept
    : loop_(std::exchange(other.loop_, nullptr)), watch_(std::exchange(other.watch_, nullptr)) {}

Registration& Registration::operator=(Registration&& other) noexcept {
  if (this != &other) {
    reset();
    loop_ = std::exchange(other.loop_, nullptr);
    watch_ = std::exchange(other.watch_, nullptr);
  }
  return *this;
}

Result<void> Registration::set_interest(Interest interest) {
  CHECK(watch_ != nullptr);
  if (watch_->silent) return {};
  epoll_event event{.events = mask_of(interest), .data = {.ptr = watch_}};
  if (epoll_ctl(loop_->epoll_.get(), EPOLL_CTL_MOD, watch_->fd, &event) != 0)
    return fail_os(OsErrorKind::Errno, errno, "epoll_ctl");
  return {};
}

void Registration::reset() noexcept {
  if (watch_ != nullptr) loop_->remove(watch_);
  loop_ = nullptr;
  watch_ = nullptr;
}

EventLoop::EventLoop(Fd epoll) : epoll_(std::move(epoll)) {}

EventLoop::~EventLoop() {
  CHECK(watches_.empty());
}

Result<std::unique_ptr<EventLoop>> EventLoop::create() {
  Fd epoll(epoll_create1(EPOLL_CLOEXEC));
  if (!epoll) return fail_os(OsErrorKind::Errno, errno, "epoll_create1");
  return std::unique_ptr<EventLoop>(new EventLoop(std::move(epoll)));
}

Result<Registration> EventLoop::watch(int fd, Interest interest, Callback callback) {
  auto watch = std::make_unique<Watch>();
  watch->callback = std::move(callback);
  return add(fd, interest, std::move(watch));
}

Result<Registration> EventLoop::watch_with_hook(int fd, Interest interest, WaitHook& hook) {
  auto watch = std::make_unique<Watch>();
  watch->hook = &hook;
  return add(fd, interest, std::move(watch));
}

Result<Registration> EventLoop::add(int fd, Interest interest, std::unique_ptr<Watch> watch) {
  watch->fd = fd;
  epoll_event event{.events = mask_of(interest), .data = {.ptr = watch.get()}};
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) != 0)
    return fail_os(OsErrorKind::Errno, errno, "epoll_ctl");
  Watch* raw = watch.get();
  watches_.push_back(std::move(watch));
  return Registration(this, raw);
}

void EventLoop::silence(Watch& watch) noexcept {
  if (std::exchange(watch.silent, true)) return;
  // Fails only when the descriptor was closed too early, and then the kernel has forgotten it.
  epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, watch.fd, nullptr);
}

void EventLoop::remove(Watch* watch) noexcept {
  silence(*watch);
  watch->abandoned = true;
  if (!busy_) bury();
}

void EventLoop::bury() noexcept {
  // Ending a callback's captures may drop further tokens; those are found in the next turn.
  for (;;) {
    const auto dead =
        std::ranges::find_if(watches_, [](const auto& watch) { return watch->abandoned; });
    if (dead == watches_.end()) return;
    const std::unique_ptr<Watch> last = std::move(*dead);
    watches_.erase(dead);
  }
}

Result<void> EventLoop::run() {
  while (!quit_) TRY(step(std::nullopt));
  return {};
}

Result<void> EventLoop::step(std::optional<Nanoseconds> limit) {
  CHECK(!busy_);
  busy_ = true;
  Result<void> result = step_guarded(limit);
  busy_ = false;
  bury();
  return result;
}

Result<void> EventLoop::step_guarded(std::optional<Nanoseconds> limit) {
  Result<void> result = before_wait();
  std::array<epoll_event, kMaxEvents> events;
  int count = 0;
  if (result && !quit_) {
    count = epoll_wait(epoll_.get(), events.data(), kMaxEvents, milliseconds(limit));
    if (count < 0 && errno != EINTR) result = fail_os(OsErrorKind::Errno, errno, "epoll_wait");
  }
  const std::span ready(events.data(), static_cast<std::size_t>(std::max(count, 0)));
  for (const epoll_event& event : ready)
    static_cast<Watch*>(event.data.ptr)->ready = ready_of(event.events);
  Result<void> after = after_wait();
  if (!result) return result;
  if (!after) return after;
  for (const epoll_event& event : ready) TRY(dispatch(*static_cast<Watch*>(event.data.ptr)));
  return {};
}

Result<void> EventLoop::before_wait() {
  // By index: a hook may register and remove others.
  for (std::size_t i = 0; i < watches_.size(); ++i) {
    Watch& watch = *watches_[i];
    watch.ready = {};
    if (watch.hook == nullptr || watch.silent) continue;
    TRY(watch.hook->before_wait());
    watch.prepared = true;
  }
  return {};
}

Result<void> EventLoop::after_wait() {
  Result<void> result;
  for (std::size_t i = 0; i < watches_.size(); ++i) {
    Watch& watch = *watches_[i];
    if (!std::exchange(watch.prepared, false)) continue;
    // One that was removed meanwhile may be gone; the removal itself had to settle its affairs.
    if (watch.silent) continue;
    Result<void> after = watch.hook->after_wait(watch.ready);
    if (result && !after) result = after;
  }
  return result;
}

Result<void> EventLoop::dispatch(Watch& watch) {
  if (watch.silent || !watch.callback) return {};
  const Next next = TRY(watch.callback(watch.ready));
  if (next == Next::Stop) silence(watch);
  return {};
}

}  // namespace pierglass::loop
