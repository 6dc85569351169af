// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/signals.hpp"

#include <sys/signalfd.h>

#include <cerrno>

namespace pierglass::loop {

Signals::Mask::~Mask() {
  if (former_) pthread_sigmask(SIG_SETMASK, &*former_, nullptr);
}

Result<Signals> Signals::create(EventLoop& loop, std::initializer_list<int> signals,
                                Callback callback) {
  sigset_t wanted;
  sigemptyset(&wanted);
  for (const int signal : signals) sigaddset(&wanted, signal);
  sigset_t former;
  if (const int error = pthread_sigmask(SIG_BLOCK, &wanted, &former); error != 0)
    return fail_os(OsErrorKind::Errno, error, "pthread_sigmask");
  Mask mask(former);
  Fd fd(signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd) return fail_os(OsErrorKind::Errno, errno, "signalfd");
  auto deliver = [raw = fd.get(), callback = std::move(callback)](Ready) mutable -> Result<Next> {
    signalfd_siginfo info;
    if (read(raw, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return Next::Keep;
    return callback(static_cast<int>(info.ssi_signo));
  };
  Registration registration = TRY(loop.watch(fd.get(), Interest::Read, std::move(deliver)));
  return Signals(std::move(mask), std::move(fd), std::move(registration));
}

}  // namespace pierglass::loop
