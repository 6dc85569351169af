// SPDX-License-Identifier: GPL-2.0-or-later
#include "shm/file_linux.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.hpp"

namespace pierglass::shm {
namespace {

constexpr std::uint64_t kMiB = 1024 * 1024;

class MemoryFile : public testing::Test {
 protected:
  MemoryFile() {
    char name[] = "/dev/shm/pierglass-test-XXXXXX";
    folder_ = mkdtemp(name);
    path_ = folder_ + "/memory";
  }
  ~MemoryFile() override { std::filesystem::remove_all(folder_); }

  std::string folder_;
  std::string path_;
};

TEST_F(MemoryFile, IsCreatedZeroedWithTheSizeAskedForAndClosedToOthers) {
  const auto memory = create_file(path_, 3 * kMiB);
  ASSERT_TRUE(memory);
  ASSERT_EQ(memory->bytes().size(), 3 * kMiB);
  EXPECT_TRUE(std::ranges::all_of(memory->bytes(), [](std::byte b) { return b == std::byte{0}; }));
  const auto identity = identify(path_);
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->bytes, 3 * kMiB);
  EXPECT_FALSE(identity->open_to_others());
}

TEST_F(MemoryFile, IsNotCreatedOverAnExistingOne) {
  ASSERT_TRUE(create_file(path_, kMiB));
  const auto second = create_file(path_, kMiB);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().os, EEXIST);
}

TEST_F(MemoryFile, IsSharedBetweenItsMappings) {
  const auto first = create_file(path_, kMiB);
  const auto second = open_file(path_);
  ASSERT_TRUE(first && second);
  first->bytes()[kMiB - 1] = std::byte{42};
  EXPECT_EQ(second->bytes()[kMiB - 1], std::byte{42});
}

TEST_F(MemoryFile, ThatIsMissingIsNotFound) {
  EXPECT_EQ(open_file(path_).error().code, ErrorCode::NotFound);
  EXPECT_EQ(identify(path_).error().code, ErrorCode::NotFound);
  EXPECT_EQ(open_file(folder_ + "/no/such/folder").error().code, ErrorCode::NotFound);
}

TEST_F(MemoryFile, ThatIsSmallerThanAPageIsTooSmall) {
  std::ofstream(path_) << "small";
  const auto memory = open_file(path_);
  ASSERT_FALSE(memory);
  EXPECT_EQ(memory.error().code, ErrorCode::TooSmall);
  EXPECT_EQ(memory.error().got, 5u);
  EXPECT_EQ(memory.error().want, 4096u);
}

TEST_F(MemoryFile, MustBeARegularFileAndNoLinkToOne) {
  EXPECT_EQ(open_file(folder_).error().code, ErrorCode::NotARegularFile);
  EXPECT_EQ(open_file("/dev/null").error().code, ErrorCode::NotARegularFile);
  ASSERT_EQ(mkfifo((folder_ + "/pipe").c_str(), 0600), 0);
  EXPECT_EQ(open_file(folder_ + "/pipe").error().code, ErrorCode::NotARegularFile);
  ASSERT_TRUE(create_file(path_, kMiB));
  ASSERT_EQ(symlink(path_.c_str(), (folder_ + "/link").c_str()), 0);
  EXPECT_EQ(open_file(folder_ + "/link").error().code, ErrorCode::NotARegularFile);
  EXPECT_EQ(identify(folder_ + "/link").error().code, ErrorCode::NotARegularFile);
}

TEST_F(MemoryFile, LooksDifferentAfterItWasReplacedOrResized) {
  ASSERT_TRUE(create_file(path_, kMiB));
  const auto before = *identify(path_);
  EXPECT_EQ(*identify(path_), before);
  ASSERT_EQ(truncate(path_.c_str(), 2 * kMiB), 0);
  const auto grown = *identify(path_);
  EXPECT_NE(grown, before);
  const auto other = create_file(folder_ + "/other", 2 * kMiB);
  std::filesystem::rename(folder_ + "/other", path_);
  EXPECT_NE(*identify(path_), grown);
}

TEST_F(MemoryFile, ThatShrinksReadsAsZerosAndSaysSoInsteadOfKillingUs) {
  const auto memory = create_file(path_, kMiB);
  ASSERT_TRUE(memory);
  std::ranges::fill(memory->bytes(), std::byte{1});
  ASSERT_EQ(truncate(path_.c_str(), 4096), 0);
  EXPECT_TRUE(memory->intact());
  EXPECT_EQ(memory->bytes()[kMiB / 2], std::byte{0});
  EXPECT_FALSE(memory->intact());
  memory->bytes()[kMiB / 2] = std::byte{7};  // private now, and harmless
  EXPECT_EQ(open_file(path_)->bytes().size(), 4096u);
}

TEST_F(MemoryFile, ThatShrinksUnderSeveralThreadsAtOnceHurtsNone) {
  const auto memory = create_file(path_, 8 * kMiB);
  ASSERT_TRUE(memory);
  ASSERT_EQ(truncate(path_.c_str(), 0), 0);
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      for (std::size_t at = i * kMiB; at < 8 * kMiB; at += 4096) memory->bytes()[at] = std::byte{1};
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_FALSE(memory->intact());
}

TEST_F(MemoryFile, TwoMappingsAreLostIndependently) {
  const auto first = create_file(path_, kMiB);
  const auto second = create_file(folder_ + "/second", kMiB);
  ASSERT_TRUE(first && second);
  second->bytes()[5] = std::byte{5};
  ASSERT_EQ(truncate(path_.c_str(), 0), 0);
  EXPECT_EQ(first->bytes()[0], std::byte{0});
  EXPECT_FALSE(first->intact());
  EXPECT_TRUE(second->intact());
  EXPECT_EQ(second->bytes()[5], std::byte{5});
}

// By the signal, or with an error status where a sanitizer's handler was there before ours.
bool killed(int status) {
  return WIFSIGNALED(status) ? WTERMSIG(status) == SIGBUS : WEXITSTATUS(status) != 0;
}

TEST(BusErrorsDeathTest, OutsideOurMappingsStillKill) {
  EXPECT_EXIT(
      {
        const auto memory = create_memfd(4096);  // installs the handler
        std::raise(SIGBUS);
        std::raise(SIGBUS);
        std::_Exit(0);
      },
      killed, "");
}

TEST(Memfd, CannotShrink) {
  const auto memory = create_memfd(2 * kMiB);
  ASSERT_TRUE(memory);
  EXPECT_EQ(memory->bytes().size(), 2 * kMiB);
  EXPECT_TRUE(memory->intact());
}

TEST(Memfd, TellsWhetherItKeepsItsSize) {
  const Fd loose(memfd_create("memory", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  ASSERT_EQ(ftruncate(loose.get(), 2 * kMiB), 0);
  EXPECT_FALSE(keeps_its_size(loose.get()));
  ASSERT_EQ(fcntl(loose.get(), F_ADD_SEALS, F_SEAL_SHRINK), 0);
  EXPECT_TRUE(keeps_its_size(loose.get()));
  EXPECT_FALSE(keeps_its_size(-1));
  const Fd other(eventfd(0, EFD_CLOEXEC));
  EXPECT_FALSE(keeps_its_size(other.get()));
}

// As a stranger may send it over a socket.
TEST(Descriptors, AreMappedWhenTheyAreMemory) {
  const Fd odd(memfd_create("memory", MFD_CLOEXEC));
  ASSERT_EQ(ftruncate(odd.get(), 3 * kMiB + 5), 0);
  const auto memory = map_fd(odd.get());
  ASSERT_TRUE(memory);
  EXPECT_EQ(memory->bytes().size(), 3 * kMiB + 5);
  const auto code_of = [](int fd) {
    const auto mapped = map_fd(fd);
    return mapped ? ErrorCode::Lost : mapped.error().code;
  };
  EXPECT_EQ(code_of(Fd(eventfd(0, EFD_CLOEXEC)).get()), ErrorCode::NotARegularFile);
  EXPECT_EQ(code_of(Fd(open("/dev/null", O_RDWR | O_CLOEXEC)).get()), ErrorCode::NotARegularFile);
  EXPECT_EQ(code_of(Fd(open("/", O_RDONLY | O_CLOEXEC)).get()), ErrorCode::NotARegularFile);
  EXPECT_EQ(code_of(Fd(memfd_create("empty", MFD_CLOEXEC)).get()), ErrorCode::TooSmall);
  const std::string path = "/proc/self/fd/" + std::to_string(odd.get());
  EXPECT_EQ(code_of(Fd(open(path.c_str(), O_RDONLY | O_CLOEXEC)).get()), ErrorCode::OsCall);
  EXPECT_EQ(code_of(-1), ErrorCode::OsCall);
}

TEST(Mappings, AreGivenBack) {
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(create_memfd(4096)) << i;
}

TEST(Mappings, MoveWithTheirGuard) {
  auto first = create_memfd(4096);
  ASSERT_TRUE(first);
  SharedMemory second = std::move(*first);
  EXPECT_FALSE(first->intact());
  EXPECT_TRUE(second.intact());
  EXPECT_TRUE(first->bytes().empty());
}

}  // namespace
}  // namespace pierglass::shm
