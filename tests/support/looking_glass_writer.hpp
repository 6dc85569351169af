// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/geometry.hpp"
#include "guest/core/pattern_cursor.hpp"
#include "tests/support/lgmp_host.hpp"
#include "tests/support/looking_glass_writer_pixels.hpp"
#include "tests/support/looking_glass_writer_raw.hpp"

namespace pierglass::test {

enum class GlassProtocol : std::uint8_t {
  Kvmfr20,  // over LGMP 6: release B7
  Kvmfr34,  // over LGMP 12: the development branch, as its host with two queues
};

struct GlassOptions {
  GlassProtocol protocol = GlassProtocol::Kvmfr20;
  std::uint32_t alignment = 4096;  // of frames; 65536 when a GPU writes them
  std::string release = "B7-test";
  std::uint32_t shape_bytes = kvmfr::kShapeBytes;  // at most, of a pointer's shape
  std::optional<std::uint32_t> session;            // see LgmpHost
  std::uint32_t features = 1;                      // SETCURSORPOS
  std::array<std::uint8_t, 16> uuid{};
  std::string capture = "Pattern";
  std::string processor = "Test processor";
  std::uint8_t threads = 4;
  std::uint8_t cores = 2;
  std::uint8_t sockets = 1;
  std::uint8_t system = 3;  // Windows
  std::string system_name = "Test system";
  std::uint32_t claimed_kvmfr = 0;  // written in place of the true versions when not 0
  std::uint32_t claimed_lgmp = 0;
  LgmpHost::Clock clock = LgmpHost::process_clock();
};

// One frame, without its pixels.
struct GlassFrame {
  Size size;  // as stored, not turned upright
  GlassFormat format = GlassFormat::Bgra;
  std::uint32_t rotation = 0;            // quarters that the stored picture is turned clockwise
  std::vector<Rect> damage;              // empty, or more than 64: everything
  std::uint32_t flags = 0;               // beside those that format and truncation imply
  std::optional<Size> screen;            // when the picture was scaled down from it
  std::optional<std::uint32_t> pitch;    // bytes; more than the format needs
  std::uint32_t keep_rows = 0xffffffff;  // TRUNCATED to that many, and to what fits
  std::uint32_t sdr_white = 80;          // version 34, cd/m2
};

// A Looking Glass host that shows what it is given: memory plan, messages and order of writes as
// the real ones. Thread-safe as LgmpHost: heartbeat() may have a thread of its own.
class LookingGlassWriter {
 public:
  using Posted = LgmpHost::Posted;

  // Throws std::runtime_error when the memory is too small for the plan: three shapes (3 MiB) and
  // at least one row.
  LookingGlassWriter(std::span<std::byte> memory, const GlassOptions& options = {});

  // LGMP's heartbeat, every 10 ms: also takes the mailbox's messages. False: somebody has wiped the
  // memory, and only a new writer brings this host back.
  bool heartbeat();
  // The last frame and the pointer again, if there are new readers for them.
  void serve_new_readers();
  [[nodiscard]] bool has_readers();  // of either queue

  // ---- frames ----
  // Header with write position 0, then the message. Full while the reader holds two frames.
  Posted begin_frame(const GlassFrame& frame);
  // Copies rows [done, up_to) of the stored picture (geometry(): rows × pitch bytes) and tells of
  // them; `publish` false: leaves the write position alone. Rows beyond the last are no error.
  void write_rows(std::span<const std::byte> stored, std::uint32_t up_to, bool publish = true);
  // All rows, the write position moving on every `chunk` bytes.
  void write_all(std::span<const std::byte> stored, std::uint32_t chunk = 1 << 20);
  // The same, but only `changed` is copied: what else the buffer holds must be right already.
  void write_changed(std::span<const std::byte> stored, GlassFormat format,
                     std::span<const Rect> changed, std::uint32_t chunk = 1 << 20);
  // Any number, of the last frame.
  void set_write_position(std::uint32_t bytes);
  // begin_frame(), write_all().
  Posted post_frame(const GlassFrame& frame, std::span<const std::byte> stored);

  [[nodiscard]] const StoredGeometry& geometry() const { return geometry_; }  // of the last frame
  [[nodiscard]] std::uint32_t rows_stored() const { return rows_; }           // what fits of it
  [[nodiscard]] bool truncated() const { return rows_ < geometry_.rows; }
  // Of the last frame; the first one's is 0.
  [[nodiscard]] std::uint32_t serial() const { return next_serial_ - 1; }
  // Where the next begin_frame() will put its payload, 0 or 1.
  [[nodiscard]] std::size_t next_buffer() const { return next_frame_; }
  // The stored picture in a buffer as it is now.
  [[nodiscard]] std::span<std::byte> pixels(std::size_t buffer);
  [[nodiscard]] std::uint32_t bytes_for_pixels() const;  // of one buffer

  // ---- pointer ----
  // Each sends one message; the corner is the shape's top left, upright desktop pixels.
  Posted set_shape(const guest::PatternCursor& shape);
  Posted move_pointer(Point corner);
  Posted show_pointer(bool visible);
  // All of it in one message, as a new reader gets it.
  Posted send_pointer();
  // Any message at all: `bytes` is written over a shape's buffer.
  Posted post_pointer_raw(std::uint64_t flags, std::span<const std::byte> bytes);

  // SETCURSORPOS messages so far; positions in their order.
  [[nodiscard]] std::vector<Point> pointer_wishes() const;
  [[nodiscard]] std::uint64_t other_mail() const;

  // ---- for tests that damage things ----
  [[nodiscard]] LgmpHost& host() { return *host_; }
  [[nodiscard]] std::size_t frame_queue() const { return 0; }  // indices in the table
  [[nodiscard]] std::size_t pointer_queue() const { return 1; }
  [[nodiscard]] LgmpHost::Allocation frame_payload(std::size_t buffer) const {
    return frames_[buffer];
  }
  [[nodiscard]] LgmpHost::Allocation position_payload(std::size_t buffer) const {
    return positions_[buffer];
  }
  [[nodiscard]] LgmpHost::Allocation shape_payload(std::size_t buffer) const {
    return shapes_[buffer];
  }
  // Sends the message of a buffer without touching the buffer.
  Posted repost_frame(std::size_t buffer);

 private:
  [[nodiscard]] bool version34() const { return options_.protocol == GlassProtocol::Kvmfr34; }
  [[nodiscard]] std::vector<std::byte> user_data() const;
  void plan_memory();
  void write_header(const GlassFrame& frame, std::size_t buffer);
  void write_start(const GlassFrame& frame, std::uint32_t flags, kvmfr::FrameStart& start);
  [[nodiscard]] std::byte* at(LgmpHost::Allocation allocation, std::uint32_t offset = 0) const;
  void publish(std::uint32_t bytes);
  [[nodiscard]] std::uint64_t visibility() const;
  [[nodiscard]] std::uint32_t cursor_bytes() const;
  Posted post_position(std::uint64_t flags);  // the mutex is held
  void put_corner(LgmpHost::Allocation buffer);
  void handle(const LgmpHost::Mail& mail);

  std::span<std::byte> memory_;
  GlassOptions options_;
  std::unique_ptr<LgmpHost> host_;
  std::vector<LgmpHost::Allocation> positions_;  // as many as the pointer queue holds
  std::array<LgmpHost::Allocation, 3> shapes_{};
  std::array<LgmpHost::Allocation, 2> frames_{};

  std::size_t next_frame_ = 0;
  std::size_t next_position_ = 0;
  std::size_t next_shape_ = 0;
  std::optional<std::size_t> last_frame_;
  std::optional<std::size_t> last_shape_;
  std::uint32_t next_serial_ = 0;
  kvmfr::FrameStart last_start_{};  // the last frame's format
  std::uint32_t last_format_flags_ = 0;
  bool frame_wanted_ = false;  // a new reader waits for what was sent already
  bool pointer_wanted_ = false;
  StoredGeometry geometry_;
  std::uint32_t rows_ = 0;
  std::uint32_t written_ = 0;  // rows of the last frame

  Point corner_;
  bool visible_ = false;

  std::mutex pointer_mutex_;  // guards all about the pointer
  mutable std::mutex mail_mutex_;
  std::vector<Point> wishes_;
  std::uint64_t other_mail_ = 0;
};

}  // namespace pierglass::test
