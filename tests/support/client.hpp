// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "tests/support/lab.hpp"
#include "tests/support/process.hpp"

namespace pierglass::test {

// Whether the client is told to write --stats and --frame-log, which costs it a little.
enum class Records : std::uint8_t { Kept, None };

// `pierglass` as a child; without keyboard and mouse (--spice none) unless `arguments` say --spice.
class Client {
 public:
  // `display` is a Wayland socket's absolute path, empty for none.
  Client(Lab& lab, const std::filesystem::path& display, std::vector<std::string> arguments,
         Records records = Records::Kept);

  [[nodiscard]] Process& process() { return process_; }
  [[nodiscard]] const Process& process() const { return process_; }

  struct Shown {
    std::uint64_t sequence;
    std::uint64_t bytes;   // uploaded
    bool direct;           // shown from where the guest wrote it
    std::int64_t seen_ns;  // CLOCK_MONOTONIC, as the following
    std::int64_t acquired_ns;
    std::int64_t uploaded_ns;
    std::int64_t draw_began_ns;
    std::int64_t committed_ns;
  };
  // Commits that showed a new frame, in their order.
  [[nodiscard]] std::vector<Shown> frame_log() const;

  // Every line of type "stats" so far.
  [[nodiscard]] std::vector<nlohmann::json> stats() const;

  // What a sanitizer said; empty when none found anything.
  [[nodiscard]] std::string sanitizer_report() const;

 private:
  static Command command(Lab& lab, const std::filesystem::path& display,
                         std::vector<std::string> arguments, const std::filesystem::path& frame_log,
                         Records records);

  std::filesystem::path frame_log_;
  Process process_;
};

}  // namespace pierglass::test
