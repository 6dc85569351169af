// SPDX-License-Identifier: GPL-2.0-or-later
#include "loop/unix_listener.hpp"

#include <fcntl.h>
#include <sys/file.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstdint>

#include "base/unix_address_linux.hpp"

namespace pierglass::loop {
namespace {

std::unexpected<Error> fail_errno(const char* call) {
  return fail_os(OsErrorKind::Errno, errno, call);
}

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
    return fail_errno("writing the lock file");
  }
  return {};
}

// Whether somebody listens there, who may have taken no lock: systemd.
Result<void> check_dead(const Fd& folder, const std::string& file, int type) {
  const auto address = unix_address(path_in(folder, file));
  if (!address) return fail(ErrorCode::InvalidArgument, "the socket's name");
  const Fd caller(socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!caller) return fail_errno("socket");
  const bool refused =
      connect(caller.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address) != 0 &&
      (errno == ECONNREFUSED || errno == ENOENT);
  if (!refused) return fail(ErrorCode::Busy, "the socket's name");
  return {};
}

// What lies there may be replaced if it is a socket.
Result<void> check_old(const Fd& folder, const char* file) {
  struct stat status{};
  if (fstatat(folder.get(), file, &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return {};
    return fail_errno("looking for an old socket");
  }
  if (!S_ISSOCK(status.st_mode)) return fail(ErrorCode::Busy, "the socket's name");
  return {};
}

Result<void> bind_to(const Fd& listener, const sockaddr_un& address) {
  // The file gets the socket's own mode.
  if (fchmod(listener.get(), 0600) != 0) return fail_errno("fchmod");
  if (bind(listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return fail_errno("bind");
  return {};
}

// Opens the draft to whom it is for and gives it its name, at which everybody can connect at once.
Result<void> finish(const Fd& folder, const std::string& draft, const std::string& file,
                    const Fd& listener, const ListenAt& how) {
  if (how.group != static_cast<gid_t>(-1) &&
      fchownat(folder.get(), draft.c_str(), static_cast<uid_t>(-1), how.group,
               AT_SYMLINK_NOFOLLOW) != 0) {
    return fail_errno("chown");
  }
  if (fchmodat(folder.get(), draft.c_str(), how.mode, 0) != 0) return fail_errno("chmod");
  if (listen(listener.get(), how.backlog) != 0) return fail_errno("listen");
  if (renameat(folder.get(), draft.c_str(), folder.get(), file.c_str()) != 0)
    return fail_errno("rename");
  return {};
}

}  // namespace

std::string path_in(const Fd& folder, const std::string& file) {
  return "/proc/self/fd/" + std::to_string(folder.get()) + "/" + file;
}

Result<Fd> take_lock(const Fd& folder, const std::string& file) {
  Fd lock(openat(folder.get(), file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
                 0600));
  if (!lock) return fail_errno("opening the lock file");
  struct stat status{};
  if (fstat(lock.get(), &status) != 0) return fail_errno("fstat");
  if (!S_ISREG(status.st_mode)) return fail(ErrorCode::NotARegularFile, "the lock file");
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return fail(ErrorCode::Busy, "the name", owner_of(lock));
    return fail_errno("flock");
  }
  TRY(sign(lock));
  return lock;
}

Result<Fd> listen_at(const Fd& folder, const std::string& file, const ListenAt& how) {
  const std::string draft = file + ".new";
  const auto address = unix_address(path_in(folder, draft));
  if (!address) return fail(ErrorCode::InvalidArgument, "the socket's name");
  Fd listener(socket(AF_UNIX, how.type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listener) return fail_errno("socket");
  TRY(check_old(folder, file.c_str()));
  TRY(check_dead(folder, file, how.type));
  TRY(check_old(folder, draft.c_str()));
  (void)unlinkat(folder.get(), draft.c_str(), 0);
  TRY(bind_to(listener, *address));
  Result<void> finished = finish(folder, draft, file, listener, how);
  if (!finished) {
    unlinkat(folder.get(), draft.c_str(), 0);
    return std::unexpected(finished.error());
  }
  return listener;
}

}  // namespace pierglass::loop
