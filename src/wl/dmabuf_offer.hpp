// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/result.hpp"

namespace pierglass::wl {

struct DmabufFormat {
  std::uint32_t fourcc = 0;    // DRM_FORMAT_*
  std::uint64_t modifier = 0;  // DRM_FORMAT_MOD_*
  friend bool operator==(const DmabufFormat&, const DmabufFormat&) = default;
};

// More cannot be told apart: indices have 16 bits. Compositors name a few hundred.
inline constexpr std::size_t kMaxDmabufFormats = 65536;

// Formats that the compositor likes equally well.
struct DmabufTranche {
  std::uint64_t device = 0;  // dev_t that is to read the buffers; 0: not told
  bool scanout = false;      // a screen may show them without a copy
  std::vector<DmabufFormat> formats;
  friend bool operator==(const DmabufTranche&, const DmabufTranche&) = default;
};

// What a compositor takes as dma-bufs, most liked first.
struct DmabufOffer {
  std::uint64_t main_device = 0;  // dev_t; 0: not told
  std::vector<DmabufTranche> tranches;

  [[nodiscard]] bool takes(const DmabufFormat& format) const;
  // How rows one after the other are to be called: LINEAR, or INVALID where only what the driver
  // finds out by itself is taken. Nothing where neither is.
  [[nodiscard]] std::optional<std::uint64_t> linear_modifier(std::uint32_t fourcc) const;
  friend bool operator==(const DmabufOffer&, const DmabufOffer&) = default;
};

// The events of zwp_linux_dmabuf_feedback_v1 put together and checked. What makes no sense makes
// the whole round no offer, with the first reason; the next round may be good again.
class DmabufFeedback {
 public:
  static constexpr std::size_t kMaxTranches = 64;

  // A table holds until the next one.
  void on_format_table(Result<std::vector<DmabufFormat>> table);
  void on_main_device(std::span<const std::byte> device);
  void on_target_device(std::span<const std::byte> device);
  void on_formats(std::span<const std::byte> indices);
  void on_flags(std::uint32_t flags);
  void on_tranche_done();
  // The round that ends. Corrupt, TooLarge, NotReady (no table), or why there is no table.
  Result<DmabufOffer> on_done();

 private:
  void refuse(const std::unexpected<Error>& reason);
  std::optional<std::uint64_t> device(std::span<const std::byte> bytes);

  Result<std::vector<DmabufFormat>> table_ = fail(ErrorCode::NotReady, "the table of formats");
  DmabufOffer offer_;
  DmabufTranche tranche_;
  std::size_t listed_ = 0;      // formats of all tranches
  std::optional<Error> wrong_;  // the first
};

}  // namespace pierglass::wl
