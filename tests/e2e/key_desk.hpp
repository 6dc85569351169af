// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "guest/core/pattern_pixel.hpp"
#include "tests/support/injector.hpp"
#include "tests/support/lab.hpp"
#include "tests/support/process.hpp"
#include "tests/support/screenshot.hpp"
#include "tests/support/sway.hpp"

namespace pierglass::test {

inline constexpr Size kKeyScreen{640, 480};
inline constexpr std::chrono::seconds kKeyPatience(20);
// What the texts over the picture leave free.
inline constexpr std::uint32_t kBelowTexts = 240;
// What a notice of two lines leaves free, and the list of chords does not.
inline constexpr std::uint32_t kBelowNotices = 60;

struct KeyDeskOptions {
  std::string renderer = "shm";
  bool tablet = false;  // the guest takes absolute positions
};

// A desk for the one key: Sway with keyboard and mouse, a guest's moving picture, a SPICE server
// that writes down what it gets, and `pierglass` as the user calls it. The config file names
// memory, server and renderer, so every call needs a word or two.
class KeyDesk {
 public:
  explicit KeyDesk(const KeyDeskOptions& options = {});

  Lab& lab() { return lab_; }
  HeadlessSway& sway() { return sway_; }
  Injector& injector() { return injector_; }
  MemoryFile& memory() { return memory_; }

  void start_guest(const std::vector<std::string>& more = {});
  Process& guest() { return *guest_; }

  // `pierglass ARGUMENTS`, to its end or as a child.
  Finished run(std::vector<std::string> arguments);
  Process start(std::vector<std::string> arguments);
  // Starts the client with `toggle`, and waits until it is in front with keyboard and mouse.
  [[nodiscard]] testing::AssertionResult start_client();
  Process& client() { return *client_; }
  // `pierglass toggle` and `pierglass send COMMAND`, both of the running client.
  [[nodiscard]] testing::AssertionResult toggle();
  [[nodiscard]] testing::AssertionResult send(const std::string& command);
  // For a client that somebody else started: waits until it is as after start_client(). Only
  // window and input of it are known then.
  [[nodiscard]] testing::AssertionResult adopt_client();
  // The call of `pierglass ARGUMENTS` as a line for a shell.
  std::string line(const std::vector<std::string>& arguments);
  // SIGTERM ends it with status 0.
  [[nodiscard]] testing::AssertionResult ends_clean();

  // A second client's window, of another name and memory, tiled; waits until it has the focus.
  [[nodiscard]] testing::AssertionResult open_other_window();

  // The process's window in Sway's tree; empty when there is none.
  nlohmann::json window_of(pid_t process);
  [[nodiscard]] testing::AssertionResult gets_focus();        // the client's
  [[nodiscard]] testing::AssertionResult other_gets_focus();  // the other window
  [[nodiscard]] testing::AssertionResult comes_to_front();
  [[nodiscard]] testing::AssertionResult goes_away();

  Picture screenshot() { return take_screenshot(lab_, sway_); }
  // Takes screenshots until one holds, below the texts, a frame of the guest's picture later than
  // `but`; its number.
  std::optional<std::uint32_t> shows_frame(std::optional<std::uint32_t> but = {});
  // The client's window becomes fullscreen, or a tile.
  [[nodiscard]] bool is_fullscreen(bool wanted);
  // Until there is no text over the guest's picture any more.
  [[nodiscard]] bool quiet() { return texts_become(false); }
  // Until there is a text over the guest's picture, or none.
  [[nodiscard]] bool texts_become(bool there, std::chrono::nanoseconds patience = kKeyPatience) {
    return texts_below(0, there, patience);
  }
  // Until the list of chords is shown: no other text has as many lines.
  [[nodiscard]] bool lists_chords() { return texts_below(kBelowNotices, true, kKeyPatience); }
  // Until this is the whole picture, the desktop's pointer in it.
  [[nodiscard]] testing::AssertionResult shows_with_pointer(const Picture& expected,
                                                            unsigned tolerance);

  // What the SPICE server got so far, a line each, without times: "key 1d", "motion 3 4".
  std::vector<std::string> heard();
  void forget() { forgotten_ += heard().size(); }
  [[nodiscard]] testing::AssertionResult hears(const std::vector<std::string>& lines);
  // Of all that was heard since the start, nothing is still down.
  [[nodiscard]] testing::AssertionResult nothing_pressed();
  // The mouse moves in the guest where the desktop's pointer cannot.
  [[nodiscard]] testing::AssertionResult captured();
  [[nodiscard]] testing::AssertionResult free();
  void tap(std::uint32_t key);

  // A line of light text on black is all there is.
  [[nodiscard]] bool shows_text_only();

  std::string words();  // of the client, for messages

 private:
  [[nodiscard]] testing::AssertionResult wait_for_link();
  [[nodiscard]] bool texts_below(std::uint32_t row, bool there, std::chrono::nanoseconds patience);
  [[nodiscard]] testing::AssertionResult focuses(pid_t process);
  [[nodiscard]] pid_t client_pid() const { return adopted_ ? *adopted_ : client_->pid(); }
  [[nodiscard]] bool mouse_moves_at_the_edge();
  [[nodiscard]] testing::AssertionResult capture_becomes(bool wanted);

  Lab lab_;
  MemoryFile memory_;
  MemoryFile other_memory_;
  HeadlessSway sway_;
  Injector injector_;
  std::filesystem::path sink_log_;
  Process sink_;
  std::size_t forgotten_ = 0;
  std::optional<Process> guest_;
  std::optional<Process> client_;
  std::optional<pid_t> adopted_;
  std::optional<Process> other_;
};

// The number of the frame of this pattern that the picture shows in its rows from `row` on; nothing
// when there is any other pixel.
std::optional<std::uint32_t> frame_below(const Picture& picture, const guest::PatternSpec& spec,
                                         std::uint32_t row);

}  // namespace pierglass::test
