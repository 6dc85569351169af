// SPDX-License-Identifier: GPL-2.0-or-later
#include "wl/dmabuf_offer.hpp"

#include <sys/types.h>

#include <algorithm>
#include <cstring>
#include <utility>

namespace pierglass::wl {

namespace {
// zwp_linux_dmabuf_feedback_v1.tranche_flags; later ones may come.
constexpr std::uint32_t kScanout = 1;

constexpr std::uint64_t kLinear = 0;                       // DRM_FORMAT_MOD_LINEAR
constexpr std::uint64_t kInvalid = 0x00ff'ffff'ffff'ffff;  // DRM_FORMAT_MOD_INVALID
}  // namespace

bool DmabufOffer::takes(const DmabufFormat& format) const {
  return std::ranges::any_of(tranches, [&](const DmabufTranche& tranche) {
    return std::ranges::find(tranche.formats, format) != tranche.formats.end();
  });
}

std::optional<std::uint64_t> DmabufOffer::linear_modifier(std::uint32_t fourcc) const {
  for (const std::uint64_t modifier : {kLinear, kInvalid}) {
    if (takes({.fourcc = fourcc, .modifier = modifier})) return modifier;
  }
  return std::nullopt;
}

void DmabufFeedback::refuse(const std::unexpected<Error>& reason) {
  if (!wrong_) wrong_ = reason.error();
}

std::optional<std::uint64_t> DmabufFeedback::device(std::span<const std::byte> bytes) {
  dev_t number = 0;
  if (bytes.size() != sizeof number) {
    refuse(fail(ErrorCode::Corrupt, "the size of a device's number", bytes.size()));
    return std::nullopt;
  }
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

void DmabufFeedback::on_format_table(Result<std::vector<DmabufFormat>> table) {
  table_ = std::move(table);
}

void DmabufFeedback::on_main_device(std::span<const std::byte> bytes) {
  if (const auto number = device(bytes)) offer_.main_device = *number;
}

void DmabufFeedback::on_target_device(std::span<const std::byte> bytes) {
  if (const auto number = device(bytes)) tranche_.device = *number;
}

void DmabufFeedback::on_flags(std::uint32_t flags) {
  tranche_.scanout = (flags & kScanout) != 0;
}

void DmabufFeedback::on_formats(std::span<const std::byte> indices) {
  const std::size_t count = indices.size() / sizeof(std::uint16_t);
  if (indices.size() % sizeof(std::uint16_t) != 0) {
    return refuse(fail(ErrorCode::Corrupt, "the size of a list of formats", indices.size()));
  }
  if (!table_) return refuse(std::unexpected(table_.error()));
  if (count > kMaxDmabufFormats - listed_) {
    return refuse(
        fail(ErrorCode::TooLarge, "the list of formats", listed_ + count, kMaxDmabufFormats));
  }
  listed_ += count;
  for (std::size_t i = 0; i < count; ++i) {
    std::uint16_t index = 0;
    std::memcpy(&index, indices.data() + i * sizeof index, sizeof index);
    if (index >= table_->size()) return refuse(fail(ErrorCode::Corrupt, "a format's index", index));
    tranche_.formats.push_back((*table_)[index]);
  }
}

void DmabufFeedback::on_tranche_done() {
  DmabufTranche tranche = std::exchange(tranche_, {});
  if (offer_.tranches.size() == kMaxTranches) {
    return refuse(
        fail(ErrorCode::TooLarge, "the list of tranches", kMaxTranches + 1, kMaxTranches));
  }
  offer_.tranches.push_back(std::move(tranche));
}

Result<DmabufOffer> DmabufFeedback::on_done() {
  DmabufOffer offer = std::exchange(offer_, {});
  const DmabufTranche open = std::exchange(tranche_, {});
  const std::optional<Error> wrong = std::exchange(wrong_, std::nullopt);
  listed_ = 0;
  if (wrong) return std::unexpected(*wrong);
  if (!table_) return std::unexpected(table_.error());
  if (!open.formats.empty()) return fail(ErrorCode::Corrupt, "a tranche without an end");
  return offer;
}

}  // namespace pierglass::wl
