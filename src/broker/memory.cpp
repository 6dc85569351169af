// SPDX-License-Identifier: GPL-2.0-or-later
#include "broker/memory.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <bit>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>

#include "base/vm_name.hpp"

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U  // Linux 6.3
#endif

namespace pierglass::broker {
namespace {

constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

std::unexpected<Error> fail_errno(const char* call) {
  return fail_os(OsErrorKind::Errno, errno, call);
}

Result<Fd> new_memfd(const std::string& name, unsigned flags) {
  flags |= MFD_CLOEXEC | MFD_ALLOW_SEALING;
  Fd fd(memfd_create(name.c_str(), flags | MFD_NOEXEC_SEAL));
  if (!fd && errno == EINVAL) fd.reset(memfd_create(name.c_str(), flags));  // an older kernel
  if (!fd) return fail_errno("memfd_create");
  return fd;
}

// One number of /proc/meminfo; 0 when it is not there.
std::uint64_t meminfo(const char* key) {
  std::uint64_t value = 0;
  std::FILE* file = std::fopen("/proc/meminfo", "re");
  if (file == nullptr) return 0;
  char line[128];
  const std::size_t length = std::strlen(key);
  while (std::fgets(line, sizeof line, file) != nullptr) {
    if (std::strncmp(line, key, length) != 0 || line[length] != ':') continue;
    const char* text = line + length + 1;
    text += std::strspn(text, " ");
    std::from_chars(text, line + std::strlen(line), value);
  }
  std::fclose(file);
  return value;
}

std::uint64_t huge_page_bytes() {
  return meminfo("Hugepagesize") << 10;
}

std::uint64_t huge_pages_for(std::uint64_t bytes) {
  const std::uint64_t page = huge_page_bytes();
  return page == 0 ? 0 : (bytes + page - 1) / page;
}

// Huge pages are taken now: a peer that touched a missing one later would die of SIGBUS.
Result<void> take_pages(const Fd& fd, std::uint64_t bytes) {
  if (fallocate(fd.get(), 0, 0, static_cast<off_t>(bytes)) == 0) return {};
  return fail(ErrorCode::Busy, "huge pages", meminfo("HugePages_Free"), huge_pages_for(bytes));
}

// For whom it is now, whoever it was for before.
Result<void> give_to(const Fd& fd, mode_t mode, gid_t group) {
  if (group == static_cast<gid_t>(-1)) group = getegid();
  struct stat status{};
  if (fstat(fd.get(), &status) != 0) return fail_errno("fstat");
  if (status.st_gid != group && fchown(fd.get(), static_cast<uid_t>(-1), group) != 0)
    return fail_errno("giving the exposed file to the group");
  if (fchmod(fd.get(), mode) != 0) return fail_errno("changing the exposed file's mode");
  return {};
}

Result<Memory> check_exposed(Fd fd, std::uint64_t bytes) {
  struct stat status{};
  if (fstat(fd.get(), &status) != 0) return fail_errno("fstat");
  if (!S_ISREG(status.st_mode)) return fail(ErrorCode::NotARegularFile, "the exposed file");
  if (status.st_uid != geteuid()) return fail(ErrorCode::PermissionDenied, "the exposed file");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size != bytes) return fail(ErrorCode::Corrupt, "the exposed file's size", size, bytes);
  return Memory{.descriptor = std::move(fd), .bytes = bytes, .fresh = false};
}

}  // namespace

Result<Memory> create_memory(const std::string& name, std::uint64_t bytes, Pages pages) {
  CHECK(std::has_single_bit(bytes));
  const bool huge = pages == Pages::Huge;
  if (huge && huge_page_bytes() == 0) return fail(ErrorCode::Busy, "huge pages", 0, 0);
  Fd fd = TRY(new_memfd("pierglass-" + name, huge ? MFD_HUGETLB : 0));
  if (ftruncate(fd.get(), static_cast<off_t>(bytes)) != 0) return fail_errno("ftruncate");
  if (huge) TRY(take_pages(fd, bytes));
  if (fcntl(fd.get(), F_ADD_SEALS, kSeals) != 0) return fail_errno("F_ADD_SEALS");
  return Memory{.descriptor = std::move(fd), .bytes = bytes};
}

Result<Memory> expose_memory(const std::string& name, std::uint64_t bytes, mode_t mode,
                             gid_t group) {
  if (!is_vm_name(name)) return fail(ErrorCode::InvalidArgument, "the exposed name");
  const std::string path = "/dev/shm/" + name;
  constexpr int kFlags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
  Fd fd(open(path.c_str(), kFlags | O_CREAT | O_EXCL, 0600));
  if (fd) {
    Result<void> made = give_to(fd, mode, group);
    if (made && ftruncate(fd.get(), static_cast<off_t>(bytes)) != 0)
      made = fail_errno("making the exposed file");
    if (!made) {
      unlink(path.c_str());
      return std::unexpected(made.error());
    }
    return Memory{.descriptor = std::move(fd), .bytes = bytes};
  }
  if (errno != EEXIST) return fail_errno("open");
  fd.reset(open(path.c_str(), kFlags));
  if (!fd && (errno == EACCES || errno == EPERM))
    return fail(ErrorCode::PermissionDenied, "the exposed file");
  if (!fd && errno == ELOOP) return fail(ErrorCode::NotARegularFile, "the exposed file");
  if (!fd) return fail_errno("open");
  Memory memory = TRY(check_exposed(std::move(fd), bytes));
  TRY(give_to(memory.descriptor, mode, group));
  return memory;
}

Result<Memory> adopt_memory(Fd descriptor) {
  const int seals = fcntl(descriptor.get(), F_GET_SEALS);
  struct stat status{};
  if (seals < 0 || (seals & F_SEAL_SHRINK) == 0 || fstat(descriptor.get(), &status) != 0)
    return fail(ErrorCode::Unsupported, "the kept memory");
  return Memory{.descriptor = std::move(descriptor),
                .bytes = static_cast<std::uint64_t>(status.st_size),
                .fresh = false};
}

std::string huge_page_command(std::uint64_t bytes) {
  const std::uint64_t more = huge_pages_for(bytes);
  return "sysctl vm.nr_hugepages=" + std::to_string(meminfo("HugePages_Total") + more);
}

}  // namespace pierglass::broker
