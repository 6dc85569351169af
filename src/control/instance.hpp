// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "base/fd.hpp"
#include "base/result.hpp"

namespace pierglass::control {

// The right to be the one running client of a virtual machine's name, and the socket at which it
// can be reached: NAME.lock and NAME.sock in $XDG_RUNTIME_DIR/pierglass. The kernel takes the lock
// back however the process ends. Movable; any one thread.
class Instance {
 public:
  // Never blocks. Connections are queued from now on, to be served by a Server.
  // Busy: another process has it; `got` is its id, 0 when that cannot be read. Unsupported: there
  // is no XDG_RUNTIME_DIR. InvalidArgument: not a name. PermissionDenied, OsCall: the folder cannot
  // be used.
  static Result<Instance> acquire(std::string_view name);

  Instance(Instance&&) noexcept = default;
  Instance& operator=(Instance&&) = delete;
  ~Instance();  // removes the socket; who is still queued is cut off

  [[nodiscard]] const std::string& name() const { return name_; }
  // The listening socket, non-blocking. Stays ours.
  [[nodiscard]] int listener() const { return listener_.get(); }

 private:
  Instance(std::string name, Fd folder, Fd lock, Fd listener)
      : name_(std::move(name)),
        folder_(std::move(folder)),
        lock_(std::move(lock)),
        listener_(std::move(listener)) {}

  std::string name_;
  Fd folder_;
  Fd lock_;  // outlives listener_: whoever gets it finds no socket of ours
  Fd listener_;
};

}  // namespace pierglass::control
