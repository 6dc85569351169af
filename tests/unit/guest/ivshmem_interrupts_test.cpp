// SPDX-License-Identifier: GPL-2.0-or-later
#include "shm/ivshmem_interrupts.hpp"

#include <gtest/gtest.h>

namespace pierglass::shm {
namespace {

constexpr IvshmemInterrupts kTwo{.peer = 3, .granted = 2};
constexpr IvshmemInterrupts kMany{.peer = 3, .granted = 200};

TEST(IvshmemInterrupts, ARingNamesWhatTheDeviceHas) {
  EXPECT_EQ(make_ring(kTwo, 7, 1), (IvshmemRing{.peer = 7, .vector = 1}));
  EXPECT_EQ(make_ring(kTwo, 0xffff, 0), (IvshmemRing{.peer = 0xffff, .vector = 0}));
  EXPECT_FALSE(make_ring(kTwo, 7, 2)) << "we have two";
  EXPECT_FALSE(make_ring(kTwo, 0x10000, 0)) << "would be cut to another peer";
  EXPECT_FALSE(make_ring(kTwo, 0xffffffff, 0));
  EXPECT_FALSE(make_ring(kTwo, 7, 0x10000)) << "would be cut to another vector";
}

TEST(IvshmemInterrupts, APlainDeviceRingsNobody) {
  EXPECT_FALSE(make_ring({}, 0, 0));
  IvshmemRegistrations registrations;
  EXPECT_EQ(registrations.take({}, 0).error().code, ErrorCode::Unsupported);
}

TEST(IvshmemInterrupts, TheDriverMistakesVectorsFromSixtyFourOn) {
  EXPECT_TRUE(make_ring(kMany, 7, 63));
  EXPECT_FALSE(make_ring(kMany, 7, 64));
  IvshmemRegistrations registrations;
  EXPECT_TRUE(registrations.take(kMany, 63));
  EXPECT_EQ(registrations.take(kMany, 64).error().code, ErrorCode::Unsupported);
}

TEST(IvshmemInterrupts, AVectorIsRegisteredOnce) {
  IvshmemRegistrations registrations;
  EXPECT_TRUE(registrations.take(kTwo, 0));
  EXPECT_EQ(registrations.take(kTwo, 0).error().code, ErrorCode::Busy);
  EXPECT_TRUE(registrations.take(kTwo, 1));
}

TEST(IvshmemInterrupts, TheDriverHasRoomForThirtyTwo) {
  IvshmemRegistrations registrations;
  for (std::uint32_t i = 0; i < IvshmemRegistrations::kMost; ++i)
    ASSERT_TRUE(registrations.take(kMany, i));
  EXPECT_EQ(registrations.take(kMany, 40).error().code, ErrorCode::TooLarge);
}

}  // namespace
}  // namespace pierglass::shm
