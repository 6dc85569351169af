// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/win/doorbell_windows.hpp"

#include <windows.h>

namespace pierglass::guest {

WindowsDoorbell::WindowsDoorbell(shm::IvshmemPort& port) : port_(port), hearing_(listen()) {}

WindowsDoorbell::~WindowsDoorbell() {
  // Returns when no callback is running.
  if (wait_ != nullptr) UnregisterWaitEx(wait_, INVALID_HANDLE_VALUE);
}

Result<void> WindowsDoorbell::listen() {
  event_.reset(CreateEventW(nullptr, FALSE, FALSE, nullptr));
  if (!event_) return fail_os(OsErrorKind::Win32, GetLastError(), "CreateEvent");
  // Before the driver knows the event: it keeps it until the device is closed.
  if (!RegisterWaitForSingleObject(&wait_, event_.get(), &WindowsDoorbell::on_event, this, INFINITE,
                                   WT_EXECUTEDEFAULT)) {
    wait_ = nullptr;
    return fail_os(OsErrorKind::Win32, GetLastError(), "RegisterWaitForSingleObject");
  }
  return port_.register_event(kOwnVector, event_.get());
}

void WindowsDoorbell::on_event(void* self, unsigned char /*timed_out*/) {
  auto& doorbell = *static_cast<WindowsDoorbell*>(self);
  const std::lock_guard lock(doorbell.mutex_);
  if (doorbell.target_ != nullptr) doorbell.target_->on_doorbell();
}

ring::DoorbellAddress WindowsDoorbell::own() const {
  const shm::IvshmemInterrupts& interrupts = port_.interrupts();
  if (interrupts.vectors() == 0) return {};
  return {.peer = interrupts.peer, .vector = kOwnVector};
}

void WindowsDoorbell::ring(ring::DoorbellAddress reader) noexcept {
  port_.ring(reader.peer, reader.vector);
}

void WindowsDoorbell::set_target(Publisher* publisher) {
  const std::lock_guard lock(mutex_);
  target_ = publisher;
}

}  // namespace pierglass::guest
