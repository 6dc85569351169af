// SPDX-License-Identifier: GPL-2.0-or-later
#include "shm/kvmfr_linux.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <filesystem>
#include <string>

#include "base/describe.hpp"
#include "shm/file_linux.hpp"

namespace pierglass::shm {
namespace {

constexpr int kNoDevice = -1;  // never looked at: the answer is made up
constexpr std::uint64_t kMiB = 1024 * 1024;

TEST(KvmfrPath, IsOneWhoseFileNameTheModuleUses) {
  for (const char* path : {"/dev/kvmfr0", "/dev/kvmfr12", "kvmfr0"}) {
    EXPECT_TRUE(is_kvmfr_path(path)) << path;
  }
  for (const char* path :
       {"/dev/shm/pierglass", "/dev/kvmfr0/memory", "/dev/null", "", "/", "/dev/kvmfr",
        "/dev/shm/kvmfr-win11", "/dev/kvmfr0a", "/dev/shm/mykvmfr0"}) {
    EXPECT_FALSE(is_kvmfr_path(path)) << path;
  }
}

TEST(KvmfrBytes, AreWhatTheDeviceAnswers) {
  EXPECT_EQ(*kvmfr_bytes(kNoDevice, [](int) { return 64 << 20; }), 64 * kMiB);
  EXPECT_EQ(*kvmfr_bytes(kNoDevice, [](int) { return 4096; }), 4096u);
  EXPECT_EQ(*kvmfr_bytes(kNoDevice, [](int) { return INT_MAX; }), 0x7fff'ffffu);
}

TEST(KvmfrBytes, AreNotToldByAnotherDevice) {
  const auto bytes = kvmfr_bytes(kNoDevice, [](int) {
    errno = ENOTTY;
    return -1;
  });
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, ErrorCode::NotARegularFile);
  EXPECT_EQ(bytes.error().os, ENOTTY);
}

TEST(KvmfrBytes, CannotBeToldFromTwoGibibytesOn) {
  // 2, 3 and 4 GiB as they come out of an int.
  for (const AskBytes ask :
       {AskBytes([](int) { return INT_MIN; }), AskBytes([](int) { return INT_MIN + (1 << 30); }),
        AskBytes([](int) { return 0; })}) {
    const auto bytes = kvmfr_bytes(kNoDevice, ask);
    ASSERT_FALSE(bytes);
    EXPECT_EQ(bytes.error().code, ErrorCode::Unsupported);
    EXPECT_EQ(describe(bytes.error()), "a kvmfr device of 2 GiB or more is not supported");
  }
}

TEST(KvmfrBytes, BelowAPageAreTooFew) {
  const auto bytes = kvmfr_bytes(kNoDevice, [](int) { return 4095; });
  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().code, ErrorCode::TooSmall);
  EXPECT_EQ(bytes.error().got, 4095u);
}

class MemoryPath : public testing::Test {
 protected:
  MemoryPath() {
    char name[] = "/dev/shm/pierglass-test-XXXXXX";
    folder_ = mkdtemp(name);
  }
  ~MemoryPath() override { std::filesystem::remove_all(folder_); }

  std::string folder_;
};

TEST_F(MemoryPath, ToARegularFileIsMapped) {
  ASSERT_TRUE(create_file(folder_ + "/memory", kMiB));
  const auto memory = open_memory(folder_ + "/memory");
  ASSERT_TRUE(memory);
  EXPECT_EQ(memory->bytes().size(), kMiB);
}

TEST_F(MemoryPath, ThatOnlyStartsAsTheModulesDoIsAnOrdinaryFile) {
  ASSERT_TRUE(create_file(folder_ + "/kvmfr-win11", kMiB));
  EXPECT_TRUE(open_memory(folder_ + "/kvmfr-win11"));
}

TEST_F(MemoryPath, WhereARegularFileStandsInForTheDeviceIsRefused) {
  ASSERT_TRUE(create_file(folder_ + "/kvmfr0", kMiB));
  const auto memory = open_memory(folder_ + "/kvmfr0");
  ASSERT_FALSE(memory);
  EXPECT_EQ(memory.error().code, ErrorCode::NotADevice);
}

TEST_F(MemoryPath, ToADeviceThatIsNotKvmfrIsRefused) {
  for (const char* device : {"/dev/null", "/dev/zero"}) {
    const auto memory = open_memory(device);
    ASSERT_FALSE(memory) << device;
    EXPECT_EQ(memory.error().code, ErrorCode::NotARegularFile) << device;
  }
}

TEST_F(MemoryPath, ToAFolderOrNothingIsRefused) {
  EXPECT_EQ(open_memory(folder_).error().code, ErrorCode::NotARegularFile);
  EXPECT_EQ(open_memory(folder_ + "/none").error().code, ErrorCode::NotFound);
  ASSERT_EQ(mkfifo((folder_ + "/kvmfr1").c_str(), 0600), 0);
  EXPECT_EQ(open_memory(folder_ + "/kvmfr1").error().code, ErrorCode::NotARegularFile);
  ASSERT_EQ(symlink("/dev/null", (folder_ + "/kvmfr2").c_str()), 0);
  EXPECT_EQ(open_memory(folder_ + "/kvmfr2").error().code, ErrorCode::NotARegularFile);
}

TEST_F(MemoryPath, OfADeviceIsIdentifiedByIt) {
  const auto null = identify("/dev/null");
  const auto zero = identify("/dev/zero");
  ASSERT_TRUE(null && zero);
  EXPECT_NE(null->character_device, 0u);
  EXPECT_NE(null->character_device, zero->character_device);
  EXPECT_EQ(*identify("/dev/null"), *null);
  ASSERT_TRUE(create_file(folder_ + "/memory", kMiB));
  EXPECT_EQ(identify(folder_ + "/memory")->character_device, 0u);
}

}  // namespace
}  // namespace pierglass::shm
