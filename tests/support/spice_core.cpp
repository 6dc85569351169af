// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/spice_core.hpp"

#include <poll.h>

#include <algorithm>
#include <chrono>
#include <list>
#include <optional>
#include <utility>
#include <vector>

// The library's opaque types are the user's to define.
struct SpiceTimer {
  SpiceTimerFunc call;
  void* opaque;
  std::optional<std::chrono::steady_clock::time_point> due;
  bool removed = false;
};

struct SpiceWatch {
  int fd;
  int mask;
  SpiceWatchFunc call;
  void* opaque;
  bool removed = false;
};

namespace pierglass::test {
namespace {

using std::chrono::steady_clock;

struct Core {
  std::list<SpiceTimer> timers;
  std::list<SpiceWatch> watches;
  std::function<void(int, int)> on_channel;
};

Core& core() {
  thread_local Core one;
  return one;
}

SpiceTimer* timer_add(SpiceTimerFunc call, void* opaque) {
  return &core().timers.emplace_back(SpiceTimer{.call = call, .opaque = opaque});
}
void timer_start(SpiceTimer* timer, std::uint32_t ms) {
  timer->due = steady_clock::now() + std::chrono::milliseconds(ms);
}
void timer_cancel(SpiceTimer* timer) {
  timer->due.reset();
}
void timer_remove(SpiceTimer* timer) {
  timer->removed = true;
  timer->due.reset();
}

SpiceWatch* watch_add(int fd, int mask, SpiceWatchFunc call, void* opaque) {
  return &core().watches.emplace_back(
      SpiceWatch{.fd = fd, .mask = mask, .call = call, .opaque = opaque});
}
void watch_update_mask(SpiceWatch* watch, int mask) {
  watch->mask = mask;
}
void watch_remove(SpiceWatch* watch) {
  watch->removed = true;
}

void channel_event(int event, SpiceChannelEventInfo* info) {
  if (core().on_channel) core().on_channel(event, info->type);
}

void sweep() {
  core().timers.remove_if([](const SpiceTimer& timer) { return timer.removed; });
  core().watches.remove_if([](const SpiceWatch& watch) { return watch.removed; });
}

int wait_ms(int limit) {
  for (const SpiceTimer& timer : core().timers) {
    if (!timer.due) continue;
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(*timer.due - steady_clock::now());
    limit = std::clamp<int>(static_cast<int>(left.count()), 0, limit);
  }
  return limit;
}

void fire_timers() {
  for (SpiceTimer& timer : core().timers) {
    if (!timer.due || *timer.due > steady_clock::now()) continue;
    timer.due.reset();
    timer.call(timer.opaque);
  }
}

int events_of(short revents) {
  int out = 0;
  if ((revents & (POLLIN | POLLHUP | POLLERR)) != 0) out |= SPICE_WATCH_EVENT_READ;
  if ((revents & POLLOUT) != 0) out |= SPICE_WATCH_EVENT_WRITE;
  return out;
}

}  // namespace

SpiceCoreInterface* spice_core() {
  static SpiceCoreInterface interface = [] {
    SpiceCoreInterface made{};
    made.base = {SPICE_INTERFACE_CORE, "poll", SPICE_INTERFACE_CORE_MAJOR,
                 SPICE_INTERFACE_CORE_MINOR};
    made.timer_add = timer_add;
    made.timer_start = timer_start;
    made.timer_cancel = timer_cancel;
    made.timer_remove = timer_remove;
    made.watch_add = watch_add;
    made.watch_update_mask = watch_update_mask;
    made.watch_remove = watch_remove;
    made.channel_event = channel_event;
    return made;
  }();
  return &interface;
}

void on_spice_channel(std::function<void(int, int)> callback) {
  core().on_channel = std::move(callback);
}

void spice_core_step(int timeout_ms) {
  sweep();
  std::vector<pollfd> descriptors;
  std::vector<SpiceWatch*> watches;
  for (SpiceWatch& watch : core().watches) {
    short events = 0;
    if ((watch.mask & SPICE_WATCH_EVENT_READ) != 0) events |= POLLIN;
    if ((watch.mask & SPICE_WATCH_EVENT_WRITE) != 0) events |= POLLOUT;
    descriptors.push_back({.fd = watch.fd, .events = events, .revents = 0});
    watches.push_back(&watch);
  }
  poll(descriptors.data(), descriptors.size(), wait_ms(timeout_ms));
  for (std::size_t i = 0; i < watches.size(); ++i) {
    SpiceWatch& watch = *watches[i];
    const int events = events_of(descriptors[i].revents) & watch.mask;
    if (!watch.removed && events != 0) watch.call(watch.fd, events, watch.opaque);
  }
  fire_timers();
}

}  // namespace pierglass::test
