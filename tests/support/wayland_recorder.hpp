// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "tests/support/wayland_parser.hpp"

namespace pierglass::test {

struct RecordedCommit {
  std::int64_t at_ns;  // CLOCK_MONOTONIC, when the bytes arrived here
  std::uint32_t surface;
};

struct RecordedInput {
  WaylandInput input;
  std::int64_t received_ns;  // CLOCK_MONOTONIC, when the bytes were here, just before they left
  std::int64_t sent_ns;      // when this thread ran on after handing them to the client's socket
};

// A socket between clients and a compositor which passes bytes and descriptors both ways, unchanged
// and in order, and notes every wl_surface.commit and what a client hears of keyboard and mouse.
// One thread of its own; it adds one wake-up of another process to each message, and nothing to
// what the client itself does.
class WaylandRecorder {
 public:
  // Listens at `socket`, which `owner` may use; connects each client to `compositor`.
  WaylandRecorder(const std::filesystem::path& socket, const std::filesystem::path& compositor,
                  std::optional<uid_t> owner);
  WaylandRecorder(const WaylandRecorder&) = delete;
  WaylandRecorder& operator=(const WaylandRecorder&) = delete;
  ~WaylandRecorder();

  // Everything since the start or the last clear(), in order of arrival. Any thread.
  [[nodiscard]] std::vector<RecordedCommit> commits() const;
  [[nodiscard]] std::vector<RecordedInput> input() const;
  void clear();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pierglass::test
