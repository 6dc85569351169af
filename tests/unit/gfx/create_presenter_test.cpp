// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/create_presenter.hpp"

#include <gtest/gtest.h>

#include "gfx/gl_driver.hpp"

namespace pierglass::gfx {
namespace {

TEST(CreatePresenter, KnowsSoftwareRenderersByName) {
  EXPECT_TRUE(is_software_renderer("llvmpipe (LLVM 15.0.6, 256 bits)"));
  EXPECT_TRUE(is_software_renderer("softpipe"));
  EXPECT_TRUE(is_software_renderer("Mesa Software Rasterizer"));
  EXPECT_TRUE(is_software_renderer("zink (llvmpipe (LLVM 15.0.6, 256 bits))"));
  EXPECT_FALSE(is_software_renderer("AMD Radeon RX 6800 (radeonsi, navi21, LLVM 15.0.6)"));
  EXPECT_FALSE(is_software_renderer("NVIDIA GeForce RTX 3080/PCIe/SSE2"));
  EXPECT_FALSE(is_software_renderer("Mesa Intel(R) UHD Graphics 770 (ADL-S GT1)"));
}

TEST(CreatePresenter, KnowsWhichDriversMayAskForTearingThemselves) {
  EXPECT_TRUE(leaves_tearing("Mesa Project", "Mesa Intel(R) UHD Graphics 770 (ADL-S GT1)"));
  EXPECT_TRUE(leaves_tearing("Mesa Project", "llvmpipe (LLVM 15.0.6, 256 bits)"));
  EXPECT_TRUE(leaves_tearing("NVIDIA", "NVIDIA GeForce RTX 3080/PCIe/SSE2"));
  EXPECT_FALSE(
      leaves_tearing("Mesa Project", "zink Vulkan 1.3(NVIDIA GeForce RTX 3080 (NVK GA102))"));
  EXPECT_FALSE(leaves_tearing("ARM", "Mali-G610"));
}

TEST(CreatePresenter, WithoutWlShmThereIsNoSoftwarePath) {
  const auto presenter = create_presenter(Renderer::Shm, {});
  ASSERT_FALSE(presenter);
  EXPECT_EQ(presenter.error().code, ErrorCode::Unsupported);
}

}  // namespace
}  // namespace pierglass::gfx
