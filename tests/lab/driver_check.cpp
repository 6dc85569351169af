// SPDX-License-Identifier: GPL-2.0-or-later
// What a kernel's graphics driver takes of the client's GPU path, and what is shown when it takes
// nothing: for graphics.sh. Weston, whose clients learn of the node.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <memory>

#include "tests/lab/dmabuf_desk.hpp"
#include "tests/lab/dmabufs.hpp"

namespace pierglass::test {
namespace {

using guest::PatternMode;

// Mesa's software renderer allocates its windows by calls that the render node denies. While this
// lives, its place is taken by the other node of the same device, which allows them.
class AllocatingNode {
 public:
  AllocatingNode() { make(kPrimary); }
  AllocatingNode(const AllocatingNode&) = delete;
  AllocatingNode& operator=(const AllocatingNode&) = delete;
  ~AllocatingNode() { make(kRender); }

 private:
  static constexpr const char* kPlace = "/dev/dri/renderD128";
  static constexpr unsigned kDrm = 226;  // major
  static constexpr unsigned kPrimary = 0;
  static constexpr unsigned kRender = 128;
  static void make(unsigned minor) {
    EXPECT_EQ(unlink(kPlace), 0);
    EXPECT_EQ(mknod(kPlace, S_IFCHR | 0666, makedev(kDrm, minor)), 0);
    EXPECT_EQ(chmod(kPlace, 0666), 0);
  }
};

class Driver : public testing::Test {
 protected:
  void SetUp() override {
    if (graphics_node() == GraphicsNode::None)
      GTEST_SKIP() << "without a node the software driver takes whatever can be mapped";
    node_ = std::make_unique<AllocatingNode>();
  }
  static void copies(Handed handed) {
    DmaBufDesk desk(Compositor::Weston, handed, Taker::Driver);
    desk.start_guest(PatternMode::Full);
    desk.shows_frames("copy", 5);
    EXPECT_TRUE(desk.refusal().starts_with("the driver imports no such memory")) << desk.refusal();
    EXPECT_NE(desk.client().err().find(desk.refusal()), std::string::npos) << desk.client().err();
    desk.expect_clean_end();
  }

 private:
  std::unique_ptr<AllocatingNode> node_;
};

TEST_F(Driver, SamplesDmaBufs) {
  if (graphics_node() == GraphicsNode::Virtio)
    GTEST_SKIP() << "virtio-gpu imports no dma-buf that was made elsewhere";
  DmaBufDesk desk(Compositor::Weston, Handed::DmaBufs, Taker::Driver);
  desk.start_guest(PatternMode::Full);
  desk.shows_frames("import", 10);
  EXPECT_EQ(desk.refusal(), "");
  desk.expect_clean_end();
}

TEST_F(Driver, RefusesAFileThatIsNoDmaBuf) {
  copies(Handed::Files);
}

TEST_F(Driver, RefusesADmaBufMadeElsewhere) {
  if (graphics_node() != GraphicsNode::Virtio)
    GTEST_SKIP() << "only virtio-gpu refuses a true dma-buf";
  copies(Handed::DmaBufs);
}

}  // namespace
}  // namespace pierglass::test
