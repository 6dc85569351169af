// SPDX-License-Identifier: GPL-2.0-or-later
#include "broker/endpoint.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "loop/unix_listener.hpp"

namespace pierglass::broker {
namespace {

// Peers of a virtual machine that starts come all at once.
constexpr int kBacklog = 64;
constexpr mode_t kModeBits = 07777;
constexpr mode_t kForAll = 0711;  // to come to a socket whose name is known

std::unexpected<Error> fail_errno(const char* call) {
  return fail_os(OsErrorKind::Errno, errno, call);
}

Result<Fd> open_folder(const std::string& path) {
  Fd folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!folder && errno == ENOENT) return fail(ErrorCode::NotFound, "the folder");
  if (!folder) return fail_errno("opening the folder");
  return folder;
}

// Another broker's folder may be open to more people than ours needs: it is never closed again, nor
// taken from another broker's group.
Result<void> open_up(const Fd& folder, const FileModes& modes) {
  struct stat status{};
  if (fstat(folder.get(), &status) != 0) return fail_errno("fstat");
  if (status.st_uid != geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return fail(ErrorCode::PermissionDenied, "the folder");
  mode_t wanted = (status.st_mode & kModeBits) | modes.folder;
  if (modes.group != static_cast<gid_t>(-1) && status.st_gid != modes.group) {
    if ((status.st_mode & S_IRWXG) != 0) {
      wanted = (status.st_mode & kModeBits) | kForAll;
    } else if (fchown(folder.get(), static_cast<uid_t>(-1), modes.group) != 0) {
      return fail_errno("giving the folder to the group");
    }
  }
  if (wanted != (status.st_mode & kModeBits) && fchmod(folder.get(), wanted) != 0)
    return fail_errno("changing the folder's mode");
  return {};
}

Result<Fd> our_folder(const std::string& path, const FileModes& modes) {
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    if (errno == ENOENT) return fail(ErrorCode::NotFound, "the folder");
    return fail_errno("making the folder");
  }
  Fd folder = TRY(open_folder(path));
  TRY(open_up(folder, modes));
  return folder;
}

// "win11.lock" for "win11.sock"
std::string lock_of(const std::string& file) {
  return (file.ends_with(".sock") ? file.substr(0, file.size() - 5) : file) + ".lock";
}

}  // namespace

Result<Endpoint> Endpoint::create(const std::string& path, Folder kind, const FileModes& modes) {
  const std::size_t slash = path.rfind('/');
  if (slash == path.npos || slash + 1 == path.size())
    return fail(ErrorCode::InvalidArgument, "the socket's path");
  const std::string where = path.substr(0, slash == 0 ? 1 : slash);
  const std::string file = path.substr(slash + 1);
  Fd folder = kind == Folder::Ours ? TRY(our_folder(where, modes)) : TRY(open_folder(where));
  Fd lock = TRY(loop::take_lock(folder, lock_of(file)));
  Fd listener = TRY(loop::listen_at(
      folder, file,
      {.type = SOCK_STREAM, .mode = modes.socket, .group = modes.group, .backlog = kBacklog}));
  return Endpoint(std::move(folder), std::move(lock), std::move(listener), file);
}

Endpoint::~Endpoint() {
  if (listener_ && !file_.empty()) unlinkat(folder_.get(), file_.c_str(), 0);
}

}  // namespace pierglass::broker
