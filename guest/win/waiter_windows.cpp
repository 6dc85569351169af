// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/win/waiter_windows.hpp"

#include <windows.h>
// windows.h first
#include <mmsystem.h>

#include <algorithm>
#include <array>
#include <utility>

#include "shm/win32_handle_windows.hpp"

#ifndef CREATE_WAITABLE_TIMER_HIGH_RESOLUTION  // winbase.h since Windows 10 1803, not in mingw 10
#define CREATE_WAITABLE_TIMER_HIGH_RESOLUTION 0x00000002
#endif

namespace pierglass::guest {
namespace {

using shm::KernelHandle;

constexpr UINT kCoarsePeriodMs = 1;

class WindowsWaiter final : public Waiter {
 public:
  WindowsWaiter(KernelHandle event, KernelHandle timer, bool coarse)
      : event_(std::move(event)), timer_(std::move(timer)), coarse_(coarse) {
    if (coarse_) timeBeginPeriod(kCoarsePeriodMs);
  }
  WindowsWaiter(const WindowsWaiter&) = delete;
  WindowsWaiter& operator=(const WindowsWaiter&) = delete;
  ~WindowsWaiter() override {
    if (coarse_) timeEndPeriod(kCoarsePeriodMs);
  }

  void wait_until(HostTime deadline) override {
    const Nanoseconds left = deadline - HostClock::now();
    if (left <= Nanoseconds::zero()) return;
    // Negative: from now, in units of 100 ns, rounded up.
    LARGE_INTEGER due{};
    due.QuadPart = -((left.count() + 99) / 100);
    if (!SetWaitableTimer(timer_.get(), &due, 0, nullptr, nullptr, FALSE))
      return wait_coarsely(left);
    const std::array<HANDLE, 2> both{event_.get(), timer_.get()};
    WaitForMultipleObjects(both.size(), both.data(), FALSE, INFINITE);
  }

  void wake() override { SetEvent(event_.get()); }

 private:
  // Without the timer, in whole milliseconds rounded up.
  void wait_coarsely(Nanoseconds left) {
    const std::int64_t ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    WaitForSingleObject(event_.get(), static_cast<DWORD>(std::min<std::int64_t>(ms, INFINITE - 1)));
  }

  KernelHandle event_;  // resets itself when a wait ends
  KernelHandle timer_;
  bool coarse_;
};

}  // namespace

std::unique_ptr<Waiter> make_windows_waiter() {
  KernelHandle event(CreateEventW(nullptr, FALSE, FALSE, nullptr));
  KernelHandle timer(CreateWaitableTimerExW(nullptr, nullptr, CREATE_WAITABLE_TIMER_HIGH_RESOLUTION,
                                            TIMER_ALL_ACCESS));
  const bool coarse = !timer;
  if (coarse) timer.reset(CreateWaitableTimerW(nullptr, FALSE, nullptr));
  if (!event || !timer) return nullptr;
  return std::make_unique<WindowsWaiter>(std::move(event), std::move(timer), coarse);
}

}  // namespace pierglass::guest
