// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.hpp"

// Which of several IVSHMEM devices is meant. Portable, so that it is tested without Windows.
namespace pierglass::shm {

// As Windows and `lspci` name it, without the domain.
struct PciAddress {
  std::uint32_t bus = 0;
  std::uint32_t device = 0;
  std::uint32_t function = 0;
  friend auto operator<=>(const PciAddress&, const PciAddress&) = default;
};

// "03:05.0": hexadecimal bus and device, function. Nothing for anything else.
std::optional<PciAddress> parse_pci_address(std::string_view text);

// Windows' SPDRP_BUSNUMBER and SPDRP_ADDRESS.
constexpr PciAddress pci_address_from(std::uint32_t bus, std::uint32_t address) {
  return {.bus = bus, .device = address >> 16, .function = address & 0xffff};
}

struct FoundIvshmem {
  PciAddress address;
  std::optional<std::uint64_t> bytes;  // nothing: the driver did not say (device not ready)
};

// At most one member is set. None: the only device, or the first by PCI address.
struct IvshmemChoice {
  std::optional<std::uint32_t> index;  // in the order of PCI addresses, from 0
  std::optional<PciAddress> address;
  std::optional<std::uint64_t> bytes;
};

// How the driver maps the memory, in its own numbers. Behind the device lies ordinary cached
// memory of the host, so Cached is right wherever every device of the guest snoops caches.
enum class IvshmemCache : std::uint8_t { Uncached = 0, Cached = 1, WriteCombined = 2 };

// The position in `found`, which has any order, of the device that is meant. NotFound: there is
// none at all (`got` 0), or none that fits among the `got` devices. InvalidArgument: two or more
// have the wanted size.
Result<std::size_t> choose_ivshmem(std::span<const FoundIvshmem> found,
                                   const IvshmemChoice& choice);

}  // namespace pierglass::shm
