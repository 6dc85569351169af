// SPDX-License-Identifier: GPL-2.0-or-later
#include "shm/udmabuf_linux.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/udmabuf.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <string>

#include "shm/kvmfr_linux.hpp"

namespace pierglass::shm {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kMiB = 1024 * 1024;
constexpr int kGoodSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

Fd make_memfd(std::uint64_t bytes, int seals, unsigned flags = MFD_ALLOW_SEALING) {
  Fd fd(memfd_create("test", MFD_CLOEXEC | flags));
  EXPECT_EQ(ftruncate(fd.get(), static_cast<off_t>(bytes)), 0);
  EXPECT_TRUE(seals == 0 || fcntl(fd.get(), F_ADD_SEALS, seals) == 0);
  return fd;
}

// What the made-up driver was asked last.
udmabuf_create asked;

template <int error>
int refuse(int, const udmabuf_create&) {
  errno = error;
  return -1;
}

int accept(int, const udmabuf_create& request) {
  asked = request;
  return memfd_create("buffer", MFD_CLOEXEC);
}

class Udmabuf : public testing::Test {
 protected:
  Udmabuf() {
    char name[] = "/dev/shm/pierglass-test-XXXXXX";
    folder_ = mkdtemp(name);
    device_ = folder_ + "/udmabuf";
    limit_ = folder_ + "/size_limit_mb";
    std::ofstream(device_).put('\n');
    std::ofstream(limit_) << "64\n";
  }
  ~Udmabuf() override { std::filesystem::remove_all(folder_); }

  // An ordinary file stands for the device.
  [[nodiscard]] UdmabufDriver driver(AskUdmabuf ask) const {
    return {.device = device_.c_str(), .size_limit = limit_.c_str(), .ask = ask};
  }

  // Why a page of `memory` is refused.
  [[nodiscard]] DmaBufRefusal page_refused(const Fd& memory, AskUdmabuf ask = accept) const {
    return refused(memory, {.offset = 0, .bytes = kPage}, ask);
  }
  [[nodiscard]] DmaBufRefusal refused(const Fd& memory, DmaBufWindow window,
                                      AskUdmabuf ask = accept) const {
    const DmaBuf buffer = create_udmabuf(memory.get(), window, driver(ask));
    EXPECT_FALSE(buffer);
    return buffer ? DmaBufRefusal{} : buffer.error();
  }

  std::string folder_;
  std::string device_;
  std::string limit_;
};

TEST_F(Udmabuf, IsOfTheWindowThatIsMeant) {
  const Fd memory = make_memfd(8 * kMiB, kGoodSeals);
  const DmaBuf buffer =
      create_udmabuf(memory.get(), {.offset = 5 * kPage, .bytes = kMiB}, driver(accept));
  ASSERT_TRUE(buffer);
  EXPECT_TRUE(*buffer);
  EXPECT_EQ(asked.memfd, static_cast<std::uint32_t>(memory.get()));
  EXPECT_EQ(asked.flags, std::uint32_t{UDMABUF_FLAGS_CLOEXEC});
  EXPECT_EQ(asked.offset, 5 * kPage);
  EXPECT_EQ(asked.size, kMiB);
}

TEST_F(Udmabuf, NeedsTheDevice) {
  std::filesystem::remove(device_);
  const DmaBufRefusal refusal = page_refused(make_memfd(kMiB, kGoodSeals));
  EXPECT_EQ(refusal.cause, DmaBufCause::NoDevice);
  EXPECT_EQ(refusal.os, ENOENT);
  EXPECT_EQ(describe(refusal),
            "there is no /dev/udmabuf: modprobe udmabuf, or boot a kernel with CONFIG_UDMABUF");
}

TEST_F(Udmabuf, OfThisMachineIsThereOrSaysThatItIsNot) {
  const Fd memory = make_memfd(kMiB, kGoodSeals);
  const auto possible = probe_dma_buf(memory.get());
  if (access("/dev/udmabuf", F_OK) != 0) {
    ASSERT_FALSE(possible);
    EXPECT_EQ(possible.error().cause, DmaBufCause::NoDevice);
  } else if (access("/dev/udmabuf", R_OK | W_OK) == 0) {
    EXPECT_TRUE(possible) << describe(possible.error());
  } else {
    ASSERT_FALSE(possible);
    EXPECT_EQ(possible.error().cause, DmaBufCause::NoPermission);
  }
}

TEST_F(Udmabuf, NeedsThePermissionToOpenTheDevice) {
  const Fd memory = make_memfd(kMiB, kGoodSeals);
  std::filesystem::permissions(device_, std::filesystem::perms::none);
  const bool root = geteuid() == 0;
  ASSERT_TRUE(!root || seteuid(65534) == 0);
  const DmaBuf buffer = create_udmabuf(memory.get(), {.offset = 0, .bytes = kPage}, driver(accept));
  ASSERT_TRUE(!root || seteuid(0) == 0);
  ASSERT_FALSE(buffer);
  EXPECT_EQ(buffer.error().cause, DmaBufCause::NoPermission);
  EXPECT_EQ(describe(buffer.error()),
            "you may not open /dev/udmabuf: join the group kvm, or make a udev rule: "
            "KERNEL==\"udmabuf\", GROUP=\"kvm\", MODE=\"0660\"");
}

TEST_F(Udmabuf, OfAFileWithANameIsRefused) {
  const std::string path = folder_ + "/memory";
  const Fd file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_EQ(ftruncate(file.get(), kMiB), 0);
  const DmaBufRefusal refusal = page_refused(file);
  EXPECT_EQ(refusal.cause, DmaBufCause::NotMemfd);
  EXPECT_EQ(describe(refusal),
            "the memory is a file, and no dma-buf can be made of one: let pierglass-broker give "
            "the memory, or use the kvmfr module");
}

TEST_F(Udmabuf, OfMemoryThatMayShrinkIsRefused) {
  EXPECT_EQ(page_refused(make_memfd(kMiB, 0)).cause, DmaBufCause::MayShrink);
  EXPECT_EQ(page_refused(make_memfd(kMiB, F_SEAL_GROW)).cause, DmaBufCause::MayShrink);
  EXPECT_EQ(page_refused(make_memfd(kMiB, 0, 0)).cause, DmaBufCause::MayShrink);
  EXPECT_EQ(describe({.cause = DmaBufCause::MayShrink}),
            "the memory may shrink: whoever makes the memfd must add F_SEAL_SHRINK, as "
            "pierglass-broker does");
}

TEST_F(Udmabuf, OfMemorySealedAgainstWritingIsRefused) {
  EXPECT_EQ(page_refused(make_memfd(kMiB, kGoodSeals | F_SEAL_WRITE)).cause,
            DmaBufCause::WriteSealed);
  EXPECT_EQ(describe({.cause = DmaBufCause::WriteSealed}),
            "the memory is sealed against writing: whoever makes the memfd must leave "
            "F_SEAL_WRITE and F_SEAL_FUTURE_WRITE out");
}

TEST_F(Udmabuf, OfMemorySealedAgainstLaterWritersIsUpToTheDriver) {
  const Fd memory = make_memfd(kMiB, kGoodSeals | F_SEAL_FUTURE_WRITE);
  EXPECT_TRUE(create_udmabuf(memory.get(), {.offset = 0, .bytes = kPage}, driver(accept)));
  EXPECT_EQ(page_refused(memory, refuse<EINVAL>).cause, DmaBufCause::WriteSealed);
}

TEST_F(Udmabuf, HasWholePages) {
  const Fd memory = make_memfd(kMiB, kGoodSeals);
  for (const DmaBufWindow window :
       {DmaBufWindow{.offset = 256, .bytes = kPage}, DmaBufWindow{.offset = 0, .bytes = kPage - 1},
        DmaBufWindow{.offset = 0, .bytes = 0}}) {
    EXPECT_EQ(refused(memory, window).cause, DmaBufCause::Misaligned);
  }
  EXPECT_EQ(describe({.cause = DmaBufCause::Misaligned}),
            "the guest's pictures do not begin and end with a page: update the guest's program");
}

TEST_F(Udmabuf, LiesInsideTheMemory) {
  const Fd memory = make_memfd(kMiB, kGoodSeals);
  const DmaBufRefusal beyond = refused(memory, {.offset = kMiB - kPage, .bytes = 2 * kPage});
  EXPECT_EQ(beyond, (DmaBufRefusal{
                        .cause = DmaBufCause::OutsideMemory, .got = kMiB + kPage, .want = kMiB}));
  EXPECT_EQ(refused(memory, {.offset = ~(kPage - 1), .bytes = kMiB}).cause,
            DmaBufCause::OutsideMemory);
  EXPECT_EQ(describe(beyond),
            "the guest's pictures end at byte 1052672, beyond the memory's 1048576: restart the "
            "guest's program");
}

TEST_F(Udmabuf, IsNotLargerThanTheDriverAllows) {
  const Fd memory = make_memfd(128 * kMiB, kGoodSeals);
  const DmaBufRefusal refusal =
      refused(memory, {.offset = 0, .bytes = 64 * kMiB + kPage}, refuse<EINVAL>);
  EXPECT_EQ(refusal, (DmaBufRefusal{.cause = DmaBufCause::TooLarge,
                                    .os = EINVAL,
                                    .got = 64 * kMiB + kPage,
                                    .want = 64 * kMiB}));
  EXPECT_EQ(describe(refusal),
            "one dma-buf may have 64 MiB here and 65 are needed: boot with "
            "udmabuf.size_limit_mb=65, or write that number to "
            "/sys/module/udmabuf/parameters/size_limit_mb");
}

TEST_F(Udmabuf, RefusedWithoutAKnownReasonSaysWhatTheSystemSays) {
  const Fd memory = make_memfd(128 * kMiB, kGoodSeals);
  EXPECT_EQ(page_refused(memory, refuse<EINVAL>),
            (DmaBufRefusal{.cause = DmaBufCause::OsCall, .os = EINVAL}));
  const DmaBufRefusal refusal = page_refused(memory, refuse<ENOMEM>);
  EXPECT_EQ(refusal, (DmaBufRefusal{.cause = DmaBufCause::OsCall, .os = ENOMEM}));
  EXPECT_EQ(describe(refusal), "no dma-buf can be made of the memory: Cannot allocate memory");
  for (const char* text : {"", "many\n", "99999999999999999\n", "99999999999999999999\n"}) {
    std::ofstream(limit_, std::ios::trunc) << text;
    EXPECT_EQ(refused(memory, {.offset = 0, .bytes = 65 * kMiB}, refuse<EINVAL>).cause,
              DmaBufCause::OsCall)
        << text;
  }
}

// A kernel without huge pages has ordinary ones here, which are no reason.
TEST_F(Udmabuf, OfHugePagesIsUpToTheKernel) {
  constexpr unsigned kFlags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  Fd memory(memfd_create("huge", kFlags | MFD_HUGETLB));
  const auto reason = memory ? DmaBufCause::HugePages : DmaBufCause::OsCall;
  if (!memory) memory = Fd(memfd_create("ordinary", kFlags));
  ASSERT_EQ(ftruncate(memory.get(), 2 * kMiB), 0);
  ASSERT_EQ(fcntl(memory.get(), F_ADD_SEALS, kGoodSeals), 0);
  EXPECT_TRUE(create_udmabuf(memory.get(), {.offset = 0, .bytes = kPage}, driver(accept)));
  const DmaBufRefusal refusal = page_refused(memory, refuse<EBADFD>);
  EXPECT_EQ(refusal, (DmaBufRefusal{.cause = reason, .os = EBADFD}));
  EXPECT_EQ(describe({.cause = DmaBufCause::HugePages, .os = EBADFD}),
            "this kernel makes no dma-buf of huge pages: make the memory without them, or boot a "
            "newer kernel");
}

TEST(DmaBuf, OfNothingIsRefused) {
  const DmaBuf buffer = create_dma_buf(-1, {.offset = 0, .bytes = kPage});
  ASSERT_FALSE(buffer);
  EXPECT_EQ(buffer.error(), (DmaBufRefusal{.cause = DmaBufCause::OsCall, .os = EBADF}));
}

TEST(DmaBuf, OfADeviceThatIsNotKvmfrIsRefused) {
  const Fd null(open("/dev/null", O_RDWR | O_CLOEXEC));
  const DmaBuf buffer = create_dma_buf(null.get(), {.offset = 0, .bytes = kPage});
  ASSERT_FALSE(buffer);
  EXPECT_EQ(buffer.error(), (DmaBufRefusal{.cause = DmaBufCause::NotKvmfr, .os = ENOTTY}));
  EXPECT_EQ(describe(buffer.error()),
            "the device makes no dma-bufs: only those of the kvmfr module do");
}

TEST(KvmfrDmaBuf, IsWhatTheDeviceGives) {
  const DmaBuf buffer = create_kvmfr_dma_buf(7, {.offset = kPage, .bytes = kMiB},
                                             [](int device, DmaBufWindow window) {
                                               EXPECT_EQ(device, 7);
                                               EXPECT_EQ(window.offset, kPage);
                                               EXPECT_EQ(window.bytes, kMiB);
                                               return memfd_create("buffer", MFD_CLOEXEC);
                                             });
  EXPECT_TRUE(buffer);
}

TEST(KvmfrDmaBuf, HasWholePagesOfTheDevice) {
  const auto outside = [](int, DmaBufWindow) {
    errno = EINVAL;
    return -1;
  };
  const auto refusal = [&](DmaBufWindow window) {
    return create_kvmfr_dma_buf(7, window, outside).error();
  };
  EXPECT_EQ(refusal({.offset = 1, .bytes = kPage}).cause, DmaBufCause::Misaligned);
  EXPECT_EQ(refusal({.offset = 0, .bytes = 0}).cause, DmaBufCause::Misaligned);
  EXPECT_EQ(refusal({.offset = kPage, .bytes = kPage}),
            (DmaBufRefusal{.cause = DmaBufCause::OsCall, .os = EINVAL}));
}

}  // namespace
}  // namespace pierglass::shm
