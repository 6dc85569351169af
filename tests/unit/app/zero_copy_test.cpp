// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/zero_copy.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fd.hpp"
#include "tests/support/temp_dir.hpp"

namespace pierglass::app {
namespace {

constexpr off_t kBytes = 1 << 20;

TEST(ZeroCopy, IsNotPossibleWithAFile) {
  const test::TempDir folder;
  const std::string path = folder.path() / "memory";
  const Fd file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_EQ(ftruncate(file.get(), kBytes), 0);
  const std::string line =
      "no dma-bufs can be made of the memory, which a GPU could read itself: the memory is a file, "
      "and no dma-buf can be made of one: let pierglass-broker give the memory, or use the kvmfr "
      "module";
  EXPECT_EQ(zero_copy_line(path), line);
  EXPECT_EQ(zero_copy_line(file.get()), line);
}

TEST(ZeroCopy, WithSealedMemoryIsUpToThisMachine) {
  const Fd memory(memfd_create("memory", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  ASSERT_EQ(ftruncate(memory.get(), kBytes), 0);
  ASSERT_EQ(fcntl(memory.get(), F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL), 0);
  const std::string line = zero_copy_line(memory.get());
  if (access("/dev/udmabuf", R_OK | W_OK) == 0) {
    EXPECT_EQ(line, "dma-bufs can be made of the memory");
  } else {
    EXPECT_TRUE(line.starts_with("no dma-bufs can be made of the memory, ")) << line;
    EXPECT_NE(line.find("/dev/udmabuf"), std::string::npos) << line;
  }
}

TEST(ZeroCopy, OfNothingIsNotSpokenOf) {
  EXPECT_EQ(zero_copy_line("/nowhere/memory"), "");
}

}  // namespace
}  // namespace pierglass::app
