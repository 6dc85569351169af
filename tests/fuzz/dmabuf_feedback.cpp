// SPDX-License-Identifier: GPL-2.0-or-later
// A hostile compositor's rounds of zwp_linux_dmabuf_feedback_v1: whatever it tells in whatever
// order, an offer names formats of its tables only, and no more than may be kept.
//
// Encoding: events, each one byte of kind, one byte N of length, N bytes.
#include "wl/dmabuf_offer.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "tests/fuzz/require.hpp"
#include "wl/format_table.hpp"

using namespace pierglass;
using pierglass::fuzz::require;
using wl::DmabufFormat;

namespace {

struct Round {
  std::vector<DmabufFormat> known;  // of all tables
  bool has_table = false;
  std::size_t tranches = 0;
  bool sane = true;  // as far as this side looks
};

void check_offer(const Result<wl::DmabufOffer>& offer, const Round& round) {
  if (!offer) return;
  require(round.sane && round.has_table, "refused");
  require(offer->tranches.size() == round.tranches, "tranches");
  std::size_t listed = 0;
  for (const wl::DmabufTranche& tranche : offer->tranches) {
    listed += tranche.formats.size();
    for (const DmabufFormat& format : tranche.formats) {
      require(std::ranges::find(round.known, format) != round.known.end(), "of a table");
      require(offer->takes(format), "taken");
    }
  }
  require(listed <= wl::kMaxDmabufFormats, "kept");
}

void table(wl::DmabufFeedback& feedback, Round& round, std::span<const std::byte> bytes) {
  auto parsed = wl::parse_format_table(bytes);
  require(parsed.has_value() == (!bytes.empty() && bytes.size() % 16 == 0), "whole entries");
  round.has_table = parsed.has_value();
  if (parsed) {
    require(parsed->size() == bytes.size() / 16, "all of them");
    round.known.insert(round.known.end(), parsed->begin(), parsed->end());
  }
  feedback.on_format_table(std::move(parsed));
}

void event(wl::DmabufFeedback& feedback, Round& round, unsigned kind,
           std::span<const std::byte> bytes) {
  switch (kind) {
    case 0:
      return table(feedback, round, bytes);
    case 1:
      round.sane = round.sane && bytes.size() == 8;
      return feedback.on_main_device(bytes);
    case 2:
      round.sane = round.sane && bytes.size() == 8;
      return feedback.on_target_device(bytes);
    case 3:
      round.sane = round.sane && bytes.size() % 2 == 0;
      return feedback.on_formats(bytes);
    case 4:
      return feedback.on_flags(static_cast<std::uint32_t>(bytes.size()));
    case 5:
      ++round.tranches;
      return feedback.on_tranche_done();
    default:
      check_offer(feedback.on_done(), round);
      round.tranches = 0;
      round.sane = true;
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::span<const std::byte> script = std::as_bytes(std::span(data, size));
  wl::DmabufFeedback feedback;
  Round round;
  while (script.size() >= 2) {
    const auto kind = std::to_integer<unsigned>(script[0]) % 7;
    const std::size_t length = std::min(std::to_integer<std::size_t>(script[1]), script.size() - 2);
    event(feedback, round, kind, script.subspan(2, length));
    script = script.subspan(2 + length);
  }
  return 0;
}
