// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/buffer_wishes.hpp"

#include <gtest/gtest.h>

#include "gfx/gl_driver.hpp"
#include "gfx/render_node.hpp"

namespace pierglass::gfx {
namespace {

constexpr std::uint64_t kA = 0x11;
constexpr std::uint64_t kB = 0x22;
constexpr std::uint64_t kC = 0x33;
using Wishes = std::vector<BufferWish>;
using Modifiers = std::vector<std::uint64_t>;

Wishes wishes(std::vector<ModifierTranche> tranches, const Modifiers& drawable,
              WhoReads reader = WhoReads::SameGpu) {
  return buffer_wishes({.tranches = std::move(tranches)}, drawable, reader);
}

TEST(BufferWishes, AreTheBestTrancheThatCanBeDrawnIntoThenLinear) {
  const std::vector<ModifierTranche> tranches = {
      {.scanout = true, .modifiers = {kC}},
      {.scanout = false, .modifiers = {kA, kLinearModifier, kB, kA, kImplicitModifier}}};
  EXPECT_EQ(wishes(tranches, {kA, kB, kLinearModifier, kImplicitModifier}),
            (Wishes{{.modifiers = {kA, kLinearModifier, kB}}, {.modifiers = {kLinearModifier}}}));
  EXPECT_EQ(wishes(tranches, {kC, kLinearModifier}),
            (Wishes{{.modifiers = {kC}, .scanout = true}, {.modifiers = {kLinearModifier}}}));
}

TEST(BufferWishes, AreTheDriversSecretWhereNothingTiledIsNamed) {
  EXPECT_EQ(wishes({{.modifiers = {kLinearModifier, kImplicitModifier}}},
                   {kImplicitModifier, kLinearModifier}),
            (Wishes{{.modifiers = {kImplicitModifier}}, {.modifiers = {kLinearModifier}}}));
  EXPECT_EQ(wishes({{.modifiers = {kImplicitModifier}}}, {kImplicitModifier}),
            (Wishes{{.modifiers = {kImplicitModifier}}}));
}

TEST(BufferWishes, AreLinearAloneBetweenGpus) {
  const std::vector<ModifierTranche> tranches = {
      {.modifiers = {kA, kLinearModifier, kImplicitModifier}}};
  EXPECT_EQ(wishes(tranches, {kA, kLinearModifier, kImplicitModifier}, WhoReads::OtherGpu),
            (Wishes{{.modifiers = {kLinearModifier}}}));
  EXPECT_TRUE(wishes(tranches, {kA, kImplicitModifier}, WhoReads::OtherGpu).empty());
}

TEST(BufferWishes, AreNoneWithoutAnythingInCommon) {
  EXPECT_TRUE(wishes({}, {kA}).empty());
  EXPECT_TRUE(wishes({{.modifiers = {kA}}}, {kB, kLinearModifier}).empty());
}

TEST(BufferWishes, ModifiersHaveNames) {
  EXPECT_EQ(modifier_name(kLinearModifier), "LINEAR");
  EXPECT_EQ(modifier_name(kImplicitModifier), "implicit modifier");
  EXPECT_EQ(modifier_name(0x0200'0000'0180'1b04), "modifier 0x200000001801b04");
}

TEST(Fences, AreLeftByMesasOwnDrivers) {
  EXPECT_TRUE(leaves_fences("Mesa Project", "AMD Radeon RX 6800 (radeonsi, navi21)"));
  EXPECT_FALSE(leaves_fences("Mesa Project", "zink Vulkan 1.3(NVIDIA GeForce RTX 3080)"));
  EXPECT_FALSE(leaves_fences("NVIDIA", "NVIDIA GeForce RTX 3080/PCIe/SSE2"));
}

TEST(RenderNode, IsOnlyWhatOneIs) {
  EXPECT_EQ(open_render_node("/dev/null").error().code, ErrorCode::NotADevice);
  EXPECT_EQ(open_render_node("/dev/dri/none").error().code, ErrorCode::NotFound);
  EXPECT_EQ(render_node_of(0).error().code, ErrorCode::NotFound);
  EXPECT_EQ(render_node_of(0xffff'ffff'ffff).error().code, ErrorCode::NotFound);
}

}  // namespace
}  // namespace pierglass::gfx
