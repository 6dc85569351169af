// SPDX-License-Identifier: GPL-2.0-or-later
#include "shm/ivshmem_device.hpp"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <vector>

namespace pierglass::shm {
namespace {

// All of `text` as a hexadecimal number of at most `limit`.
std::optional<std::uint32_t> hex_field(std::string_view text, std::uint32_t limit) {
  std::uint32_t value = 0;
  const char* begin = text.data();
  const char* end = begin + text.size();
  const auto [stop, error] = std::from_chars(begin, end, value, 16);
  if (error != std::errc() || stop != end || value > limit) return std::nullopt;
  return value;
}

Result<std::size_t> not_there(std::span<const FoundIvshmem> found, const char* what) {
  return fail(ErrorCode::NotFound, what, found.size());
}

Result<std::size_t> by_bytes(std::span<const FoundIvshmem> found, std::uint64_t bytes) {
  const auto fits = [bytes](const FoundIvshmem& device) { return device.bytes == bytes; };
  const auto first = std::find_if(found.begin(), found.end(), fits);
  if (first == found.end()) return not_there(found, "IVSHMEM device of that size");
  if (std::find_if(first + 1, found.end(), fits) != found.end())
    return fail(ErrorCode::InvalidArgument, "size shared by several IVSHMEM devices");
  return static_cast<std::size_t>(first - found.begin());
}

}  // namespace

std::optional<PciAddress> parse_pci_address(std::string_view text) {
  const auto colon = text.find(':');
  const auto dot = text.find('.');
  if (colon == std::string_view::npos || dot == std::string_view::npos || dot < colon)
    return std::nullopt;
  const auto bus = hex_field(text.substr(0, colon), 0xff);
  const auto device = hex_field(text.substr(colon + 1, dot - colon - 1), 0x1f);
  const auto function = hex_field(text.substr(dot + 1), 7);
  if (!bus || !device || !function) return std::nullopt;
  return PciAddress{.bus = *bus, .device = *device, .function = *function};
}

Result<std::size_t> choose_ivshmem(std::span<const FoundIvshmem> found,
                                   const IvshmemChoice& choice) {
  if (found.empty()) return fail(ErrorCode::NotFound, "IVSHMEM device");
  if (choice.bytes) return by_bytes(found, *choice.bytes);
  std::vector<std::size_t> order(found.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [found](std::size_t a, std::size_t b) { return found[a].address < found[b].address; });
  if (choice.address) {
    const auto same = std::find_if(order.begin(), order.end(), [&](std::size_t at) {
      return found[at].address == *choice.address;
    });
    if (same == order.end()) return not_there(found, "IVSHMEM device with that address");
    return *same;
  }
  const std::uint32_t index = choice.index.value_or(0);
  if (index >= order.size()) return not_there(found, "IVSHMEM device with that index");
  return order[index];
}

}  // namespace pierglass::shm
