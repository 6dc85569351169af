// SPDX-License-Identifier: GPL-2.0-or-later
#include "input/lock_sync.hpp"

#include <utility>

namespace pierglass::input {

std::optional<Locks> LockSync::set_now() const {
  if (!focused_ || !connected_ || guest_ == desktop_) return std::nullopt;
  return desktop_;
}

void LockSync::on_focus(HostTime now) {
  focused_ = true;
  owed_ = true;
  due_ = now + kEnter;
}

void LockSync::on_blur() {
  focused_ = false;
  owed_ = false;
  due_.reset();
}

std::optional<Locks> LockSync::on_connect() {
  connected_ = true;
  guest_.reset();
  return owed_ ? std::nullopt : set_now();
}

void LockSync::on_disconnect() {
  connected_ = false;
  guest_.reset();
}

std::optional<Locks> LockSync::on_desktop(Locks locks, HostTime now) {
  const bool changed = std::exchange(desktop_, locks) != locks;
  if (!focused_) return std::nullopt;
  if (std::exchange(owed_, false)) {
    due_.reset();
    return set_now();
  }
  if (changed) due_ = now + kSettle;
  return std::nullopt;
}

void LockSync::on_lock_key(HostTime now) {
  due_ = now + kSettle;
}

std::optional<Locks> LockSync::on_time(HostTime now) {
  if (!due_ || now < *due_) return std::nullopt;
  due_.reset();
  if (!std::exchange(owed_, false) && !guest_) return std::nullopt;
  return set_now();
}

}  // namespace pierglass::input
