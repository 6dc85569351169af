// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <vector>

namespace pierglass::test {

// Follows the requests of one Wayland client just far enough to know its surfaces' commits.
class RequestParser {
 public:
  // Takes the next bytes of the stream, cut anywhere; calls back for each wl_surface.commit with
  // the surface's object id.
  template <typename OnCommit>
  void feed(std::span<const std::byte> bytes, OnCommit on_commit) {
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
    std::size_t done = 0;
    while (const std::size_t size = message_size(done)) {
      if (const std::uint32_t surface = handle(std::span(pending_).subspan(done, size))) {
        on_commit(surface);
      }
      done += size;
    }
    pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(done));
  }

 private:
  [[nodiscard]] std::size_t message_size(std::size_t at) const;  // 0: not whole yet
  std::uint32_t handle(std::span<const std::byte> message);      // the committed surface, or 0
  void bind(std::span<const std::byte> message);

  std::vector<std::byte> pending_;
  std::set<std::uint32_t> registries_;
  std::set<std::uint32_t> compositors_;
  std::set<std::uint32_t> surfaces_;
};

struct RecordedCommit {
  std::int64_t at_ns;  // CLOCK_MONOTONIC, when the bytes arrived here
  std::uint32_t surface;
};

// A socket between clients and a compositor which passes bytes and descriptors both ways, unchanged
// and in order, and notes every wl_surface.commit. One thread of its own; it adds one wake-up of
// another process to each message, and nothing to what the client itself does.
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
  void clear();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pierglass::test
