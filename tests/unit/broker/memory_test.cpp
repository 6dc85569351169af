// SPDX-License-Identifier: GPL-2.0-or-later
#include "broker/memory.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>

#include "tests/unit/broker/raw_peer.hpp"

namespace pierglass::broker {
namespace {

constexpr std::uint64_t kBytes = 4U << 20;
constexpr gid_t kNoGroup = static_cast<gid_t>(-1);

TEST(BrokerMemory, CannotShrinkNorGrowButBeWrittenTo) {
  const Memory memory = create_memory("vm", kBytes, Pages::Ordinary).value();
  const int fd = memory.descriptor.get();
  EXPECT_EQ(memory.bytes, kBytes);
  EXPECT_TRUE(memory.fresh);
  EXPECT_EQ(fcntl(fd, F_GET_SEALS) & (F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE),
            F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW);
  EXPECT_NE(ftruncate(fd, kBytes / 2), 0);
  EXPECT_NE(ftruncate(fd, kBytes * 2), 0);
  EXPECT_NE(fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE), 0);
  void* address = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  ASSERT_NE(address, MAP_FAILED);
  static_cast<char*>(address)[kBytes - 1] = 1;
  munmap(address, kBytes);
  EXPECT_EQ(std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd)).string(),
            "/memfd:pierglass-vm (deleted)");
}

TEST(BrokerMemory, CannotBeExecutedWhereTheKernelKnowsThat) {
  const Memory memory = create_memory("vm", kBytes, Pages::Ordinary).value();
  struct stat status{};
  ASSERT_EQ(fstat(memory.descriptor.get(), &status), 0);
  constexpr int kSealExec = 0x20;  // Linux 6.3
  if ((fcntl(memory.descriptor.get(), F_GET_SEALS) & kSealExec) != 0) {
    EXPECT_EQ(status.st_mode & 0111, 0U);
  }
  EXPECT_EQ(status.st_nlink, 0U);
}

TEST(BrokerMemory, ThatWasKeptIsKnownByItsSeals) {
  const Memory memory = create_memory("vm", kBytes, Pages::Ordinary).value();
  const auto adopted = adopt_memory(Fd(dup(memory.descriptor.get())));
  ASSERT_TRUE(adopted);
  EXPECT_EQ(adopted->bytes, kBytes);
  EXPECT_FALSE(adopted->fresh);
  EXPECT_FALSE(adopt_memory(Fd(memfd_create("other", MFD_CLOEXEC))));
  EXPECT_FALSE(adopt_memory(Fd(open("/dev/null", O_RDWR | O_CLOEXEC))));
  EXPECT_FALSE(adopt_memory(Fd()));
}

TEST(BrokerMemory, OfHugePagesIsThereOrSaysWhatIsMissing) {
  const auto memory = create_memory("vm", kBytes, Pages::Huge);
  if (memory) {
    EXPECT_EQ(memory->bytes, kBytes);
  } else {
    EXPECT_EQ(memory.error().code, ErrorCode::Busy);
    EXPECT_LT(memory.error().got, std::max<std::uint64_t>(memory.error().want, 1));
  }
  EXPECT_TRUE(huge_page_command(kBytes).starts_with("sysctl vm.nr_hugepages="));
}

// A name of this process' own in /dev/shm, free before and after.
struct ExposedMemory : testing::Test {
  std::string name = "pierglass-test-" + std::to_string(getpid());
  std::string path = "/dev/shm/" + name;
  ExposedMemory() { unlink(path.c_str()); }
  ~ExposedMemory() override { unlink(path.c_str()); }
};

TEST_F(ExposedMemory, IsAFileThatIsTakenOverLater) {
  const auto made = expose_memory(name, kBytes, 0660, kNoGroup);
  ASSERT_TRUE(made);
  EXPECT_TRUE(made->fresh);
  EXPECT_EQ(std::filesystem::file_size(path), kBytes);
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0660U);
  const auto again = expose_memory(name, kBytes, 0660, kNoGroup);
  ASSERT_TRUE(again);
  EXPECT_FALSE(again->fresh);
  EXPECT_EQ(file_of(made->descriptor), file_of(again->descriptor));
}

TEST_F(ExposedMemory, ThatIsTakenOverIsForWhomItIsNow) {
  ASSERT_TRUE(expose_memory(name, kBytes, 0660, kNoGroup));
  ASSERT_TRUE(expose_memory(name, kBytes, 0600, kNoGroup));
  struct stat status{};
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U) << "it was closed to others meanwhile";
  if (geteuid() != 0) return;  // only root has further groups for sure
  for (const gid_t group : {gid_t{12345}, gid_t{54321}}) {
    ASSERT_TRUE(expose_memory(name, kBytes, 0660, group));
    ASSERT_EQ(stat(path.c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777, 0660U);
    EXPECT_EQ(status.st_gid, group);
  }
  ASSERT_TRUE(expose_memory(name, kBytes, 0660, kNoGroup));
  ASSERT_EQ(stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_gid, getegid());
}

TEST_F(ExposedMemory, OfAnotherSizeIsRefused) {
  ASSERT_TRUE(expose_memory(name, kBytes, 0600, kNoGroup));
  const auto again = expose_memory(name, kBytes * 2, 0600, kNoGroup);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::Corrupt);
  EXPECT_EQ(again.error().got, kBytes);
}

TEST_F(ExposedMemory, BehindALinkOrUnderAnotherUserIsRefused) {
  ASSERT_EQ(symlink("/dev/null", path.c_str()), 0);
  auto refused = expose_memory(name, kBytes, 0600, kNoGroup);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::NotARegularFile);
  unlink(path.c_str());
  EXPECT_FALSE(expose_memory("../" + name, kBytes, 0600, kNoGroup));
  if (geteuid() != 0) return;  // another user's file can only be made by root
  ASSERT_TRUE(expose_memory(name, kBytes, 0600, kNoGroup));
  ASSERT_EQ(chown(path.c_str(), 65534, 65534), 0);
  refused = expose_memory(name, kBytes, 0600, kNoGroup);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::PermissionDenied);
}

}  // namespace
}  // namespace pierglass::broker
