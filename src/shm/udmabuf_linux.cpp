// SPDX-License-Identifier: GPL-2.0-or-later
#include "shm/udmabuf_linux.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <linux/udmabuf.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <optional>
#include <string_view>

namespace pierglass::shm {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

using Refused = std::unexpected<DmaBufRefusal>;

Refused refuse(DmaBufCause cause, std::uint64_t got = 0, std::uint64_t want = 0) {
  return Refused(DmaBufRefusal{.cause = cause, .got = got, .want = want});
}

Refused refuse_os(DmaBufCause cause, int error) {
  return Refused(DmaBufRefusal{.cause = cause, .os = error});
}

// The kernel names memfds so. A named file knows seals too, but takes none.
bool is_memfd(int fd) {
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  std::array<char, 16> name{};
  const ssize_t length = readlink(link.c_str(), name.data(), name.size());
  return length > 0 &&
         std::string_view(name.data(), static_cast<std::size_t>(length)).starts_with("/memfd:");
}

bool is_of_huge_pages(int fd) {
  struct statfs status = {};
  return fstatfs(fd, &status) == 0 && status.f_type == HUGETLBFS_MAGIC;
}

std::expected<void, DmaBufRefusal> check_window(int memfd, DmaBufWindow window) {
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  if (window.bytes == 0 || window.bytes % page != 0 || window.offset % page != 0) {
    return refuse(DmaBufCause::Misaligned);
  }
  struct stat status = {};
  if (fstat(memfd, &status) != 0) return refuse_os(DmaBufCause::OsCall, errno);
  const auto bytes = static_cast<std::uint64_t>(status.st_size);
  if (window.offset > bytes || window.bytes > bytes - window.offset) {
    return refuse(DmaBufCause::OutsideMemory, window.offset + window.bytes, bytes);
  }
  return {};
}

// The driver answers all of these with one number.
std::expected<void, DmaBufRefusal> check_memory(int memfd, DmaBufWindow window) {
  if (!is_memfd(memfd)) return refuse(DmaBufCause::NotMemfd);
  const int seals = fcntl(memfd, F_GET_SEALS);
  if (seals < 0) return refuse_os(DmaBufCause::OsCall, errno);
  if ((seals & F_SEAL_SHRINK) == 0) return refuse(DmaBufCause::MayShrink);
  if ((seals & F_SEAL_WRITE) != 0) return refuse(DmaBufCause::WriteSealed);
  return check_window(memfd, window);
}

std::expected<Fd, DmaBufRefusal> open_driver(const char* path) {
  Fd device(open(path, O_RDWR | O_CLOEXEC));
  if (device) return device;
  switch (errno) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
      return refuse_os(DmaBufCause::NoDevice, errno);
    case EACCES:
    case EPERM:
      return refuse_os(DmaBufCause::NoPermission, errno);
    default:
      return refuse_os(DmaBufCause::OsCall, errno);
  }
}

// In bytes; nothing where the file is not there or holds no number.
std::optional<std::uint64_t> size_limit(const char* path) {
  const Fd file(open(path, O_RDONLY | O_CLOEXEC));
  if (!file) return std::nullopt;
  std::array<char, 24> text{};
  const ssize_t length = read(file.get(), text.data(), text.size());
  std::uint64_t number = 0;
  if (length <= 0 || std::from_chars(text.data(), text.data() + length, number).ec != std::errc()) {
    return std::nullopt;
  }
  return number > UINT64_MAX / kMiB ? std::nullopt : std::optional(number * kMiB);
}

// Newer drivers also refuse what only later mappings may not write; older ones take it.
Refused explain(int error, int memfd, DmaBufWindow window, const UdmabufDriver& driver) {
  if (is_of_huge_pages(memfd)) return refuse_os(DmaBufCause::HugePages, error);
  if (error != EINVAL) return refuse_os(DmaBufCause::OsCall, error);
  const int seals = fcntl(memfd, F_GET_SEALS);
  if (seals >= 0 && (seals & F_SEAL_FUTURE_WRITE) != 0) {
    return refuse_os(DmaBufCause::WriteSealed, error);
  }
  const auto limit = size_limit(driver.size_limit);
  if (limit && window.bytes > *limit) {
    return Refused(DmaBufRefusal{
        .cause = DmaBufCause::TooLarge, .os = error, .got = window.bytes, .want = *limit});
  }
  return refuse_os(DmaBufCause::OsCall, error);
}

}  // namespace

int ask_udmabuf(int device, const udmabuf_create& request) {
  return ioctl(device, UDMABUF_CREATE, &request);
}

DmaBuf create_udmabuf(int memfd, DmaBufWindow window, const UdmabufDriver& driver) {
  if (const auto good = check_memory(memfd, window); !good) return Refused(good.error());
  const auto device = open_driver(driver.device);
  if (!device) return Refused(device.error());
  const udmabuf_create request{.memfd = static_cast<std::uint32_t>(memfd),
                               .flags = UDMABUF_FLAGS_CLOEXEC,
                               .offset = window.offset,
                               .size = window.bytes};
  Fd buffer(driver.ask(device->get(), request));
  if (!buffer) return explain(errno, memfd, window, driver);
  return buffer;
}

}  // namespace pierglass::shm
