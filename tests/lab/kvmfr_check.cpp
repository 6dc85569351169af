// SPDX-License-Identifier: GPL-2.0-or-later
// First process of a Linux in QEMU that is given Looking Glass' kvmfr module as /kvmfr.ko: loads
// it, maps its device and makes dma-bufs of it. kvmfr.sh boots it.
#include <linux/dma-buf.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <cerrno>

#include "shm/file_linux.hpp"
#include "shm/kvmfr_linux.hpp"
#include "source/slot_buffers.hpp"
#include "tests/lab/checks.hpp"
#include "tests/lab/first_process.hpp"
#include "wire/build.hpp"

namespace pierglass::lab {
namespace {

constexpr const char* kDevice = "/dev/kvmfr0";
constexpr std::uint64_t kBytes = std::uint64_t{64} << 20;
constexpr std::uint64_t kPage = 4096;

using shm::DmaBufCause;
using shm::DmaBufWindow;

void load_kvmfr() {
  const Fd module(open("/kvmfr.ko", O_RDONLY | O_CLOEXEC));
  if (syscall(SYS_finit_module, module.get(), "static_size_mb=64", 0) != 0) power_off("/kvmfr.ko");
}

bool sync(int buffer, std::uint64_t edge) {
  const dma_buf_sync request{.flags = edge | DMA_BUF_SYNC_READ};
  return ioctl(buffer, DMA_BUF_IOCTL_SYNC, &request) == 0;
}

// What is written to the device's memory is seen in the buffer at once.
bool shows(int buffer, std::span<std::byte> memory) {
  void* address = mmap(nullptr, memory.size(), PROT_READ, MAP_SHARED, buffer, 0);
  if (address == MAP_FAILED) return false;
  bool same = true;
  for (int round = 1; round < 4; ++round) {
    for (std::size_t at = 0; at < memory.size(); at += 509) {
      memory[at] = static_cast<std::byte>(at / 509 * round);
    }
    same = sync(buffer, DMA_BUF_SYNC_START) && same;
    same = std::memcmp(address, memory.data(), memory.size()) == 0 && same;
    same = sync(buffer, DMA_BUF_SYNC_END) && same;
  }
  munmap(address, memory.size());
  return same;
}

void check_refusals(Checks& checks, int device) {
  const auto refusal = [device](DmaBufWindow window) {
    const auto buffer = shm::create_dma_buf(device, window);
    return buffer ? shm::DmaBufRefusal{.cause = DmaBufCause::NoDevice} : buffer.error();
  };
  checks.check(refusal({.offset = 256, .bytes = kPage}).cause == DmaBufCause::Misaligned,
               "a window that begins inside a page is refused");
  checks.check(refusal({.offset = kBytes - kPage, .bytes = 2 * kPage}) ==
                   shm::DmaBufRefusal{.cause = DmaBufCause::OsCall, .os = EINVAL},
               "a window beyond the device is refused by the module");
  const int direct = shm::ask_kvmfr_dma_buf(device, {.offset = 256, .bytes = kPage});
  checks.check(direct < 0 && errno == EINVAL, "the module refuses what begins inside a page too");
}

void check_slots(Checks& checks, int device, std::span<std::byte> memory) {
  const auto layout = wire::plan_region(memory.size(), {});
  if (!checks.check(bool(layout), "a region fits")) return;
  const auto buffers = source::SlotBuffers::over(device, *layout);
  checks.check(!buffers.refusal(), "each slot becomes a dma-buf",
               buffers.refusal() ? describe(*buffers.refusal()) : "");
  bool same = true;
  for (std::uint32_t slot = 0; slot < layout->slot_count; ++slot) {
    const auto bytes = memory.subspan(layout->slot_at(slot), layout->slot_bytes);
    same = shows(buffers.descriptor(slot), bytes) && same;
  }
  checks.check(same, "each shows its slot's bytes");
  const int flags = fcntl(buffers.descriptor(0), F_GETFD);
  checks.check(flags >= 0 && (flags & FD_CLOEXEC) != 0,
               "they are closed in programs that we start");
}

void run() {
  Checks checks;
  load_kvmfr();
  const auto identity = shm::identify(kDevice);
  checks.check(identity && identity->character_device != 0, "the module makes its device");
  const Fd device(open(kDevice, O_RDWR | O_CLOEXEC));
  const auto bytes = shm::kvmfr_bytes(device.get(), shm::ask_kvmfr_bytes);
  checks.check(bytes && *bytes == kBytes, "the device tells its size");
  auto memory = shm::open_memory(kDevice);
  if (checks.check(memory && memory->bytes().size() == kBytes, "all of it is mapped")) {
    checks.check(bool(shm::probe_dma_buf(device.get())), "it can become dma-bufs");
    check_slots(checks, device.get(), memory->bytes());
    check_refusals(checks, device.get());
  }
  checks.finish("kvmfr");
}

}  // namespace
}  // namespace pierglass::lab

int main() {
  using namespace pierglass::lab;
  mount_at("/dev", "devtmpfs");
  run();
  ::reboot(RB_POWER_OFF);
}
