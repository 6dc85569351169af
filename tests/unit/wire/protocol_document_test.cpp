// SPDX-License-Identifier: GPL-2.0-or-later
// PROTOCOL.md says what the code does: byte tables, constants, enumerations, worked example.
#include "tests/unit/wire/protocol_document.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <iomanip>
#include <span>

#include "tests/unit/wire/region_fixture.hpp"

namespace pierglass::wire::test {
namespace {

const ProtocolDocument& text() {
  static const ProtocolDocument document = read_protocol_document(PIERGLASS_PROTOCOL_MD);
  return document;
}

struct Field {
  const char* owner;
  const char* name;
  std::size_t offset;
  std::size_t size;
};

#define FIELD(type, field) {#type, #field, offsetof(type, field), sizeof(type::field)}
constexpr Field kFields[] = {
    FIELD(RawHeader, magic),
    FIELD(RawHeader, layout_major),
    FIELD(RawHeader, layout_minor),
    FIELD(RawHeader, channel_count),
    FIELD(RawHeader, region_bytes),
    FIELD(RawHeader, session),
    FIELD(RawHeader, features),
    FIELD(RawHeader, channels_offset),
    FIELD(RawHeader, guest_release),
    FIELD(RawHeader, reserved0),
    FIELD(RawHeader, heartbeat),
    FIELD(RawHeader, state),
    FIELD(RawHeader, reserved1),
    FIELD(RawHeader, doorbell_peer),
    FIELD(RawHeader, doorbell_vector),
    FIELD(RawHeader, asleep),
    FIELD(RawHeader, reserved2),
    FIELD(RawHeader, guest_name),
    FIELD(RawChannel, type),
    FIELD(RawChannel, version),
    FIELD(RawChannel, offset),
    FIELD(RawChannel, length),
    FIELD(RawChannel, reserved),
    FIELD(RawFramesHeader, slot_count),
    FIELD(RawFramesHeader, record_stride),
    FIELD(RawFramesHeader, records_offset),
    FIELD(RawFramesHeader, slots_offset),
    FIELD(RawFramesHeader, slot_stride),
    FIELD(RawFramesHeader, slot_bytes),
    FIELD(RawFramesHeader, reserved0),
    FIELD(RawFramesHeader, newest_started),
    FIELD(RawFramesHeader, newest_complete),
    FIELD(RawFramesHeader, reserved1),
    FIELD(RawFrameRecord, sequence),
    FIELD(RawFrameRecord, rows_complete),
    FIELD(RawFrameRecord, copy_ns),
    FIELD(RawFrameRecord, reserved0),
    FIELD(RawFrameRecord, info),
    FIELD(RawFrameRecord, damage),
    FIELD(RawFrameRecord, reserved1),
    FIELD(RawFrameInfo, sequence),
    FIELD(RawFrameInfo, fourcc),
    FIELD(RawFrameInfo, width),
    FIELD(RawFrameInfo, height),
    FIELD(RawFrameInfo, pitch),
    FIELD(RawFrameInfo, rotation),
    FIELD(RawFrameInfo, colour_space),
    FIELD(RawFrameInfo, flags),
    FIELD(RawFrameInfo, sdr_white_millinits),
    FIELD(RawFrameInfo, damage_floor),
    FIELD(RawFrameInfo, damage_count),
    FIELD(RawFrameInfo, capture_ns),
    FIELD(RawFrameInfo, primaries),
    FIELD(RawFrameInfo, max_luminance),
    FIELD(RawFrameInfo, min_luminance),
    FIELD(RawFrameInfo, max_content_light),
    FIELD(RawFrameInfo, max_frame_avg_light),
    FIELD(RawFrameInfo, publish_before_ns),
    FIELD(RawFrameInfo, reserved),
    FIELD(RawDamage, age),
    FIELD(RawDamage, x),
    FIELD(RawDamage, y),
    FIELD(RawDamage, width),
    FIELD(RawDamage, height),
    FIELD(RawDamage, reserved),
    FIELD(RawCursorHeader, shape_count),
    FIELD(RawCursorHeader, shape_stride),
    FIELD(RawCursorHeader, shapes_offset),
    FIELD(RawCursorHeader, shape_bytes),
    FIELD(RawCursorHeader, reserved0),
    FIELD(RawCursorHeader, lock),
    FIELD(RawCursorHeader, visible),
    FIELD(RawCursorHeader, x),
    FIELD(RawCursorHeader, y),
    FIELD(RawCursorHeader, shape),
    FIELD(RawCursorHeader, acceleration),
    FIELD(RawCursorHeader, speed),
    FIELD(RawCursorHeader, reserved1),
    FIELD(RawShape, sequence),
    FIELD(RawShape, type),
    FIELD(RawShape, width),
    FIELD(RawShape, height),
    FIELD(RawShape, pitch),
    FIELD(RawShape, hot_x),
    FIELD(RawShape, hot_y),
    FIELD(RawShape, reserved),
    FIELD(RawReadersHeader, reader_count),
    FIELD(RawReadersHeader, reader_stride),
    FIELD(RawReadersHeader, readers_offset),
    FIELD(RawReadersHeader, reserved),
    FIELD(RawReader, token),
    FIELD(RawReader, heartbeat),
    FIELD(RawReader, held),
    FIELD(RawReader, flags),
    FIELD(RawReader, doorbell_peer),
    FIELD(RawReader, doorbell_vector),
    FIELD(RawReader, reserved0),
    FIELD(RawReader, wanted_width),
    FIELD(RawReader, wanted_height),
    FIELD(RawReader, wanted_millihertz),
    FIELD(RawReader, latch_serial),
    FIELD(RawReader, latch_in_ns),
    FIELD(RawReader, reserved1),
    FIELD(RawReader, control_head),
    FIELD(RawReader, reserved2),
    FIELD(RawReader, control_tail),
    FIELD(RawReader, reserved3),
    FIELD(RawReader, control),
    FIELD(RawControl, type),
    FIELD(RawControl, a),
    FIELD(RawControl, b),
    FIELD(RawControl, c),
    FIELD(RawControl, reserved),
};
#undef FIELD

TEST(ProtocolDocument, EachTableHasTheSizeOfItsStructAndNoGaps) {
  const std::map<std::string, std::size_t> sizes{
      {"RawHeader", sizeof(RawHeader)},
      {"RawChannel", sizeof(RawChannel)},
      {"RawFramesHeader", sizeof(RawFramesHeader)},
      {"RawFrameRecord", sizeof(RawFrameRecord)},
      {"RawFrameInfo", sizeof(RawFrameInfo)},
      {"RawDamage", sizeof(RawDamage)},
      {"RawCursorHeader", sizeof(RawCursorHeader)},
      {"RawShape", sizeof(RawShape)},
      {"RawReadersHeader", sizeof(RawReadersHeader)},
      {"RawReader", sizeof(RawReader)},
      {"RawControl", sizeof(RawControl)},
  };
  ASSERT_EQ(text().tables.size(), sizes.size());
  for (const auto& [name, table] : text().tables) {
    SCOPED_TRACE(name);
    ASSERT_TRUE(sizes.contains(name));
    EXPECT_EQ(table.bytes, sizes.at(name));
    std::uint64_t next = 0;
    for (const auto& row : table.rows) {
      EXPECT_EQ(row.offset, next) << row.name;
      next = row.offset + row.size;
    }
    EXPECT_EQ(next, table.bytes);
  }
}

TEST(ProtocolDocument, EachRowIsAFieldOfTheStructAndEachFieldHasItsRow) {
  std::size_t rows = 0;
  for (const auto& [name, table] : text().tables) rows += table.rows.size();
  EXPECT_EQ(rows, std::size(kFields));
  for (const Field& field : kFields) {
    SCOPED_TRACE(std::string(field.owner) + "." + field.name);
    const auto table = text().tables.find(field.owner);
    ASSERT_NE(table, text().tables.end());
    const auto row =
        std::ranges::find(table->second.rows, field.name, &ProtocolDocument::Row::name);
    ASSERT_NE(row, table->second.rows.end());
    EXPECT_EQ(row->offset, field.offset);
    EXPECT_EQ(row->size, field.size);
  }
}

TEST(ProtocolDocument, TheConstantsAreThoseOfTheCode) {
#define CONSTANT(name) {#name, name}
  const std::map<std::string, std::uint64_t> constants{
      CONSTANT(kMagic),          CONSTANT(kLayoutMajor),    CONSTANT(kLayoutMinor),
      CONSTANT(kChannelVersion), CONSTANT(kMaxChannels),    CONSTANT(kCacheLine),
      CONSTANT(kSlotAlignment),  CONSTANT(kPitchAlignment), CONSTANT(kRowAlignment),
      CONSTANT(kMaxDimension),   CONSTANT(kMinSlots),       CONSTANT(kMaxSlots),
      CONSTANT(kMaxDamageRects), CONSTANT(kMaxCursorSide),  CONSTANT(kMinShapeSlots),
      CONSTANT(kMaxShapeSlots),  CONSTANT(kMaxShapeBytes),  CONSTANT(kMaxReaders),
      CONSTANT(kControlEntries), CONSTANT(kMaxMillihertz),  CONSTANT(kNoPeer)};
#undef CONSTANT
  EXPECT_EQ(text().constants, constants);
}

TEST(ProtocolDocument, TheEnumerationsAreThoseOfTheCode) {
#define VALUE(type, name) {#name, static_cast<std::uint64_t>(type::name)}
  const std::map<std::string, std::map<std::string, std::uint64_t>> enumerations{
      {"ChannelType",
       {VALUE(ChannelType, Frames), VALUE(ChannelType, Cursor), VALUE(ChannelType, Readers)}},
      {"GuestState",
       {VALUE(GuestState, Starting), VALUE(GuestState, Capturing), VALUE(GuestState, Paused),
        VALUE(GuestState, Stopping)}},
      {"PixelFormat",
       {VALUE(PixelFormat, Xrgb8888), VALUE(PixelFormat, Xbgr8888), VALUE(PixelFormat, Xbgr2101010),
        VALUE(PixelFormat, Xbgr16161616f)}},
      {"ColourSpace",
       {VALUE(ColourSpace, Srgb), VALUE(ColourSpace, ScrgbLinear), VALUE(ColourSpace, Bt2020Pq)}},
      {"Rotation",
       {VALUE(Rotation, None), VALUE(Rotation, Turn90), VALUE(Rotation, Turn180),
        VALUE(Rotation, Turn270)}},
      {"CursorType",
       {VALUE(CursorType, Colour), VALUE(CursorType, Monochrome), VALUE(CursorType, MaskedColour)}},
      {"ControlType",
       {VALUE(ControlType, SetCursorPosition), VALUE(ControlType, SetMode),
        VALUE(ControlType, SetCapture)}},
      {"ReaderFlag", {{"Visible", kReaderVisible}, {"Asleep", kReaderAsleep}}},
  };
#undef VALUE
  EXPECT_EQ(text().enumerations, enumerations);
}

// The region of the worked example, made step by step as the text tells it.
class Example {
 public:
  static constexpr std::size_t kBytes = std::size_t{8} << 20;

  Example() : memory_(kBytes), layout_(*plan_region(kBytes, kSpec)) {
    layout_.session = 0x1122334455667788;
    write_region(bytes(), layout_);
    auto& header = at<RawHeader>(0);
    header.session = layout_.session;
    header.heartbeat = 42;
    header.state = std::uint32_t(GuestState::Capturing);
    publish_frame();
    publish_cursor();
    join_reader();
  }

  [[nodiscard]] std::span<std::byte> bytes() const { return memory_.span(); }
  [[nodiscard]] const RegionLayout& layout() const { return layout_; }

 private:
  static constexpr RegionSpec kSpec{.slot_count = 3,
                                    .shape_count = 2,
                                    .reader_count = 4,
                                    .guest_release = 0x000100,
                                    .guest_name = "Windows 11"};

  template <typename T>
  [[nodiscard]] T& at(std::uint64_t offset) const {
    return *reinterpret_cast<T*>(bytes().data() + offset);
  }

  void publish_frame() {
    FrameRecord frame;
    frame.info.sequence = 7;
    frame.info.size = {640, 480};
    frame.info.pitch = pitch_for(640, PixelFormat::Xrgb8888);
    frame.info.sdr_white_millinits = 80'000;
    frame.info.capture_ns = 1'000'000;
    frame.info.publish_before_ns = 20'000;
    frame.damage_floor = 2;
    frame.damage_count = 2;
    frame.damage[0] = {.rect = {0, 0, 640, 480}, .age = 4};
    frame.damage[1] = {.rect = {16, 32, 100, 20}, .age = 0};
    auto& record = at<RawFrameRecord>(layout_.record_at(1));
    write_frame(bytes().subspan(layout_.record_at(1)), frame);
    record.sequence = 7;
    record.rows_complete = 480;
    record.copy_ns = 250'000;
    auto& frames = at<RawFramesHeader>(layout_.frames_offset);
    frames.newest_started = frames.newest_complete = make_ticket(7, 1);
  }

  void publish_cursor() {
    const ShapeInfo info{.sequence = 1,
                         .type = CursorType::Monochrome,
                         .size = {8, 4},
                         .pitch = 1,
                         .hot = {.x = 1, .y = 0}};
    const auto shape = bytes().subspan(layout_.shape_at(0));
    write_shape(shape, info);
    constexpr std::array<std::uint8_t, 8> image{0x7f, 0x3f, 0x1f, 0x0f, 0x00, 0x00, 0x40, 0x60};
    std::memcpy(shape.data() + sizeof(RawShape), image.data(), image.size());
    at<RawShape>(layout_.shape_at(0)).sequence = 1;
    auto& cursor = at<RawCursorHeader>(layout_.cursor_offset);
    cursor.lock = 2;
    cursor.visible = 1;
    cursor.x = -3;
    cursor.y = 240;
    cursor.shape = make_ticket(1, 0);
    cursor.speed = 10;
  }

  void join_reader() {
    auto& reader = at<RawReader>(layout_.reader_at(0));
    reader.token = 0xaabbccddeeff0011;
    reader.heartbeat = 9;
    reader.held = 0x0011u << 16 | 1u << 1;
    reader.flags = kReaderVisible;
    reader.wanted_millihertz = 60'000;
    reader.control_head = 1;
    reader.control[0] = make_control({.type = ControlType::SetCursorPosition,
                                      .position = {320, 200},
                                      .size = {},
                                      .millihertz = 0,
                                      .run = false});
  }

  PageMemory memory_;
  RegionLayout layout_;
};

// Lines of 16 bytes, those of zeroes left out.
std::string dump(std::span<const std::byte> bytes) {
  constexpr std::size_t kLine = 16;
  constexpr std::array<std::byte, kLine> zeroes{};
  std::ostringstream out;
  out << std::hex << std::setfill('0');
  for (std::size_t at = 0; at < bytes.size(); at += kLine) {
    if (std::memcmp(bytes.data() + at, zeroes.data(), kLine) == 0) continue;
    out << std::setw(8) << at << ' ';
    for (std::size_t i = 0; i < kLine; ++i) {
      out << ' ' << std::setw(2) << std::to_integer<unsigned>(bytes[at + i]);
    }
    out << '\n';
  }
  return out.str();
}

TEST(ProtocolDocument, TheWorkedExampleIsWhatTheCodeWrites) {
  EXPECT_EQ(text().example_text, dump(Example().bytes()));
}

TEST(ProtocolDocument, TheWorkedExampleReadsBackFromItsBytesAlone) {
  const PageMemory memory(Example::kBytes);
  for (const auto& [offset, bytes] : text().example) {
    ASSERT_LE(offset + bytes.size(), memory.span().size());
    std::memcpy(memory.span().data() + offset, bytes.data(), bytes.size());
  }
  const auto layout = parse_region(memory.span());
  ASSERT_TRUE(layout);
  EXPECT_EQ(*layout, Example().layout());
  EXPECT_STREQ(layout->guest_name.data(), "Windows 11");
  const auto frame =
      parse_frame(memory.span().subspan(layout->record_at(1)), 7, layout->slot_bytes);
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->info.size, (Size{640, 480}));
  EXPECT_EQ(frame->damage_count, 2U);
  const auto shape =
      parse_shape(memory.span().subspan(layout->shape_at(0)), 1, layout->shape_bytes);
  ASSERT_TRUE(shape);
  EXPECT_EQ(shape->type, CursorType::Monochrome);
}

}  // namespace
}  // namespace pierglass::wire::test
