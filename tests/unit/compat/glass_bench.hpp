// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compat/looking_glass_source.hpp"
#include "shm/file_linux.hpp"
#include "source/watched_memory.hpp"
#include "tests/support/looking_glass_writer.hpp"

namespace pierglass::compat {

inline constexpr std::uint64_t kBenchBytes = 8 * 1024 * 1024;
inline constexpr Size kBenchSize{64, 48};

// A host and a source over one memory, with one clock for both that only the test moves.
class GlassBench {
 public:
  GlassBench() {
    shm::SharedMemory memory = shm::create_memfd(kBenchBytes).value();
    bytes_ = memory.bytes();
    source_ = std::make_unique<LookingGlassSource>(source::WatchedMemory::over(std::move(memory)));
  }

  // A process of its own: clock near 1, another session.
  test::LookingGlassWriter& start_host(test::GlassOptions options = {}) {
    began_ms_ = now_ms_;
    options.clock = [this] { return now_ms_ - began_ms_ + 1; };
    writer_ = std::make_unique<test::LookingGlassWriter>(bytes_, options);
    frozen_ = false;
    return *writer_;
  }
  // As SIGKILL: everything stays as it is.
  void kill_host() { writer_.reset(); }
  void freeze_host(bool frozen) { frozen_ = frozen; }

  // Both sides do what they do all the time; the source is looked after every 50 ms.
  source::GuestStatus pass(std::uint64_t ms) {
    for (const std::uint64_t end = now_ms_ + ms; now_ms_ < end;) {
      now_ms_ += 10;
      if (writer_ && !frozen_) {
        writer_->heartbeat();
        writer_->serve_new_readers();
      }
      if (now_ms_ % 50 == 0) status_ = source_->tick(now());
    }
    return status_;
  }

  [[nodiscard]] HostTime now() const {
    return HostTime(std::chrono::hours(1)) + std::chrono::milliseconds(now_ms_);
  }

  // A picture whose bytes are all `value`.
  test::LgmpHost::Posted post(unsigned value, test::GlassFrame frame = {.size = kBenchSize}) {
    const auto geometry = test::stored_geometry(frame.size, frame.format, frame.pitch.value_or(0));
    const std::vector<std::byte> stored(geometry.bytes(), static_cast<std::byte>(value));
    return writer_->post_frame(frame, stored);
  }

  // What a well-behaved client does: takes the newest frame over and gives its first byte.
  std::optional<unsigned> show() {
    auto frame = source_->acquire();
    if (!frame) return std::nullopt;
    damage_.assign(frame->damage().rects().begin(), frame->damage().rects().end());
    shown_ = frame->info();
    if (frame->rows_ready() != frame->image().size.height) return std::nullopt;
    const auto value = std::to_integer<unsigned>(*frame->image().row(0));
    if (!frame->finish()) return std::nullopt;
    return value;
  }
  // After the host's next frame, within two seconds.
  std::optional<unsigned> show_soon() {
    for (int i = 0; i < 40; ++i) {
      if (const auto value = show()) return value;
      pass(50);
    }
    return std::nullopt;
  }
  [[nodiscard]] bool damage_is_full() const {
    return damage_ == std::vector<Rect>{full_rect(shown_.size)};
  }

  [[nodiscard]] LookingGlassSource& source() { return *source_; }
  [[nodiscard]] test::LookingGlassWriter& writer() { return *writer_; }
  [[nodiscard]] bool has_host() const { return writer_ != nullptr; }
  [[nodiscard]] std::span<std::byte> bytes() const { return bytes_; }
  [[nodiscard]] const std::vector<Rect>& damage() const { return damage_; }
  [[nodiscard]] const wire::FrameInfo& shown() const { return shown_; }
  void drop_source() { source_.reset(); }

 private:
  std::span<std::byte> bytes_;
  std::unique_ptr<LookingGlassSource> source_;  // owns the memory
  std::unique_ptr<test::LookingGlassWriter> writer_;
  std::uint64_t now_ms_ = 10'000;
  std::uint64_t began_ms_ = 0;
  bool frozen_ = false;
  source::GuestStatus status_ = source::GuestStatus::Absent;
  std::vector<Rect> damage_;  // of the last frame
  wire::FrameInfo shown_;
};

// The same for both versions.
class Glass : public testing::TestWithParam<test::GlassProtocol>, public GlassBench {
 public:
  static test::GlassOptions options() { return {.protocol = GetParam()}; }
  void connect_to(test::GlassOptions options) {
    start_host(options);
    ASSERT_EQ(pass(600), source::GuestStatus::Live);
  }
  void connect() { connect_to(options()); }
};

inline std::string protocol_name(const testing::TestParamInfo<test::GlassProtocol>& info) {
  return info.param == test::GlassProtocol::Kvmfr20 ? "Kvmfr20" : "Kvmfr34";
}

#define PIERGLASS_BOTH_PROTOCOLS(suite)                                                         \
  INSTANTIATE_TEST_SUITE_P(                                                                     \
      Both, suite, testing::Values(test::GlassProtocol::Kvmfr20, test::GlassProtocol::Kvmfr34), \
      protocol_name)

}  // namespace pierglass::compat
