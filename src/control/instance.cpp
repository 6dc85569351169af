// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/instance.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>

#include "base/vm_name.hpp"
#include "control/address.hpp"
#include "control/runtime_folder.hpp"

namespace pierglass::control {
namespace {

constexpr int kBacklog = 16;

// Who has the lock, as it wrote there itself; 0: nobody readable.
std::uint64_t owner_of(const Fd& lock) {
  std::array<char, 20> text{};
  const ssize_t got = pread(lock.get(), text.data(), text.size(), 0);
  std::uint64_t pid = 0;
  if (got > 0) std::from_chars(text.data(), text.data() + got, pid);
  return pid;
}

Result<void> sign(const Fd& lock) {
  const std::string text = std::to_string(getpid()) + '\n';
  if (ftruncate(lock.get(), 0) != 0 ||
      pwrite(lock.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size())) {
    return fail_os(OsErrorKind::Errno, errno, "writing the lock file");
  }
  return {};
}

// The file stays when the lock is let go: removing it would let two hold locks on one name.
Result<Fd> take_lock(const Fd& folder, const std::string& name) {
  Fd lock(openat(folder.get(), (name + ".lock").c_str(),
                 O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600));
  if (!lock) return fail_os(OsErrorKind::Errno, errno, "opening the lock file");
  struct stat status{};
  if (fstat(lock.get(), &status) != 0) return fail_os(OsErrorKind::Errno, errno, "fstat");
  if (!S_ISREG(status.st_mode)) return fail(ErrorCode::NotARegularFile, "the lock file");
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return fail(ErrorCode::Busy, "the name", owner_of(lock));
    return fail_os(OsErrorKind::Errno, errno, "flock");
  }
  TRY(sign(lock));
  return lock;
}

// Only under the lock: what lies there is left over from one that died.
Result<Fd> listen_at(const Fd& folder, const std::string& name) {
  Fd listener(socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listener) return fail_os(OsErrorKind::Errno, errno, "socket");
  if (unlinkat(folder.get(), (name + ".sock").c_str(), 0) != 0 && errno != ENOENT) {
    return fail_os(OsErrorKind::Errno, errno, "removing the old socket");
  }
  const sockaddr_un address = address_of(socket_path(folder, name));
  if (bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return fail_os(OsErrorKind::Errno, errno, "bind");
  }
  if (listen(listener.get(), kBacklog) != 0) return fail_os(OsErrorKind::Errno, errno, "listen");
  return listener;
}

}  // namespace

Result<Instance> Instance::acquire(std::string_view wanted) {
  if (!is_vm_name(wanted)) return fail(ErrorCode::InvalidArgument, "the name");
  std::string name(wanted);
  Fd folder = TRY(open_runtime_folder(Missing::Create));
  Fd lock = TRY(take_lock(folder, name));
  Fd listener = TRY(listen_at(folder, name));
  return Instance(std::move(name), std::move(folder), std::move(lock), std::move(listener));
}

Instance::~Instance() {
  if (listener_) unlinkat(folder_.get(), (name_ + ".sock").c_str(), 0);
}

}  // namespace pierglass::control
