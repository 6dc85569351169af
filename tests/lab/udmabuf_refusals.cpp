// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/lab/udmabuf_refusals.hpp"

#include <fcntl.h>
#include <linux/udmabuf.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include "base/fd.hpp"
#include "shm/udmabuf_linux.hpp"

namespace pierglass::lab {
namespace {

using shm::DmaBufCause;
using shm::DmaBufWindow;

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr int kGoodSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
constexpr DmaBufWindow kFirstPage{.offset = 0, .bytes = kPage};

Fd make_memfd(std::uint64_t bytes, int seals, unsigned flags = 0) {
  Fd fd(memfd_create("check", MFD_CLOEXEC | MFD_ALLOW_SEALING | flags));
  const bool good = fd && ftruncate(fd.get(), static_cast<off_t>(bytes)) == 0 &&
                    (seals == 0 || fcntl(fd.get(), F_ADD_SEALS, seals) == 0);
  return good ? std::move(fd) : Fd();
}

class Refusals {
 public:
  explicit Refusals(Checks& checks)
      : checks_(checks), device_(open("/dev/udmabuf", O_RDWR | O_CLOEXEC)) {}

  // We say `cause`, and the driver, asked directly, refuses too.
  void expect(const char* name, const Fd& memory, DmaBufWindow window, DmaBufCause cause) {
    const auto buffer = shm::create_udmabuf(memory.get(), window);
    const bool right = !buffer && buffer.error().cause == cause;
    checks_.check(right, std::string(name) + " is refused for the right reason",
                  buffer ? "it is not refused" : describe(buffer.error()));
    const Fd direct = ask(memory, window);
    checks_.check(!direct, std::string(name) + " is refused by the driver too");
  }

  void expect_good(const char* name, const Fd& memory, DmaBufWindow window) {
    const auto buffer = shm::create_udmabuf(memory.get(), window);
    checks_.check(bool(buffer), std::string(name) + " gives a dma-buf",
                  buffer ? "" : describe(buffer.error()));
    if (!buffer) return;
    const auto bytes = static_cast<std::uint64_t>(lseek(buffer->get(), 0, SEEK_END));
    checks_.check(bytes == window.bytes, std::string(name) + " has the window's size");
    checks_.check((fcntl(buffer->get(), F_GETFD) & FD_CLOEXEC) != 0,
                  std::string(name) + " is closed in programs that we start");
  }

 private:
  [[nodiscard]] Fd ask(const Fd& memory, DmaBufWindow window) const {
    return Fd(shm::ask_udmabuf(device_.get(), {.memfd = static_cast<std::uint32_t>(memory.get()),
                                               .flags = UDMABUF_FLAGS_CLOEXEC,
                                               .offset = window.offset,
                                               .size = window.bytes}));
  }

  Checks& checks_;
  Fd device_;
};

void check_memory(Refusals& refusals) {
  refusals.expect("a memfd without seals", make_memfd(kMiB, 0), kFirstPage, DmaBufCause::MayShrink);
  refusals.expect("a memfd sealed only against growing", make_memfd(kMiB, F_SEAL_GROW), kFirstPage,
                  DmaBufCause::MayShrink);
  refusals.expect("a memfd sealed against writing", make_memfd(kMiB, kGoodSeals | F_SEAL_WRITE),
                  kFirstPage, DmaBufCause::WriteSealed);
  refusals.expect("a memfd sealed against later writers",
                  make_memfd(kMiB, kGoodSeals | F_SEAL_FUTURE_WRITE), kFirstPage,
                  DmaBufCause::WriteSealed);
  const Fd file(open("/dev/shm/memory", O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  (void)ftruncate(file.get(), kMiB);
  refusals.expect("a file in /dev/shm", file, kFirstPage, DmaBufCause::NotMemfd);
}

void check_windows(Refusals& refusals) {
  const Fd memory = make_memfd(kMiB, kGoodSeals);
  refusals.expect("a window that begins inside a page", memory, {.offset = 256, .bytes = kPage},
                  DmaBufCause::Misaligned);
  refusals.expect("a window that ends inside a page", memory, {.offset = 0, .bytes = kPage + 1},
                  DmaBufCause::Misaligned);
  refusals.expect("an empty window", memory, {.offset = 0, .bytes = 0}, DmaBufCause::Misaligned);
  refusals.expect("a window beyond the memory", memory,
                  {.offset = kMiB - kPage, .bytes = 2 * kPage}, DmaBufCause::OutsideMemory);
  const Fd large = make_memfd(128 * kMiB, kGoodSeals);
  refusals.expect("a window of more than the driver's limit", large,
                  {.offset = kMiB, .bytes = 64 * kMiB + kPage}, DmaBufCause::TooLarge);
  refusals.expect_good("a window of just the driver's limit", large,
                       {.offset = kMiB, .bytes = 64 * kMiB});
  refusals.expect_good("one page in the middle", memory, {.offset = 7 * kPage, .bytes = kPage});
}

void check_device(Checks& checks) {
  const Fd memory = make_memfd(kMiB, kGoodSeals);
  const auto cause = [&] {
    const auto buffer = shm::create_udmabuf(memory.get(), kFirstPage);
    return buffer ? DmaBufCause::OsCall : buffer.error().cause;
  };
  const bool became = seteuid(65534) == 0;
  checks.check(became && cause() == DmaBufCause::NoPermission,
               "another user is told of the missing permission");
  (void)seteuid(0);
  const bool gone = rename("/dev/udmabuf", "/dev/elsewhere") == 0;
  checks.check(gone && cause() == DmaBufCause::NoDevice, "a missing device is told");
  (void)rename("/dev/elsewhere", "/dev/udmabuf");
}

// Kernels differ; the reason must be right where it is refused.
void check_huge_pages(Checks& checks) {
  std::ofstream("/proc/sys/vm/nr_hugepages") << 4;
  const Fd memory = make_memfd(4 * kMiB, kGoodSeals, MFD_HUGETLB);
  const auto buffer =
      shm::create_udmabuf(memory.get(), {.offset = 2 * kMiB + 16 * kPage, .bytes = 64 * kPage});
  checks.check(memory && (buffer || buffer.error().cause == DmaBufCause::HugePages),
               "huge pages give a dma-buf or their reason", buffer ? "" : describe(buffer.error()));
  std::printf("        huge pages: %s\n", buffer ? "a dma-buf" : describe(buffer.error()).c_str());
}

}  // namespace

void check_udmabuf_refusals(Checks& checks) {
  Refusals refusals(checks);
  check_memory(refusals);
  check_windows(refusals);
  check_device(checks);
  check_huge_pages(checks);
}

}  // namespace pierglass::lab
