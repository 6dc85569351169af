// SPDX-License-Identifier: GPL-2.0-or-later
#include "shm/dma_buf_linux.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "shm/kvmfr_linux.hpp"
#include "shm/udmabuf_linux.hpp"

namespace pierglass::shm {
namespace {

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;

// How many MiB hold them, as the kernel's parameter counts.
std::string whole_mebibytes(std::uint64_t bytes) {
  return std::to_string((bytes + kMiB - 1) / kMiB);
}

std::string too_large(const DmaBufRefusal& refusal) {
  return "one dma-buf may have " + whole_mebibytes(refusal.want) + " MiB here and " +
         whole_mebibytes(refusal.got) +
         " are needed: boot with udmabuf.size_limit_mb=" + whole_mebibytes(refusal.got) +
         ", or write that number to /sys/module/udmabuf/parameters/size_limit_mb";
}

}  // namespace

std::string describe(const DmaBufRefusal& refusal) {
  switch (refusal.cause) {
    case DmaBufCause::NoDevice:
      return "there is no /dev/udmabuf: modprobe udmabuf, or boot a kernel with CONFIG_UDMABUF";
    case DmaBufCause::NoPermission:
      return "you may not open /dev/udmabuf: join the group kvm, or make a udev rule: "
             "KERNEL==\"udmabuf\", GROUP=\"kvm\", MODE=\"0660\"";
    case DmaBufCause::TooLarge:
      return too_large(refusal);
    case DmaBufCause::NotMemfd:
      return "the memory is a file, and no dma-buf can be made of one: let pierglass-broker give "
             "the memory, or use the kvmfr module";
    case DmaBufCause::MayShrink:
      return "the memory may shrink: whoever makes the memfd must add F_SEAL_SHRINK, as "
             "pierglass-broker does";
    case DmaBufCause::WriteSealed:
      return "the memory is sealed against writing: whoever makes the memfd must leave "
             "F_SEAL_WRITE and F_SEAL_FUTURE_WRITE out";
    case DmaBufCause::Misaligned:
      return "the guest's pictures do not begin and end with a page: update the guest's program";
    case DmaBufCause::OutsideMemory:
      return "the guest's pictures end at byte " + std::to_string(refusal.got) +
             ", beyond the memory's " + std::to_string(refusal.want) +
             ": restart the guest's "
             "program";
    case DmaBufCause::HugePages:
      return "this kernel makes no dma-buf of huge pages: make the memory without them, or boot a "
             "newer kernel";
    case DmaBufCause::NotKvmfr:
      return "the device makes no dma-bufs: only those of the kvmfr module do";
    case DmaBufCause::OsCall:
      break;
  }
  return std::string("no dma-buf can be made of the memory: ") + std::strerror(refusal.os);
}

DmaBuf create_dma_buf(int memory, DmaBufWindow window) {
  struct stat status = {};
  if (fstat(memory, &status) != 0) return std::unexpected(DmaBufRefusal{.os = errno});
  if (S_ISCHR(status.st_mode)) return create_kvmfr_dma_buf(memory, window);
  return create_udmabuf(memory, window);
}

std::expected<void, DmaBufRefusal> probe_dma_buf(int memory) {
  const auto page = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  const DmaBuf buffer = create_dma_buf(memory, {.offset = 0, .bytes = page});
  if (!buffer) return std::unexpected(buffer.error());
  return {};
}

}  // namespace pierglass::shm
