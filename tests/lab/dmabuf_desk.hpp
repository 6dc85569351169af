// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "guest/core/pattern_pixel.hpp"
#include "tests/support/broker_process.hpp"
#include "tests/support/client.hpp"
#include "tests/support/lab.hpp"
#include "tests/support/screen.hpp"

namespace pierglass::test {

// What a client is to hand over for each slot: a dma-buf, or the memory itself, which is none.
enum class Handed : std::uint8_t { DmaBufs, Files };

// Who is to take it: the compositor (--path scanout), or the driver of the client's OpenGL (--path
// import), made to use the graphics node.
enum class Taker : std::uint8_t { Compositor, Driver };

// A broker, a compositor whose output has the picture's size, a client, and one guest at a time.
// What fails is reported to GoogleTest.
class DmaBufDesk {
 public:
  DmaBufDesk(Compositor compositor, Handed handed, Taker taker = Taker::Compositor);

  // Replaces the guest: the old one is killed. Twenty frames a second.
  void start_guest(guest::PatternMode mode);
  void kill_guest() { guest_.reset(); }

  // Until a screenshot is the guest's, whole, and pictures come on that path; then so many frames
  // more, each with every pixel right.
  void shows_frames(const std::string& path, int count);

  // Of the client's last line of statistics; empty without one.
  [[nodiscard]] std::string path() const { return told("path"); }
  [[nodiscard]] std::string refusal() const { return told("path_refusal"); }

  [[nodiscard]] Picture screenshot() { return screen_->screenshot(); }
  [[nodiscard]] guest::PatternSpec pattern() const { return pattern_; }
  Process& client() { return client_.process(); }
  // The client ends by SIGTERM with status 0.
  void expect_clean_end();
  // After which there are no screenshots.
  void end_compositor() { screen_.reset(); }

 private:
  [[nodiscard]] std::string told(const char* what) const;
  void settles(const std::string& path);

  Lab lab_;
  BrokerProcess broker_;
  std::unique_ptr<Screen> screen_;
  Client client_;
  std::optional<Process> guest_;
  guest::PatternSpec pattern_;
};

}  // namespace pierglass::test
