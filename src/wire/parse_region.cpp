// SPDX-License-Identifier: GPL-2.0-or-later
#include "base/checked.hpp"
#include "wire/parse.hpp"

namespace pierglass::wire {
namespace {

// Bytes within the region; offset + length is known to fit.
struct Extent {
  std::uint64_t offset;
  std::uint64_t length;
  [[nodiscard]] std::uint64_t end() const { return offset + length; }
};

bool overlap(const Extent& a, const Extent& b) {
  return a.offset < b.end() && b.offset < a.end();
}

bool line_aligned(std::uint64_t value) {
  return value % kCacheLine == 0;
}

bool within(std::uint64_t value, std::uint64_t low, std::uint64_t high) {
  return value >= low && value <= high;
}

Result<void> require(bool ok, const char* field, std::uint64_t got,
                     std::source_location where = std::source_location::current()) {
  if (!ok) return fail(ErrorCode::Corrupt, field, got, 0, where);
  return {};
}

struct ChannelKind {
  ChannelType type;
  const char* name;
  std::uint64_t header_bytes;
};
constexpr ChannelKind kFrames{ChannelType::Frames, "frames channel", sizeof(RawFramesHeader)};
constexpr ChannelKind kCursor{ChannelType::Cursor, "cursor channel", sizeof(RawCursorHeader)};
constexpr ChannelKind kReaders{ChannelType::Readers, "readers channel", sizeof(RawReadersHeader)};

struct ChannelTable {
  Extent extent;
  std::uint32_t count;
  std::array<RawChannel, kMaxChannels> channels;
};

Result<RawHeader> read_header(std::span<const std::byte> region) {
  if (region.size() < sizeof(RawHeader)) {
    return fail(ErrorCode::TooSmall, "region", region.size(), sizeof(RawHeader));
  }
  const std::uint64_t magic = load_shared_word(region.data());
  if (magic == 0) return fail(ErrorCode::NotReady, "magic");
  if (magic != kMagic) return fail(ErrorCode::NotARegion, "magic", magic, kMagic);
  const auto header = snapshot<RawHeader>(region.data());
  if (header.session == 0) return fail(ErrorCode::NotReady, "session");
  if (header.layout_major != kLayoutMajor) {
    return fail(ErrorCode::VersionMismatch, "region layout", header.layout_major, kLayoutMajor);
  }
  if (header.region_bytes > region.size()) {
    return fail(ErrorCode::TooSmall, "region", region.size(), header.region_bytes);
  }
  TRY(require(header.region_bytes >= sizeof(RawHeader), "region_bytes", header.region_bytes));
  return header;
}

Result<ChannelTable> read_table(std::span<const std::byte> region, const RawHeader& header) {
  ChannelTable table;
  table.count = header.channel_count;
  table.extent = {header.channels_offset, std::uint64_t{table.count} * sizeof(RawChannel)};
  TRY(require(within(table.count, 1, kMaxChannels), "channel_count", table.count));
  TRY(require(line_aligned(table.extent.offset) && table.extent.offset >= sizeof(RawHeader) &&
                  range_fits(table.extent.offset, table.extent.length, header.region_bytes),
              "channels_offset", table.extent.offset));
  read_shared(table.channels.data(), region.data() + table.extent.offset, table.extent.length);
  return table;
}

// Several channels of one type may stand in the table in different versions; ours is taken.
Result<Extent> find_channel(const ChannelTable& table, const ChannelKind& kind,
                            std::uint64_t region_bytes) {
  const RawChannel* found = nullptr;
  const RawChannel* foreign = nullptr;
  for (std::uint32_t i = 0; i < table.count; ++i) {
    const RawChannel& channel = table.channels[i];
    if (static_cast<ChannelType>(channel.type) != kind.type) continue;
    if (channel.version != kChannelVersion) {
      foreign = &channel;
      continue;
    }
    if (found) return fail(ErrorCode::Corrupt, kind.name, 2, 1);
    found = &channel;
  }
  if (!found && foreign) {
    return fail(ErrorCode::VersionMismatch, kind.name, foreign->version, kChannelVersion);
  }
  if (!found) return fail(ErrorCode::Corrupt, kind.name, 0, 1);

  const Extent extent{found->offset, found->length};
  TRY(require(line_aligned(extent.offset) && extent.offset >= sizeof(RawHeader) &&
                  range_fits(extent.offset, extent.length, region_bytes) &&
                  !overlap(extent, table.extent),
              kind.name, extent.offset));
  TRY(require(extent.length >= kind.header_bytes, kind.name, extent.length));
  return extent;
}

// An array of `count` records, `offset` bytes into a channel behind its header.
Result<void> check_array(const Extent& channel, std::uint64_t header_bytes, std::uint64_t offset,
                         std::uint32_t count, std::uint32_t stride, const char* field) {
  return require(line_aligned(offset) && offset >= header_bytes &&
                     range_fits(offset, std::uint64_t{count} * stride, channel.length),
                 field, offset);
}

Result<void> read_frames(std::span<const std::byte> region, const Extent& channel,
                         RegionLayout& layout) {
  const auto raw = snapshot<RawFramesHeader>(region.data() + channel.offset);
  TRY(require(within(raw.slot_count, kMinSlots, kMaxSlots), "slot_count", raw.slot_count));
  TRY(require(line_aligned(raw.record_stride) && raw.record_stride >= sizeof(RawFrameRecord),
              "record_stride", raw.record_stride));
  TRY(check_array(channel, sizeof raw, raw.records_offset, raw.slot_count, raw.record_stride,
                  "records_offset"));
  TRY(require(raw.slot_stride != 0 && raw.slot_stride % kSlotAlignment == 0, "slot_stride",
              raw.slot_stride));
  TRY(require(within(raw.slot_bytes, 1, raw.slot_stride), "slot_bytes", raw.slot_bytes));
  const auto all_slots = checked_mul<std::uint64_t>(raw.slot_stride, raw.slot_count);
  if (!all_slots) return fail(ErrorCode::Corrupt, "slot_stride", raw.slot_stride);
  TRY(require(raw.slots_offset % kSlotAlignment == 0 && raw.slots_offset >= sizeof(RawHeader) &&
                  range_fits(raw.slots_offset, *all_slots, layout.region_bytes),
              "slots_offset", raw.slots_offset));
  layout.frames_offset = channel.offset;
  layout.records_offset = channel.offset + raw.records_offset;
  layout.record_stride = raw.record_stride;
  layout.slot_count = raw.slot_count;
  layout.slots_offset = raw.slots_offset;
  layout.slot_stride = raw.slot_stride;
  layout.slot_bytes = raw.slot_bytes;
  return {};
}

Result<void> read_cursor(std::span<const std::byte> region, const Extent& channel,
                         RegionLayout& layout) {
  const auto raw = snapshot<RawCursorHeader>(region.data() + channel.offset);
  TRY(require(within(raw.shape_count, kMinShapeSlots, kMaxShapeSlots), "shape_count",
              raw.shape_count));
  TRY(require(within(raw.shape_bytes, 1, kMaxShapeBytes), "shape_bytes", raw.shape_bytes));
  TRY(require(line_aligned(raw.shape_stride) &&
                  raw.shape_stride >= sizeof(RawShape) + std::uint64_t{raw.shape_bytes},
              "shape_stride", raw.shape_stride));
  TRY(check_array(channel, sizeof raw, raw.shapes_offset, raw.shape_count, raw.shape_stride,
                  "shapes_offset"));
  layout.cursor_offset = channel.offset;
  layout.shapes_offset = channel.offset + raw.shapes_offset;
  layout.shape_count = raw.shape_count;
  layout.shape_stride = raw.shape_stride;
  layout.shape_bytes = raw.shape_bytes;
  return {};
}

Result<void> read_readers(std::span<const std::byte> region, const Extent& channel,
                          RegionLayout& layout) {
  const auto raw = snapshot<RawReadersHeader>(region.data() + channel.offset);
  TRY(require(within(raw.reader_count, 1, kMaxReaders), "reader_count", raw.reader_count));
  TRY(require(line_aligned(raw.reader_stride) && raw.reader_stride >= sizeof(RawReader),
              "reader_stride", raw.reader_stride));
  TRY(check_array(channel, sizeof raw, raw.readers_offset, raw.reader_count, raw.reader_stride,
                  "readers_offset"));
  layout.readers_offset = channel.offset + raw.readers_offset;
  layout.reader_count = raw.reader_count;
  layout.reader_stride = raw.reader_stride;
  return {};
}

RegionLayout begin_layout(const RawHeader& header) {
  RegionLayout layout{};
  layout.region_bytes = header.region_bytes;
  layout.session = header.session;
  layout.features = header.features;
  layout.guest_release = header.guest_release;
  layout.layout_minor = header.layout_minor;
  layout.guest_name = printable_name({header.guest_name, sizeof header.guest_name});
  return layout;
}

// `header` was read while a session stood; everything else belongs to it only if it still does.
Result<RegionLayout> read_layout(std::span<const std::byte> region, const RawHeader& header) {
  RegionLayout layout = begin_layout(header);
  const ChannelTable table = TRY(read_table(region, header));
  const Extent frames = TRY(find_channel(table, kFrames, layout.region_bytes));
  const Extent cursor = TRY(find_channel(table, kCursor, layout.region_bytes));
  const Extent readers = TRY(find_channel(table, kReaders, layout.region_bytes));
  TRY(require(!overlap(cursor, frames), kCursor.name, cursor.offset));
  TRY(require(!overlap(readers, frames) && !overlap(readers, cursor), kReaders.name,
              readers.offset));
  TRY(read_frames(region, frames, layout));
  TRY(read_cursor(region, cursor, layout));
  TRY(read_readers(region, readers, layout));
  const Extent slots{layout.slots_offset, layout.slot_stride * layout.slot_count};
  TRY(require(!overlap(slots, table.extent) && !overlap(slots, frames) && !overlap(slots, cursor) &&
                  !overlap(slots, readers),
              "slots_offset", slots.offset));
  return layout;
}

}  // namespace

std::array<char, 64> printable_name(std::string_view name) {
  std::array<char, 64> out{};
  const std::size_t length = std::min(name.find('\0'), std::min(name.size(), out.size() - 1));
  for (std::size_t i = 0; i < length; ++i) {
    out[i] = name[i] >= ' ' && name[i] <= '~' ? name[i] : '?';
  }
  return out;
}

Result<RegionLayout> parse_region(std::span<const std::byte> region) {
  CHECK(reinterpret_cast<std::uintptr_t>(region.data()) % kCacheLine == 0);
  const RawHeader header = TRY(read_header(region));
  Result<RegionLayout> layout = read_layout(region, header);
  // A layout that fails because it changed under us is not the guest's fault.
  const std::uint64_t session = load_shared_word(region.data() + offsetof(RawHeader, session));
  if (session != header.session) return fail(ErrorCode::NotReady, "session", session);
  return layout;
}

}  // namespace pierglass::wire
