// SPDX-License-Identifier: GPL-2.0-or-later
// A script of operations on one memory: honest hosts of both versions that come and go, a live
// source whose frames and pointers are used, and a hostile hand that rewrites any word in between.
// Nothing unchecked may come out, and whatever has happened, the next honest host is shown within
// two seconds.
// Input: operations {code u8, arguments}, see Script::step(); at most kMaxSteps, and kMaxTimeMs of
// simulated time. Everything is as small as can be: a small memory, pictures and shapes, and a
// host that beats as often as the source looks.
#include "compat/looking_glass_source.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <span>
#include <vector>

#include "guest/core/pattern_cursor.hpp"
#include "shm/file_linux.hpp"
#include "source/watched_memory.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/support/looking_glass_writer.hpp"

namespace pierglass::fuzz {
namespace {

using compat::LookingGlassSource;
using source::GuestStatus;
using test::GlassProtocol;
using test::LgmpHost;
using test::LookingGlassWriter;

constexpr std::uint64_t kBytes = 32 * 1024;
constexpr std::uint32_t kAlignment = 2048;  // of frames
constexpr std::uint32_t kShapeBytes = 1024;
constexpr int kMaxSteps = 40;
constexpr std::uint64_t kStartMs = 1'000'000;
constexpr std::uint64_t kMaxTimeMs = 3000;  // then it ends: enough for two timeouts
constexpr std::uint64_t kTickMs = 100;

// Nobody else runs: a lock that is held stays held.
constexpr compat::LgmpPatience kNoPatience{.subscribe = {}, .message = {}};

// The same pages for every script.
int memory_fd() {
  static const int fd = [] {
    const int made = memfd_create("fuzz", MFD_CLOEXEC);
    require(made >= 0 && ftruncate(made, kBytes) == 0, "memory");
    return made;
  }();
  return fd;
}

guest::PatternCursor small_shape(wire::CursorType type, std::uint32_t pitch) {
  guest::PatternCursor shape;
  shape.info = {.sequence = 0, .type = type, .size = {8, 8}, .pitch = pitch, .hot = {3, 2}};
  shape.image.resize(shape.info.bytes());
  for (std::size_t i = 0; i < shape.image.size(); ++i) shape.image[i] = std::byte(i * 37);
  return shape;
}

class Script {
 public:
  explicit Script(Input input) : input_(input) {
    shm::SharedMemory memory = shm::map_fd(memory_fd()).value();
    bytes_ = memory.bytes();
    madvise(bytes_.data(), bytes_.size(), MADV_POPULATE_WRITE);  // all pages at once: faster
    std::memset(bytes_.data(), 0, bytes_.size());
    source_.emplace(source::WatchedMemory::over(std::move(memory)), kNoPatience);
    start_host(GlassProtocol::Kvmfr20);
  }

  void run() {
    for (int i = 0; i < kMaxSteps && now_ms_ < kStartMs + kMaxTimeMs && !input_.empty(); ++i) {
      step();
    }
    held_.reset();
    source_->set_visible(true);
    expect_honest_host();
  }

 private:
  std::uint8_t byte() { return input_.take<std::uint8_t>(); }

  void step() {
    switch (byte() % 19) {
      case 0:
        return start_host(byte() % 2 == 0 ? GlassProtocol::Kvmfr20 : GlassProtocol::Kvmfr34);
      case 1:
        return host_.reset();
      case 2:
        return pass(10 + byte() * std::uint64_t{8});
      case 3:
        return tick();
      case 4:
        return post_frame();
      case 5:
        return begin_frame();
      case 6:
        return write_rows();
      case 7:
        return repeat_frame();
      case 8:
        return move_pointer();
      case 9:
        return set_shape();
      case 10:
        return post_raw_pointer();
      case 11:
        return acquire();
      case 12:
        return use_held();
      case 13:
        return finish_held();
      case 14:
        return look_at_cursor();
      case 15:
        return source_->set_visible(byte() % 2 == 0);
      case 16:
        return ask_something();
      case 17:
        return scribble_word();
      case 18:
        return scribble();
    }
  }

  // ---- the honest host ------------------------------------------------------------------------

  void start_host(GlassProtocol protocol) {
    host_.reset();
    const std::uint64_t began = now_ms_;
    host_.emplace(bytes_,
                  test::GlassOptions{.protocol = protocol,
                                     .alignment = kAlignment,
                                     .shape_bytes = kShapeBytes,
                                     .session = next_session_++,
                                     .clock = [this, began] { return now_ms_ - began + 1; }});
  }

  // A host waits for a lock that is held: it hangs, as far as anybody can tell.
  [[nodiscard]] bool host_runs() {
    if (!host_) return false;
    LgmpHost& lgmp = host_->host();
    for (const std::size_t queue : {0u, 1u}) {
      const std::uint32_t at = lgmp.queue_at(queue);
      if (lgmp.word(at + lgmp.offsets().lock) != 0) return false;
      if (lgmp.word(at + lgmp.offsets().mail_lock) != 0) return false;
    }
    return true;
  }

  void pass(std::uint64_t ms) {
    for (const std::uint64_t end = now_ms_ + ms; now_ms_ < end;) {
      now_ms_ += kTickMs;
      if (host_runs()) {
        host_->heartbeat();
        host_->serve_new_readers();
      }
      tick();
    }
  }

  void tick() {
    const auto status = source_->tick(HostTime(std::chrono::milliseconds(now_ms_)));
    require((status == GuestStatus::Unreadable) == !source_->error().empty(),
            "what cannot be read is explained");
  }

  test::GlassFrame any_frame() {
    const std::uint8_t choice = byte();
    test::GlassFrame frame;
    frame.size = choice < 200 ? Size{16u + choice % 2, 12} : Size{2u * byte() + 1, 2u * byte() + 2};
    frame.format = static_cast<test::GlassFormat>(byte() % 8);
    frame.rotation = choice % 4;
    frame.damage.resize(byte() % 70);
    for (Rect& rect : frame.damage) rect = {byte(), byte(), byte(), byte()};
    frame.flags = byte() & 3u;
    return frame;
  }

  void post_frame() {
    if (!host_runs()) return;
    if (host_->begin_frame(any_frame()) != LgmpHost::Posted::Full) write_all();
  }
  void begin_frame() {
    if (host_runs()) host_->begin_frame(any_frame());
    begun_ = host_.has_value();
  }
  void write_all() {
    static const std::vector<std::byte> picture(kBytes, std::byte{0x5a});
    host_->write_all(picture);
    begun_ = false;
  }
  void write_rows() {
    if (!host_ || !begun_ || host_->geometry().rows == 0) return;
    host_->set_write_position(input_.take<std::uint32_t>());
  }
  void repeat_frame() {
    if (host_runs()) host_->repost_frame(byte() % 2);
  }

  void move_pointer() {
    if (!host_runs()) return;
    const std::uint8_t choice = byte();
    if (choice % 4 == 0) {
      host_->show_pointer(choice % 8 == 0);
    } else {
      host_->move_pointer({input_.take<std::int16_t>(), input_.take<std::int16_t>()});
    }
  }
  void set_shape() {
    if (!host_runs()) return;
    static const std::array<guest::PatternCursor, 3> kShapes{
        small_shape(wire::CursorType::Colour, 8 * 4), small_shape(wire::CursorType::Monochrome, 1),
        small_shape(wire::CursorType::MaskedColour, 8 * 4)};
    host_->set_shape(kShapes[byte() % kShapes.size()]);
  }
  void post_raw_pointer() {
    if (!host_runs()) return;
    std::array<std::byte, 28> message;
    const std::uint8_t flags = byte();
    input_.take_into(message.data(), message.size());
    host_->post_pointer_raw(flags, message);
  }

  // ---- the hostile hand -----------------------------------------------------------------------

  void put(std::uint64_t offset, std::uint32_t value) {
    if (offset + sizeof value > bytes_.size()) return;
    std::memcpy(bytes_.data() + offset, &value, sizeof value);
  }

  // Where everything that is checked lies.
  std::uint64_t any_place() {
    const std::uint8_t choice = byte();
    const std::uint64_t within = input_.take<std::uint16_t>() % kBytes;
    if (!host_) return within;
    LgmpHost& lgmp = host_->host();
    switch (choice % 7) {
      case 0:
        return lgmp.offsets().header_bytes - 64 + within % 256;
      case 1:
        return lgmp.queue_at(choice / 7 % 2) + within % lgmp.offsets().queue_bytes;
      case 2:
        return lgmp.message_at(choice / 7 % 2, 0) + within % (8 * lgmp.offsets().message_bytes);
      case 3:
        return host_->frame_payload(choice / 7 % 2).offset + within % (2 * kAlignment);
      case 4:
        return host_->shape_payload(choice / 7 % 3).offset + within % 32;
      case 5:
        return host_->position_payload(choice / 7 % 20).offset + within % 32;
      default:
        return within;
    }
  }

  std::uint32_t any_value() {
    constexpr std::array<std::uint32_t, 8> kValues{
        0, 1, 2, 0xffff'ffff, 0x8000'0000, 16385, static_cast<std::uint32_t>(kBytes), 0x504d474c};
    const std::uint8_t choice = byte();
    if (choice < 200) return kValues[choice % kValues.size()];
    return input_.take<std::uint32_t>();
  }

  void scribble_word() { put(any_place() & ~std::uint64_t{3}, any_value()); }

  void scribble() {
    const std::uint64_t offset = any_place();
    const std::uint64_t bytes = 1 + byte() % 32;
    if (offset + bytes > bytes_.size()) return;
    input_.take_into(bytes_.data() + offset, bytes);
  }

  // ---- the source's user ----------------------------------------------------------------------

  void check_frame(const source::HeldFrame& frame) {
    const pixel::ConstImage& image = frame.image();
    const Size size = image.size;
    require(size.area() != 0 && size.width <= 16384 && size.height <= 16384, "a size is possible");
    const std::uint64_t row = std::uint64_t{size.width} * wire::bytes_per_pixel(image.format);
    require(image.pitch >= row, "a row fits the pitch");
    require(image.data >= bytes_.data(), "pixels lie in the memory");
    const std::byte* end = image.row(size.height - 1) + row;
    require(end <= bytes_.data() + bytes_.size(), "pixels lie in the memory");
    require(!frame.damage().empty() || !frame.damage().rects().size(), "damage is counted");
    for (const Rect& rect : frame.damage().rects()) {
      require(!rect.empty() && rect.inside(size), "damage lies inside the frame");
    }
    require(frame.rows_ready() <= size.height, "rows lie inside the frame");
    require(image.colour.white_millinits != 0, "there is a white");
    static_cast<void>(*const_cast<const volatile std::byte*>(image.data));
    static_cast<void>(*const_cast<const volatile std::byte*>(end - 1));
  }

  void acquire() {
    const bool possible = source_->has_new_frame();
    if (held_) {
      require(!possible && !source_->acquire(), "one frame at a time");
      return;
    }
    auto frame = source_->acquire();
    require(possible || !frame, "news are told");
    if (!frame) return;
    check_frame(*frame);
    held_.emplace(*std::move(frame));
  }
  void use_held() {
    if (held_) check_frame(*held_);
  }
  void finish_held() {
    if (!held_) return;
    const std::uint32_t rows = held_->rows_ready();
    const std::uint32_t height = held_->image().size.height;
    const bool good = held_->finish();
    held_.reset();
    require(!good || rows == height, "a good frame has all rows");
  }

  void look_at_cursor() {
    const source::Cursor cursor = source_->cursor();
    if (cursor.image == nullptr) {
      require(!cursor.visible, "nothing to see");
      return;
    }
    if (!cursor.visible) return;
    const pixel::CursorImage& image = *cursor.image;
    require(image.size.width >= 1 && image.size.width <= 256, "width");
    require(image.blend.size() == image.size.area(), "picture");
    require(image.hot.x >= 0 && std::uint32_t(image.hot.x) < image.size.width, "hot spot");
    require(image.hot.y >= 0 && std::uint32_t(image.hot.y) < image.size.height, "hot spot");
  }

  void ask_something() {
    const std::uint8_t choice = byte();
    if (choice % 2 == 0) return source_->forget();
    const auto sent =
        source_->move_pointer({input_.take<std::int32_t>(), input_.take<std::int32_t>()});
    if (sent) return;
    const ErrorCode code = sent.error().code;
    require(
        code == ErrorCode::Busy || code == ErrorCode::NotReady || code == ErrorCode::Unsupported,
        "an error of the contract");
  }

  // ---- in the end -----------------------------------------------------------------------------

  void expect_honest_host() {
    start_host(byte() % 2 == 0 ? GlassProtocol::Kvmfr20 : GlassProtocol::Kvmfr34);
    constexpr Size kSize{24, 10};
    static const std::vector<std::byte> picture(kSize.area() * 4, std::byte{0x77});
    host_->post_frame({.size = kSize}, picture);
    for (const std::uint64_t end = now_ms_ + 2000; now_ms_ < end;) {
      pass(kTickMs);
      auto frame = source_->acquire();
      if (!frame) continue;
      check_frame(*frame);
      const bool ours =
          frame->image().size == kSize && *frame->image().row(kSize.height - 1) == picture[0];
      if (frame->finish() && ours) return;
    }
    require(false, "an honest host is shown within two seconds");
  }

  Input input_;
  std::uint64_t now_ms_ = kStartMs;
  std::uint32_t next_session_ = 0x5e55'0000;
  std::span<std::byte> bytes_;
  std::optional<LookingGlassSource> source_;  // owns the memory
  std::optional<LookingGlassWriter> host_;
  std::optional<source::HeldFrame> held_;  // must go before the source
  bool begun_ = false;
};

}  // namespace
}  // namespace pierglass::fuzz

// Short stacks of allocations: enough to tell them apart, and faster.
extern "C" const char* __asan_default_options() {
  return "malloc_context_size=2:quarantine_size_mb=8";
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pierglass::fuzz::Script(pierglass::fuzz::Input(data, size)).run();
  return 0;
}
