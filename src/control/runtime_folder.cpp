// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/runtime_folder.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "base/runtime_folder.hpp"
#include "loop/unix_listener.hpp"

namespace pierglass::control {
namespace {

constexpr const char* kFolder = "pierglass";

Result<std::string> base_path() {
  auto base = user_runtime_folder();
  if (!base) return fail(ErrorCode::Unsupported, "XDG_RUNTIME_DIR");
  return *std::move(base);
}

Result<void> check_ours(const Fd& folder, const char* what) {
  struct stat status{};
  if (fstat(folder.get(), &status) != 0) return fail_os(OsErrorKind::Errno, errno, "fstat");
  if (status.st_uid != geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return fail(ErrorCode::PermissionDenied, what);
  }
  return {};
}

Result<Fd> open_folder(int at, const char* path, int flags, const char* what) {
  Fd folder(openat(at, path, O_PATH | O_DIRECTORY | O_CLOEXEC | flags));
  if (!folder) {
    if (errno == ENOENT) return fail(ErrorCode::NotFound, what);
    return fail_os(OsErrorKind::Errno, errno, what);
  }
  TRY(check_ours(folder, what));
  return folder;
}

}  // namespace

Result<std::string> runtime_folder_path() {
  return TRY(base_path()) + "/" + kFolder;
}

Result<Fd> open_runtime_folder(Missing missing) {
  const std::string path = TRY(base_path());
  const Fd base = TRY(open_folder(AT_FDCWD, path.c_str(), 0, "XDG_RUNTIME_DIR"));
  if (missing == Missing::Create && mkdirat(base.get(), kFolder, 0700) != 0 && errno != EEXIST) {
    return fail_os(OsErrorKind::Errno, errno, "mkdir");
  }
  return open_folder(base.get(), kFolder, O_NOFOLLOW, "XDG_RUNTIME_DIR/pierglass");
}

std::string socket_path(const Fd& folder, std::string_view name) {
  return loop::path_in(folder, std::string(name) + ".sock");
}

}  // namespace pierglass::control
