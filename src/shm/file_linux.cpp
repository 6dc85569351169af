// SPDX-License-Identifier: GPL-2.0-or-later
#include "shm/file_linux.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cerrno>

#include "shm/mapper_linux.hpp"
#include "shm/open_linux.hpp"

namespace pierglass::shm {
namespace {

constexpr mode_t kFileMode = 0660;

ErrorCode code_for(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return ErrorCode::NotFound;
    case EACCES:
    case EPERM:
    case EROFS:
      return ErrorCode::PermissionDenied;
    case ELOOP:  // a symbolic link, refused by O_NOFOLLOW
    case EISDIR:
    case ENXIO:  // a socket, or a pipe that nobody reads
    case ENODEV:
      return ErrorCode::NotARegularFile;
    default:
      return ErrorCode::OsCall;
  }
}

}  // namespace

std::unexpected<Error> fail_errno(const char* call) {
  return fail_os(OsErrorKind::Errno, errno, call, code_for(errno));
}

Result<Fd> open_path(const std::string& path, int flags) {
  // O_NONBLOCK keeps a pipe or device in the file's place from blocking us.
  Fd fd(open(path.c_str(), flags | O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, kFileMode));
  if (!fd) return fail_errno("open");
  return fd;
}

Result<FileIdentity> identify(const std::string& path) {
  struct stat status = {};
  if (lstat(path.c_str(), &status) != 0) return fail_errno("lstat");
  const bool device = S_ISCHR(status.st_mode);
  if (!device && !S_ISREG(status.st_mode)) return fail(ErrorCode::NotARegularFile, "memory file");
  return FileIdentity{.device = status.st_dev,
                      .inode = status.st_ino,
                      .character_device = device ? status.st_rdev : 0,
                      .bytes = static_cast<std::uint64_t>(status.st_size),
                      .mode = status.st_mode};
}

Result<SharedMemory> map_fd(int fd) {
  struct stat status = {};
  if (fstat(fd, &status) != 0) return fail_errno("fstat");
  if (!S_ISREG(status.st_mode)) return fail(ErrorCode::NotARegularFile, "memory file");
  const auto bytes = static_cast<std::uint64_t>(status.st_size);
  if (bytes < kMinMemoryBytes) {
    return fail(ErrorCode::TooSmall, "memory file", bytes, kMinMemoryBytes);
  }
  return Mapper::map(fd, bytes);
}

bool keeps_its_size(int fd) {
  const int seals = fcntl(fd, F_GET_SEALS);
  return seals >= 0 && (seals & F_SEAL_SHRINK) != 0;
}

bool is_regular_file(int fd) {
  struct stat status = {};
  return fstat(fd, &status) == 0 && S_ISREG(status.st_mode);
}

Result<SharedMemory> open_file(const std::string& path) {
  const Fd fd = TRY(open_path(path, 0));
  return map_fd(fd.get());
}

Result<SharedMemory> create_file(const std::string& path, std::uint64_t bytes) {
  const Fd fd = TRY(open_path(path, O_CREAT | O_EXCL));
  // Reserves the pages now: a full /dev/shm is an error here instead of a SIGBUS later.
  const int error = posix_fallocate(fd.get(), 0, static_cast<off_t>(bytes));
  if (error != 0) {
    unlink(path.c_str());
    return fail_os(OsErrorKind::Errno, error, "posix_fallocate");
  }
  auto memory = map_fd(fd.get());
  if (!memory) unlink(path.c_str());
  return memory;
}

Result<SharedMemory> create_memfd(std::uint64_t bytes) {
  const Fd fd(memfd_create("pierglass", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd) return fail_errno("memfd_create");
  if (ftruncate(fd.get(), static_cast<off_t>(bytes)) != 0) return fail_errno("ftruncate");
  if (fcntl(fd.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) != 0) {
    return fail_errno("fcntl F_ADD_SEALS");
  }
  return map_fd(fd.get());
}

}  // namespace pierglass::shm
