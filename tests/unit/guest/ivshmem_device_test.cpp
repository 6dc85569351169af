// SPDX-License-Identifier: GPL-2.0-or-later
#include "shm/ivshmem_device.hpp"

#include <gtest/gtest.h>

#include <array>

namespace pierglass::shm {
namespace {

constexpr std::uint64_t kMebibyte = 1024 * 1024;

// As Windows may list them: in no order.
const std::array<FoundIvshmem, 4> kFound{{{{.bus = 3, .device = 5}, 64 * kMebibyte},
                                          {{.bus = 0, .device = 9}, 128 * kMebibyte},
                                          {{.bus = 3, .device = 4, .function = 1}, std::nullopt},
                                          {{.bus = 3, .device = 4}, 64 * kMebibyte}}};

std::size_t chosen(const IvshmemChoice& choice) {
  return choose_ivshmem(kFound, choice).value();
}
ErrorCode refused(const IvshmemChoice& choice) {
  return choose_ivshmem(kFound, choice).error().code;
}

TEST(IvshmemDevice, WithoutAChoiceItIsTheFirstByAddress) {
  EXPECT_EQ(chosen({}), 1u);
}

TEST(IvshmemDevice, AnIndexCountsInOrderOfAddresses) {
  EXPECT_EQ(chosen({.index = 0}), 1u);
  EXPECT_EQ(chosen({.index = 1}), 3u);
  EXPECT_EQ(chosen({.index = 2}), 2u);
  EXPECT_EQ(chosen({.index = 3}), 0u);
  EXPECT_EQ(refused({.index = 4}), ErrorCode::NotFound);
}

TEST(IvshmemDevice, AnAddressNamesOneDevice) {
  EXPECT_EQ(chosen({.address = PciAddress{.bus = 3, .device = 5}}), 0u);
  EXPECT_EQ(refused({.address = PciAddress{.bus = 3, .device = 6}}), ErrorCode::NotFound);
}

TEST(IvshmemDevice, ASizeMustBeUnique) {
  EXPECT_EQ(chosen({.bytes = 128 * kMebibyte}), 1u);
  EXPECT_EQ(refused({.bytes = 64 * kMebibyte}), ErrorCode::InvalidArgument);
  EXPECT_EQ(refused({.bytes = 32 * kMebibyte}), ErrorCode::NotFound);
}

TEST(IvshmemDevice, NoDeviceAtAllIsToldApartFromAWrongChoice) {
  const auto none = choose_ivshmem({}, {.index = 1});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, ErrorCode::NotFound);
  EXPECT_EQ(none.error().got, 0u);
  EXPECT_EQ(choose_ivshmem(kFound, {.index = 9}).error().got, kFound.size());
}

TEST(IvshmemDevice, WindowsKeepsDeviceAndFunctionInOneNumber) {
  EXPECT_EQ(pci_address_from(3, 0x00050001), (PciAddress{.bus = 3, .device = 5, .function = 1}));
}

TEST(IvshmemDevice, AddressesAreReadAsLspciWritesThem) {
  EXPECT_EQ(parse_pci_address("00:1f.7"), (PciAddress{.bus = 0, .device = 31, .function = 7}));
  EXPECT_EQ(parse_pci_address("a:5.0"), (PciAddress{.bus = 10, .device = 5, .function = 0}));
  for (const char* wrong : {"", "3", "03:05", "03.05:0", "03:20.0", "03:05.8", "100:00.0",
                            "03:05.0 ", "0x3:05.0", "03:-1.0", ":.", "03:05."})
    EXPECT_EQ(parse_pci_address(wrong), std::nullopt) << wrong;
}

}  // namespace
}  // namespace pierglass::shm
