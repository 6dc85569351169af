// SPDX-License-Identifier: GPL-2.0-or-later
// What the test writer leaves in memory, seen byte by byte.
#include "tests/support/looking_glass_writer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace pierglass::test {
namespace {

using Posted = LgmpHost::Posted;

class GlassWriter : public testing::TestWithParam<GlassProtocol> {
 protected:
  static constexpr std::size_t kBytes = std::size_t{8} << 20;

  GlassWriter() : memory_(kBytes / 8) {
    options_.protocol = GetParam();
    options_.clock = [this] { return now_; };
    writer_ = std::make_unique<LookingGlassWriter>(bytes(), options_);
  }
  [[nodiscard]] bool version34() const { return GetParam() == GlassProtocol::Kvmfr34; }
  std::span<std::byte> bytes() { return std::as_writable_bytes(std::span(memory_)); }
  void subscribe(std::size_t queue) {
    LgmpHost& host = writer_->host();
    host.set_readers(queue, 1, 0);
    host.set_word(host.queue_at(queue) + host.offsets().new_readers, 1);
  }
  // All messages of a queue are finished.
  void finish(std::size_t queue) {
    LgmpHost& host = writer_->host();
    const std::uint32_t slots = host.word(host.queue_at(queue) + host.offsets().slots);
    for (std::uint32_t i = 0; i < slots; ++i)
      host.set_word(host.message_at(queue, i) + host.offsets().pending, 0);
    host.process();
  }
  template <typename Record>
  Record record(std::size_t offset) {
    Record copy;
    std::memcpy(&copy, bytes().data() + offset, sizeof copy);
    return copy;
  }
  std::uint32_t word(std::size_t offset) { return record<std::uint32_t>(offset); }
  kvmfr::FrameStart start(std::size_t buffer) {
    return record<kvmfr::FrameStart>(writer_->frame_payload(buffer).offset);
  }
  std::uint32_t flags(std::size_t buffer) {
    return word(writer_->frame_payload(buffer).offset + (version34() ? 52 : 1080));
  }
  std::uint32_t write_position(std::size_t buffer) {
    return word(writer_->frame_payload(buffer).offset + 4096 - 4);
  }
  // Flags and payload of the newest message of the pointer queue.
  std::pair<std::uint64_t, std::uint32_t> last_pointer_message() {
    LgmpHost& host = writer_->host();
    const std::size_t queue = writer_->pointer_queue();
    const std::uint32_t position = host.word(host.queue_at(queue) + host.offsets().position);
    const std::uint32_t message = host.message_at(queue, position - 1);
    return {host.word(message + host.offsets().flags), host.word(message + host.offsets().offset)};
  }

  std::vector<std::uint64_t> memory_;
  std::uint64_t now_ = 1;
  GlassOptions options_;
  std::unique_ptr<LookingGlassWriter> writer_;
};
INSTANTIATE_TEST_SUITE_P(Protocols, GlassWriter,
                         testing::Values(GlassProtocol::Kvmfr20, GlassProtocol::Kvmfr34),
                         [](const auto& one) {
                           return one.param == GlassProtocol::Kvmfr20 ? "kvmfr20" : "kvmfr34";
                         });

TEST_P(GlassWriter, TheUserDataTellsVersionReleaseMachineAndSystem) {
  const std::size_t at = writer_->host().offsets().user_data;
  const auto head = record<kvmfr::UserData>(at);
  EXPECT_EQ(std::memcmp(head.magic, "KVMFR---", 8), 0);
  EXPECT_EQ(head.version, version34() ? 34U : 20U);
  EXPECT_STREQ(head.release, "B7-test");
  const auto machine = record<kvmfr::Record>(at + 48);
  EXPECT_EQ(machine.type, 1);
  EXPECT_EQ(machine.bytes, 51 + options_.processor.size() + 1);
  const auto system = record<kvmfr::Record>(at + 56 + machine.bytes);
  EXPECT_EQ(system.type, 2);
  EXPECT_EQ(system.bytes, 1 + options_.system_name.size() + 1);
}

TEST_P(GlassWriter, FramesFillWhatIsLeftAndPixelsAreAligned) {
  EXPECT_EQ(writer_->frame_payload(0).offset % 4096, 0U);
  EXPECT_EQ(writer_->frame_payload(0).bytes, writer_->frame_payload(1).bytes);
  EXPECT_EQ(writer_->frame_payload(1).offset,
            writer_->frame_payload(0).offset + writer_->frame_payload(0).bytes);
  EXPECT_LE(writer_->host().left(), 8192U);
  options_.alignment = 65536;
  const LookingGlassWriter wide(bytes(), options_);
  EXPECT_EQ(wide.frame_payload(1).offset % 65536, 0U);
}

TEST_P(GlassWriter, AFrameIsPostedBeforeItsPixels) {
  subscribe(writer_->frame_queue());
  const GlassFrame frame{.size = {64, 48}};
  const std::vector<std::byte> pixels(std::size_t{64} * 48 * 4, std::byte{7});
  ASSERT_EQ(writer_->begin_frame(frame), Posted::Posted);
  EXPECT_EQ(write_position(0), 0U);
  EXPECT_EQ(start(0).offset, 4092U);
  EXPECT_EQ(start(0).serial, 0U);
  writer_->write_rows(pixels, 10);
  EXPECT_EQ(write_position(0), 10 * 256U);
  writer_->write_rows(pixels, 20, false);
  EXPECT_EQ(write_position(0), 10 * 256U);
  writer_->write_rows(pixels, 1000);
  EXPECT_EQ(write_position(0), 48 * 256U);
  EXPECT_EQ(std::memcmp(writer_->pixels(0).data(), pixels.data(), pixels.size()), 0);
  EXPECT_EQ(writer_->next_buffer(), 1U);
}

TEST_P(GlassWriter, TwoFramesMayBeHeld) {
  subscribe(writer_->frame_queue());
  const GlassFrame frame{.size = {64, 48}};
  EXPECT_EQ(writer_->begin_frame(frame), Posted::Posted);
  EXPECT_EQ(writer_->begin_frame(frame), Posted::Posted);
  EXPECT_EQ(start(1).serial, 1U);
  EXPECT_EQ(writer_->begin_frame(frame), Posted::Full);
  EXPECT_EQ(start(0).serial, 0U) << "a refused frame leaves its buffer alone";
  finish(writer_->frame_queue());
  EXPECT_EQ(writer_->begin_frame(frame), Posted::Posted);
  EXPECT_EQ(start(0).serial, 2U);
}

TEST_P(GlassWriter, TheFormatsVersionGrowsWithTheFormatOnly) {
  const auto version_after = [&](const GlassFrame& frame) {
    const std::size_t buffer = writer_->next_buffer();
    EXPECT_NE(writer_->begin_frame(frame), Posted::Full);
    finish(writer_->frame_queue());
    return start(buffer).format_version;
  };
  EXPECT_EQ(version_after({.size = {64, 48}}), 0U);
  EXPECT_EQ(version_after({.size = {64, 48}, .damage = {{1, 1, 1, 1}}}), 0U);
  EXPECT_EQ(version_after({.size = {64, 32}}), 1U);
  EXPECT_EQ(version_after({.size = {64, 32}, .format = GlassFormat::Rgba10}), 2U);
  EXPECT_EQ(version_after({.size = {64, 32}, .format = GlassFormat::Rgba10Pq}), 3U);
  EXPECT_EQ(version_after({.size = {64, 32}, .format = GlassFormat::Rgba10Pq, .rotation = 1}), 4U);
  EXPECT_EQ(version_after({.size = {64, 32}, .format = GlassFormat::Rgba10Pq, .rotation = 1}), 4U);
}

TEST_P(GlassWriter, FlagsTellOfFormatTruncationAndWishes) {
  const auto flags_of = [&](const GlassFrame& frame) {
    const std::size_t buffer = writer_->next_buffer();
    EXPECT_NE(writer_->begin_frame(frame), Posted::Full);
    finish(writer_->frame_queue());
    return flags(buffer);
  };
  EXPECT_EQ(flags_of({.size = {64, 48}}), 0U);
  EXPECT_EQ(flags_of({.size = {64, 48}, .flags = kvmfr::kBlockScreensaver}), 1U);
  EXPECT_EQ(flags_of({.size = {64, 48}, .format = GlassFormat::Rgba16F}), 8U);
  EXPECT_EQ(flags_of({.size = {64, 48}, .format = GlassFormat::Rgba10Pq}), 0x18U);
  EXPECT_EQ(flags_of({.size = {64, 48}, .keep_rows = 47}), 4U);
}

TEST_P(GlassWriter, APictureLargerThanItsBufferLosesItsLastRows) {
  const std::size_t buffer = writer_->next_buffer();
  ASSERT_NE(writer_->begin_frame({.size = {1920, 1080}}), Posted::Full);
  const std::uint32_t fits = writer_->bytes_for_pixels() / (1920 * 4);
  EXPECT_LT(fits, 1080U);
  EXPECT_EQ(start(buffer).data_height, fits);
  EXPECT_EQ(start(buffer).frame_height, 1080U);
  EXPECT_EQ(flags(buffer), 4U);
}

TEST_P(GlassWriter, DamageIsListedUpTo64Rectangles) {
  const std::size_t count_at = version34() ? 56 : 52;
  const std::size_t list_at = version34() ? 192 : 56;
  ASSERT_NE(writer_->begin_frame({.size = {64, 48}, .damage = {{1, 2, 3, 4}, {5, 6, 7, 8}}}),
            Posted::Full);
  const std::size_t first = writer_->frame_payload(0).offset;
  EXPECT_EQ(word(first + count_at), 2U);
  const auto second = record<kvmfr::Damage>(first + list_at + 16);
  EXPECT_EQ(second.x, 5U);
  EXPECT_EQ(second.height, 8U);
  finish(writer_->frame_queue());
  ASSERT_NE(
      writer_->begin_frame({.size = {64, 48}, .damage = std::vector<Rect>(65, Rect{0, 0, 1, 1})}),
      Posted::Full);
  EXPECT_EQ(word(writer_->frame_payload(1).offset + count_at), 0U);
}

TEST_P(GlassWriter, NewReadersGetTheLastFrameAndThePointerAgain) {
  ASSERT_EQ(writer_->post_frame({.size = {64, 48}}, std::vector<std::byte>(64 * 48 * 4)),
            Posted::NoReader);
  writer_->set_shape(guest::pattern_cursor(wire::CursorType::Monochrome));
  writer_->move_pointer({-3, 40});
  writer_->show_pointer(true);
  finish(writer_->frame_queue());
  finish(writer_->pointer_queue());
  subscribe(writer_->frame_queue());
  subscribe(writer_->pointer_queue());
  writer_->serve_new_readers();
  EXPECT_EQ(writer_->host().pending(writer_->frame_queue()), 1U);
  EXPECT_EQ(writer_->host().word(writer_->host().message_at(writer_->frame_queue(), 0) +
                                 writer_->host().offsets().offset),
            writer_->frame_payload(0).offset);
  EXPECT_EQ(start(0).serial, 0U);
  const auto [flags, payload] = last_pointer_message();
  EXPECT_EQ(flags, version34() ? 1U + 2 + 4 + 16 : 1U + 2 + 4);
  EXPECT_EQ(record<kvmfr::Cursor>(payload).x, -3);
  writer_->serve_new_readers();
  EXPECT_EQ(writer_->host().pending(writer_->frame_queue()), 1U) << "once is enough";
}

TEST_P(GlassWriter, PointerMessagesRotateThroughTheirBuffers) {
  const auto mono = guest::pattern_cursor(wire::CursorType::Monochrome);
  subscribe(writer_->pointer_queue());
  writer_->set_shape(mono);
  const auto [flags, payload] = last_pointer_message();
  EXPECT_EQ(flags, version34() ? 4U + 16 : 4U);
  EXPECT_EQ(payload, writer_->shape_payload(0).offset);
  const auto cursor = record<kvmfr::Cursor>(payload);
  EXPECT_EQ(cursor.type, 1U);
  EXPECT_EQ(cursor.height, 2 * mono.info.size.height);
  EXPECT_EQ(cursor.pitch, mono.info.pitch);
  EXPECT_EQ(std::memcmp(bytes().data() + payload + (version34() ? 28 : 24), mono.image.data(),
                        mono.image.size()),
            0);
  writer_->set_shape(guest::pattern_cursor(wire::CursorType::Colour));
  EXPECT_EQ(last_pointer_message().second, writer_->shape_payload(1).offset);
  writer_->move_pointer({5, 6});
  EXPECT_EQ(last_pointer_message().second, writer_->position_payload(0).offset);
  writer_->move_pointer({7, 8});
  EXPECT_EQ(last_pointer_message().second, writer_->position_payload(1).offset);
}

TEST_P(GlassWriter, WishesForThePointerAreRememberedAndAcknowledged) {
  LgmpHost& host = writer_->host();
  const auto& at = host.offsets();
  const std::size_t queue = writer_->pointer_queue();
  const std::uint32_t place = host.mail_at(queue, 0);
  host.set_word(place + at.mail_size, 12);
  host.set_word(place + at.mail_data, 0);
  host.set_word(place + at.mail_data + 4, static_cast<std::uint32_t>(-5));
  host.set_word(place + at.mail_data + 8, 77);
  host.set_word(host.mail_at(queue, 1) + at.mail_size, 4);
  host.set_word(host.queue_at(queue) + at.mail_free, at.mails - 2);
  host.set_readers(queue, 1, 0);  // whose id is the mail's: 0
  writer_->heartbeat();
  EXPECT_EQ(writer_->pointer_wishes(), std::vector<Point>({{-5, 77}}));
  EXPECT_EQ(writer_->other_mail(), 1U);
  EXPECT_EQ(host.word(host.queue_at(queue) + at.mail_read_serial), 2U);
}

TEST_P(GlassWriter, OtherVersionsCanBeClaimed) {
  options_.claimed_kvmfr = 21;
  options_.claimed_lgmp = 7;
  const LookingGlassWriter other(bytes(), options_);
  const auto& at = lgmp_offsets(version34() ? LgmpVersion::V12 : LgmpVersion::V6);
  EXPECT_EQ(word(at.version), 7U);
  EXPECT_EQ(word(at.user_data + 8), 21U);
}

TEST_P(GlassWriter, TooLittleMemoryIsRefused) {
  EXPECT_THROW(LookingGlassWriter(bytes().first(std::size_t{3} << 20), options_),
               std::runtime_error);
}

TEST_P(GlassWriter, ChangedPartsAloneAreCopied) {
  const std::vector<std::byte> pixels(std::size_t{64} * 48 * 4, std::byte{9});
  ASSERT_NE(writer_->begin_frame({.size = {64, 48}}), Posted::Full);
  const Rect changed[] = {{2, 3, 4, 5}};
  writer_->write_changed(pixels, GlassFormat::Bgra, changed);
  EXPECT_EQ(write_position(0), 48 * 256U);
  std::size_t copied = 0;
  for (const std::byte value : writer_->pixels(0).first(pixels.size())) {
    if (value == std::byte{9}) ++copied;
  }
  EXPECT_EQ(copied, 4U * 5 * 4);
  EXPECT_EQ(writer_->pixels(0)[3 * 256 + 2 * 4], std::byte{9});
}

// ---- pixels
// --------------------------------------------------------------------------------------

std::vector<std::uint32_t> some_pixels(Size size) {
  std::vector<std::uint32_t> pixels(size.area());
  for (std::size_t i = 0; i < pixels.size(); ++i)
    pixels[i] = static_cast<std::uint32_t>(i * 0x010305 + 0x204060) & 0xffffff;
  return pixels;
}

pixel::ConstImage image_of(const std::vector<std::uint32_t>& pixels, Size size) {
  return {.data = reinterpret_cast<const std::byte*>(pixels.data()),
          .pitch = size.width * 4,
          .size = size,
          .format = wire::PixelFormat::Xrgb8888,
          .colour = {},
          .rotation = wire::Rotation::None};
}

TEST(GlassPixels, PackedRowsLieInA32BitTexture) {
  // 1366 * 3 = 4098, 4100 with padding; 1025 texels become 1088.
  const StoredGeometry laptop = stored_geometry({1366, 768}, GlassFormat::Bgr32);
  EXPECT_EQ(laptop.width, 1088U);
  EXPECT_EQ(laptop.pitch, 4352U);
  EXPECT_EQ(laptop.rows, 768U);
  // 1920 * 3 = 5760 bytes, 1440 texels become 1472.
  const StoredGeometry full = stored_geometry({1920, 1080}, GlassFormat::Bgr32);
  EXPECT_EQ(full.width, 1472U);
  EXPECT_EQ(full.rows, 1080U);
  // 641 * 3 = 1923, 1924 with padding, which counts as 641 pixels; three bytes of padding count as
  // a pixel, and rows are lost.
  EXPECT_EQ(stored_geometry({641, 480}, GlassFormat::Bgr32).rows, 480U);
  EXPECT_EQ(stored_geometry({643, 480}, GlassFormat::Bgr32).rows, 479U);
  EXPECT_EQ(stored_geometry({64, 2}, GlassFormat::Rgba16F).pitch, 512U);
  EXPECT_EQ(stored_geometry({65, 2}, GlassFormat::Rgb24).pitch, 384U);
  EXPECT_EQ(stored_geometry({64, 2}, GlassFormat::Bgra, 1024).pitch, 1024U);
}

TEST(GlassPixels, BytesStandInTheOrderOfTheirNames) {
  const Size size{4, 1};
  const std::vector<std::uint32_t> pixels = {0x112233, 0x445566, 0x778899, 0};
  const auto bytes = [&](GlassFormat format, std::size_t count) {
    const auto stored = encode_picture(image_of(pixels, size), format);
    std::vector<int> values;
    for (std::size_t i = 0; i < count; ++i) values.push_back(std::to_integer<int>(stored[i]));
    return values;
  };
  EXPECT_EQ(bytes(GlassFormat::Bgra, 3), (std::vector<int>{0x33, 0x22, 0x11}));
  EXPECT_EQ(bytes(GlassFormat::Rgba, 3), (std::vector<int>{0x11, 0x22, 0x33}));
  EXPECT_EQ(bytes(GlassFormat::Bgr32, 7),
            (std::vector<int>{0x33, 0x22, 0x11, 0x66, 0x55, 0x44, 0x99}));
  EXPECT_EQ(bytes(GlassFormat::Rgb24, 7),
            (std::vector<int>{0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77}));
}

TEST(GlassPixels, PqReachesItsReferencePoints) {
  EXPECT_NEAR(pq_from_nits(0), 0, 1e-6);
  EXPECT_NEAR(pq_from_nits(100), 0.5081, 1e-4);
  EXPECT_NEAR(pq_from_nits(10'000), 1, 1e-9);
}

TEST(GlassPixels, WhiteIsSdrWhiteInEveryHdrFormat) {
  const Size size{1, 1};
  const std::vector<std::uint32_t> white = {0xffffff};
  const auto ten_bits = [&](GlassFormat format, std::uint32_t nits) {
    const auto stored = encode_picture(image_of(white, size), format, 0, nits);
    std::uint32_t texel;
    std::memcpy(&texel, stored.data(), sizeof texel);
    EXPECT_EQ(texel & 0x3ff, texel >> 20 & 0x3ff);
    return texel & 0x3ff;
  };
  EXPECT_EQ(ten_bits(GlassFormat::Rgba10Linear, 80), 1023U);
  EXPECT_EQ(ten_bits(GlassFormat::Rgba10Pq, 80), std::lround(pq_from_nits(80) * 1023));
  EXPECT_EQ(ten_bits(GlassFormat::Rgba10Pq, 203), std::lround(pq_from_nits(203) * 1023));
}

TEST(GlassPixels, APartChangesThatPartAlone) {
  const Size size{20, 10};
  const auto pixels = some_pixels(size);
  const Rect rect{3, 2, 7, 5};
  for (const GlassFormat format : {GlassFormat::Bgra, GlassFormat::Rgba16F, GlassFormat::Bgr32,
                                   GlassFormat::Rgb24, GlassFormat::Rgba10Pq}) {
    const StoredGeometry geometry = stored_geometry(size, format);
    const auto whole = encode_picture(image_of(pixels, size), format);
    std::vector<std::byte> part(whole.size(), std::byte{0x55});
    encode_rect(part.data(), geometry, format, image_of(pixels, size), rect);
    const std::size_t bytes = format == GlassFormat::Bgr32 ? 3 : geometry.texel_bytes;
    for (std::size_t i = 0; i < part.size(); ++i) {
      const std::size_t y = i / geometry.pitch, x = i % geometry.pitch / bytes;
      const bool in = x >= rect.x && x < rect.right() && y >= rect.y && y < rect.bottom();
      ASSERT_EQ(part[i], in ? whole[i] : std::byte{0x55}) << x << "," << y;
    }
  }
}

}  // namespace
}  // namespace pierglass::test
