// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/instance.hpp"

#include "base/vm_name.hpp"
#include "control/runtime_folder.hpp"
#include "loop/unix_listener.hpp"

namespace pierglass::control {

Result<Instance> Instance::acquire(std::string_view wanted) {
  if (!is_vm_name(wanted)) return fail(ErrorCode::InvalidArgument, "the name");
  std::string name(wanted);
  Fd folder = TRY(open_runtime_folder(Missing::Create));
  Fd lock = TRY(loop::take_lock(folder, name + ".lock"));
  Fd listener = TRY(loop::listen_at(folder, name + ".sock", {.type = SOCK_SEQPACKET}));
  return Instance(std::move(name), std::move(folder), std::move(lock), std::move(listener));
}

Instance::~Instance() {
  if (listener_) unlinkat(folder_.get(), (name_ + ".sock").c_str(), 0);
}

}  // namespace pierglass::control
