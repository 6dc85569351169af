// SPDX-License-Identifier: GPL-2.0-or-later
#include "compat/kvmfr_frame.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <optional>

#include "base/checked.hpp"
#include "compat/require.hpp"

namespace pierglass::compat {
namespace {

constexpr std::uint32_t kMaxHeaderBytes = 2048;
constexpr std::uint32_t kRectBytes = 16;
constexpr std::uint32_t kDefaultWhite = 203;  // cd/m2, ITU-R BT.2408
constexpr std::uint32_t kMaxWhite = 10'000;
constexpr std::uint64_t kMiB = 1ULL << 20;

// What all versions have at the start of the payload.
struct Head {
  std::uint32_t format_version;
  std::uint32_t serial;
  std::uint32_t type;
  std::uint32_t screen_width;
  std::uint32_t screen_height;
  std::uint32_t data_width;
  std::uint32_t data_height;
  std::uint32_t frame_width;
  std::uint32_t frame_height;
  std::uint32_t rotation;
  std::uint32_t stride;  // in texels or bytes, hosts disagree: not used
  std::uint32_t pitch;
  std::uint32_t offset;
};
static_assert(sizeof(Head) == 52);

enum Type : std::uint32_t { kBgra = 1, kRgba, kRgba10, kRgba16f, kBgr32, kRgb24 };

enum Flag : std::uint32_t {
  kKeepScreenOn = 0x01,
  kWantsAttention = 0x02,
  kTruncated = 0x04,
  kHdr = 0x08,
  kPq = 0x10,
  kHdrMetadata = 0x20,
};

struct Bytes {
  std::array<std::byte, kMaxHeaderBytes> data;

  template <typename T>
  [[nodiscard]] T at(std::uint32_t offset) const {
    T value;
    std::memcpy(&value, data.data() + offset, sizeof value);
    return value;
  }
  [[nodiscard]] std::uint32_t u32(std::uint32_t offset) const { return at<std::uint32_t>(offset); }
};

std::optional<wire::PixelFormat> format_from(std::uint32_t type) {
  switch (type) {
    case kBgra:
      return wire::PixelFormat::Xrgb8888;
    case kRgba:
      return wire::PixelFormat::Xbgr8888;
    case kRgba10:
      return wire::PixelFormat::Xbgr2101010;
    case kRgba16f:
      return wire::PixelFormat::Xbgr16161616f;
    case kBgr32:
      return wire::PixelFormat::Rgb888;
    case kRgb24:
      return wire::PixelFormat::Bgr888;
    default:
      return std::nullopt;
  }
}

// Of a texel as the host's texture has them: three-byte pixels may come as a texture of four.
std::uint32_t bytes_per_texel(std::uint32_t type, wire::PixelFormat format) {
  return type == kBgr32 ? 4 : wire::bytes_per_pixel(format);
}

Result<void> check_side(const char* field, std::uint32_t pixels,
                        std::source_location where = std::source_location::current()) {
  return require(pixels >= 1 && pixels <= wire::kMaxDimension, field, pixels, where);
}

// Hosts of release B7's display driver leave these at zero.
void fill_in(Head& head) {
  if (head.data_width == 0) head.data_width = head.frame_width;
  if (head.data_height == 0) head.data_height = head.frame_height;
  if (head.screen_width == 0) head.screen_width = head.frame_width;
  if (head.screen_height == 0) head.screen_height = head.frame_height;
}

Result<void> check_sides(const Head& head) {
  TRY(check_side("frame width", head.frame_width));
  TRY(check_side("frame height", head.frame_height));
  TRY(check_side("stored width", head.data_width));
  TRY(check_side("stored height", head.data_height));
  TRY(check_side("screen width", head.screen_width));
  TRY(check_side("screen height", head.screen_height));
  return require(head.rotation <= 3, "rotation", head.rotation);
}

Result<void> check_pitch(const Head& head, wire::PixelFormat format) {
  const std::uint32_t pixel = wire::bytes_per_pixel(format);
  const std::uint64_t row =
      std::max(std::uint64_t{head.frame_width} * pixel,
               std::uint64_t{head.data_width} * bytes_per_texel(head.type, format));
  const std::uint32_t alignment = pixel == 8 ? 8 : 4;
  return require(head.pitch >= row && head.pitch % alignment == 0, "pitch", head.pitch);
}

// Where the pixels are and how many rows of them, which is at least one.
Result<void> place_pixels(const Head& head, std::span<const std::byte> payload,
                          std::uint32_t header_bytes, KvmfrFrame& frame) {
  constexpr std::uint32_t kWord = sizeof(std::uint32_t);
  TRY(require(head.offset >= header_bytes && range_fits(head.offset, kWord, payload.size()),
              "offset", head.offset));
  TRY(require(head.offset % kWord == 0, "offset", head.offset));
  const std::uint64_t room = (payload.size() - head.offset - kWord) / head.pitch;
  const std::uint32_t rows = std::min(head.data_height, head.frame_height);
  TRY(require(room > 0, "offset", head.offset));
  frame.write_position = head.offset;
  frame.pixels = head.offset + kWord;
  frame.pitch = head.pitch;
  frame.size = {head.frame_width, static_cast<std::uint32_t>(std::min<std::uint64_t>(rows, room))};
  frame.truncated = room < rows;
  return {};
}

std::uint32_t white_millinits(const Bytes& bytes, const KvmfrFrameLayout& layout) {
  const std::uint32_t told = layout.sdr_white == 0 ? 0 : bytes.u32(layout.sdr_white);
  return std::min(told == 0 ? kDefaultWhite : told, kMaxWhite) * 1000;
}

pixel::Colour colour_of(const Bytes& bytes, const KvmfrFrameLayout& layout, std::uint32_t type,
                        std::uint32_t flags) {
  // Linear samples come scaled so that white is 1.0, wherever the guest's white was; ten bits of
  // them end there.
  if (type == kRgba16f) return {.space = wire::ColourSpace::ScrgbLinear, .compress = true};
  if ((flags & kHdr) == 0) return {};
  if ((flags & kPq) != 0) {
    return {.space = wire::ColourSpace::Bt2020Pq,
            .white_millinits = white_millinits(bytes, layout),
            .compress = true};
  }
  return {.space = type == kRgba10 ? wire::ColourSpace::ScrgbLinear : wire::ColourSpace::Srgb};
}

std::uint16_t saturated16(std::uint32_t value) {
  return static_cast<std::uint16_t>(std::min<std::uint32_t>(value, 0xffff));
}

wire::HdrMetadata hdr_of(const Bytes& bytes, std::uint32_t at) {
  constexpr std::uint64_t kTenThousandths = 10'000;
  wire::HdrMetadata hdr;
  hdr.primaries = bytes.at<std::array<std::uint16_t, 8>>(at);
  hdr.max_luminance = static_cast<std::uint32_t>(std::min<std::uint64_t>(
      bytes.u32(at + 16) * kTenThousandths, std::numeric_limits<std::uint32_t>::max()));
  hdr.min_luminance = bytes.u32(at + 20);
  hdr.max_content_light = saturated16(bytes.u32(at + 24));
  hdr.max_frame_avg_light = saturated16(bytes.u32(at + 28));
  return hdr;
}

Result<void> take_damage(const Bytes& bytes, const KvmfrFrameLayout& layout, KvmfrFrame& frame) {
  const std::uint32_t count = bytes.u32(layout.damage_count);
  TRY(require(count <= frame.damage.size(), "damage count", count));
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto raw = bytes.at<std::array<std::uint32_t, 4>>(layout.damage + i * kRectBytes);
    const Rect rect = intersection({raw[0], raw[1], raw[2], raw[3]}, full_rect(frame.size));
    if (!rect.empty()) frame.damage[frame.damage_count++] = rect;
  }
  return {};
}

}  // namespace

Result<KvmfrFrame> parse_kvmfr_frame(std::span<const std::byte> payload,
                                     const KvmfrFrameLayout& layout) {
  CHECK(layout.bytes <= kMaxHeaderBytes);
  TRY(require(payload.size() >= layout.bytes, "frame message", payload.size()));
  const auto address = std::bit_cast<std::uintptr_t>(payload.data());
  TRY(require(address % sizeof(std::uint32_t) == 0, "frame message's place", address));
  Bytes bytes;
  read_shared(bytes.data.data(), payload.data(), layout.bytes);
  Head head = bytes.at<Head>(0);
  fill_in(head);
  const auto format = format_from(head.type);
  if (!format) return fail(ErrorCode::Corrupt, "frame type", head.type);
  TRY(check_sides(head));
  TRY(check_pitch(head, *format));

  KvmfrFrame frame;
  TRY(place_pixels(head, payload, layout.bytes, frame));
  const std::uint32_t flags = bytes.u32(layout.flags);
  frame.format_version = head.format_version;
  frame.serial = head.serial;
  frame.wanted = {head.frame_width, head.frame_height};
  frame.screen = {head.screen_width, head.screen_height};
  frame.format = *format;
  frame.colour = colour_of(bytes, layout, head.type, flags);
  if (layout.hdr != 0 && (flags & kHdrMetadata) != 0) frame.hdr = hdr_of(bytes, layout.hdr);
  frame.rotation = static_cast<wire::Rotation>((4 - head.rotation) % 4);
  frame.truncated = frame.truncated || (flags & kTruncated) != 0;
  frame.keep_screen_on = (flags & kKeepScreenOn) != 0;
  frame.wants_attention = (flags & kWantsAttention) != 0;
  TRY(take_damage(bytes, layout, frame));
  return frame;
}

std::uint32_t rows_written(const KvmfrFrame& frame, std::uint32_t valid_bytes) {
  return std::min(valid_bytes / frame.pitch, frame.size.height);
}

std::uint64_t memory_needed(const KvmfrFrame& frame) {
  // Two frames and what else a host keeps there; devices come in powers of two.
  const std::uint64_t pixel = std::max(wire::bytes_per_pixel(frame.format), 4u);
  return std::bit_ceil(frame.wanted.area() * pixel * 2 + 10 * kMiB);
}

}  // namespace pierglass::compat
