// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace pierglass::test {

// What a SPICE client said about keyboard and mouse.
struct SpiceInput {
  enum class Kind : std::uint8_t { Key, Motion, Position, Button };
  Kind kind = Kind::Key;
  std::int32_t a = 0;  // scan code (of a release too without the upper bit); dx or x; button
  std::int32_t b = 0;  // 1 down, 0 up; dy or y
  friend bool operator==(const SpiceInput&, const SpiceInput&) = default;
};

// Follows what a client sends on one connection, cut anywhere. It must announce small message
// headers and choose how it proves itself, as ours does with every server of this century.
class SpiceParser {
 public:
  template <typename OnInput>
  void feed(std::span<const std::byte> bytes, OnInput on_input) {
    pending_.insert(pending_.end(), bytes.begin(), bytes.end());
    while (const std::size_t size = part_size()) {
      if (const auto input = take(std::span<const std::byte>(pending_).first(size))) {
        on_input(*input);
      }
      pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(size));
    }
  }

 private:
  enum class Stage : std::uint8_t { Link, Ticket, Messages };

  [[nodiscard]] std::size_t part_size() const;  // 0: the next part is not whole yet
  std::optional<SpiceInput> take(std::span<const std::byte> part);

  Stage stage_ = Stage::Link;
  bool inputs_ = false;  // the channel's kind
  std::vector<std::byte> pending_;
};

struct RecordedSpice {
  SpiceInput input;
  std::int64_t at_ns;  // CLOCK_MONOTONIC, when the bytes were here
};

// A socket between clients and a SPICE server that passes bytes both ways, unchanged and in order,
// and notes what the clients say of keyboard and mouse before the server sees it. One thread of its
// own.
class SpiceRecorder {
 public:
  // Listens at `socket`, which `owner` may use; connects each client to `server`.
  SpiceRecorder(const std::filesystem::path& socket, const std::filesystem::path& server,
                std::optional<uid_t> owner);
  SpiceRecorder(const SpiceRecorder&) = delete;
  SpiceRecorder& operator=(const SpiceRecorder&) = delete;
  ~SpiceRecorder();

  // Everything since the start or the last clear(), in order of arrival. Any thread.
  [[nodiscard]] std::vector<RecordedSpice> input() const;
  void clear();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pierglass::test
