// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/watched_memory.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "shm/file_linux.hpp"

namespace pierglass::source {
namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;

class Watched : public testing::Test {
 protected:
  Watched() {
    char name[] = "/dev/shm/pierglass-test-XXXXXX";
    folder_ = mkdtemp(name);
    path_ = folder_ + "/memory";
    EXPECT_TRUE(shm::create_file(path_, kMiB));
  }
  ~Watched() override { std::filesystem::remove_all(folder_); }

  WatchedMemory open() {
    auto memory = WatchedMemory::open(path_);
    EXPECT_TRUE(memory);
    return std::move(*memory);
  }
  void resize(std::uint64_t bytes) {
    ASSERT_EQ(truncate(path_.c_str(), static_cast<off_t>(bytes)), 0);
  }

  std::string folder_;
  std::string path_;
};

TEST_F(Watched, StaysAsItIsWhileNothingHappens) {
  WatchedMemory memory = open();
  EXPECT_EQ(memory.bytes().size(), kMiB);
  EXPECT_TRUE(memory.intact());
  EXPECT_FALSE(memory.changed());
  EXPECT_EQ(memory.error(), "");
}

TEST_F(Watched, IsTheSameMemoryAfterItMoved) {
  WatchedMemory first = open();
  std::byte* const at = first.bytes().data();
  WatchedMemory second = std::move(first);
  EXPECT_EQ(second.bytes().data(), at);
  EXPECT_TRUE(second.intact());
  EXPECT_FALSE(second.changed());
}

TEST_F(Watched, ThatGrewIsMappedWholeAgain) {
  WatchedMemory memory = open();
  resize(2 * kMiB);
  EXPECT_TRUE(memory.changed());
  EXPECT_TRUE(memory.changed()) << "until it was opened again";
  memory.reopen();
  EXPECT_FALSE(memory.changed());
  EXPECT_EQ(memory.bytes().size(), 2 * kMiB);
}

TEST_F(Watched, ThatWasCutSaysWhyNothingIsMappedAndComesBack) {
  WatchedMemory memory = open();
  resize(0);
  ASSERT_TRUE(memory.changed());
  memory.reopen();
  EXPECT_TRUE(memory.bytes().empty());
  EXPECT_FALSE(memory.intact());
  EXPECT_NE(memory.error().find("too small"), std::string::npos) << memory.error();
  resize(kMiB);
  ASSERT_TRUE(memory.changed());
  memory.reopen();
  EXPECT_EQ(memory.bytes().size(), kMiB);
  EXPECT_EQ(memory.error(), "");
}

TEST_F(Watched, ThatWasCutAndGrewBackIsMappedAgainOnceAPageWasMissed) {
  WatchedMemory memory = open();
  resize(0);
  EXPECT_EQ(memory.bytes()[0], std::byte{0});
  EXPECT_FALSE(memory.intact());
  resize(kMiB);
  ASSERT_TRUE(memory.changed());
  memory.reopen();
  EXPECT_TRUE(memory.intact());
  memory.bytes()[0] = std::byte{3};
  EXPECT_EQ(open().bytes()[0], std::byte{3});
}

TEST_F(Watched, ThatLeftItsFolderStaysMappedUntilAnotherTakesItsPlace) {
  WatchedMemory memory = open();
  std::filesystem::remove(path_);
  EXPECT_FALSE(memory.changed());
  EXPECT_TRUE(memory.intact());
  ASSERT_TRUE(shm::create_file(path_, kMiB));
  EXPECT_TRUE(memory.changed());
  memory.reopen();
  memory.bytes()[9] = std::byte{9};
  EXPECT_EQ(open().bytes()[9], std::byte{9});
}

TEST_F(Watched, IsReadAgainWhenItsRightsChange) {
  WatchedMemory memory = open();
  std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
  ASSERT_TRUE(memory.changed());
  memory.reopen();
  EXPECT_FALSE(memory.changed());
}

TEST_F(Watched, WithoutAPathNeverChanges) {
  auto sealed = shm::create_memfd(kMiB);
  ASSERT_TRUE(sealed);
  WatchedMemory memory = WatchedMemory::over(std::move(*sealed));
  EXPECT_EQ(memory.bytes().size(), kMiB);
  EXPECT_FALSE(memory.changed());
  memory.reopen();
  EXPECT_EQ(memory.bytes().size(), kMiB);
}

TEST_F(Watched, CannotBeOpenedWhereNothingIs) {
  EXPECT_EQ(WatchedMemory::open(folder_ + "/none").error().code, ErrorCode::NotFound);
  EXPECT_EQ(WatchedMemory::open("/dev/null").error().code, ErrorCode::NotARegularFile);
  EXPECT_EQ(WatchedMemory::open(folder_).error().code, ErrorCode::NotARegularFile);
}

}  // namespace
}  // namespace pierglass::source
