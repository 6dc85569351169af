// SPDX-License-Identifier: GPL-2.0-or-later
#include "shm/kvmfr_linux.hpp"

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "shm/file_linux.hpp"
#include "shm/mapper_linux.hpp"
#include "shm/open_linux.hpp"

namespace pierglass::shm {
namespace {

// The module's interface.
constexpr unsigned long kRequestBytes = 0x7544;       // _IO('u', 0x44)
constexpr unsigned long kRequestDmaBuf = 0x40187542;  // _IOW('u', 0x42, RawDmaBufRequest)

struct RawDmaBufRequest {
  std::uint8_t flags;  // 1: close-on-exec
  std::uint8_t padding[7];
  std::uint64_t offset;
  std::uint64_t bytes;
};
static_assert(sizeof(RawDmaBufRequest) == 24);
static_assert(_IOW('u', 0x42, RawDmaBufRequest) == kRequestDmaBuf);

Result<SharedMemory> map_device(int device) {
  const std::uint64_t bytes = TRY(kvmfr_bytes(device, ask_kvmfr_bytes));
  return Mapper::map(device, bytes);
}

}  // namespace

bool is_kvmfr_path(std::string_view path) {
  constexpr std::string_view kPrefix = "kvmfr";
  const std::string_view name = path.substr(path.rfind('/') + 1);
  return name.starts_with(kPrefix) && name.size() > kPrefix.size() &&
         name.find_first_not_of("0123456789", kPrefix.size()) == std::string_view::npos;
}

int ask_kvmfr_bytes(int device) {
  return ioctl(device, kRequestBytes, 0);
}

Result<std::uint64_t> kvmfr_bytes(int device, AskBytes ask) {
  const int answer = ask(device);
  if (answer == -1) {
    return fail_os(OsErrorKind::Errno, errno, "the device", ErrorCode::NotARegularFile);
  }
  // The module answers with the size itself: from 2 GiB on that turns negative or wraps to 0.
  if (answer <= 0) return fail(ErrorCode::Unsupported, "a kvmfr device of 2 GiB or more");
  const auto bytes = static_cast<std::uint64_t>(answer);
  if (bytes < kMinMemoryBytes) {
    return fail(ErrorCode::TooSmall, "the kvmfr device", bytes, kMinMemoryBytes);
  }
  return bytes;
}

int ask_kvmfr_dma_buf(int device, DmaBufWindow window) {
  const RawDmaBufRequest request{
      .flags = 1, .padding = {}, .offset = window.offset, .bytes = window.bytes};
  return ioctl(device, kRequestDmaBuf, &request);
}

DmaBuf create_kvmfr_dma_buf(int device, DmaBufWindow window, AskKvmfrDmaBuf ask) {
  const auto refuse = [](DmaBufCause cause, int error) {
    return std::unexpected(DmaBufRefusal{.cause = cause, .os = error});
  };
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  if (window.bytes == 0 || window.bytes % page != 0 || window.offset % page != 0) {
    return refuse(DmaBufCause::Misaligned, 0);
  }
  Fd buffer(ask(device, window));
  if (buffer) return buffer;
  return refuse(errno == ENOTTY ? DmaBufCause::NotKvmfr : DmaBufCause::OsCall, errno);
}

Result<Fd> open_memory_fd(const std::string& path) {
  // Before opening, which is often refused where a virtual machine made the file.
  if (is_kvmfr_path(path) && TRY(identify(path)).character_device == 0) {
    return fail(ErrorCode::NotADevice, "the kvmfr device");
  }
  return open_path(path, 0);
}

Result<SharedMemory> map_memory(int fd) {
  struct stat status = {};
  if (fstat(fd, &status) != 0) return fail_errno("fstat");
  if (S_ISCHR(status.st_mode)) return map_device(fd);
  return map_fd(fd);
}

Result<SharedMemory> open_memory(const std::string& path) {
  const Fd fd = TRY(open_memory_fd(path));
  return map_memory(fd.get());
}

}  // namespace pierglass::shm
