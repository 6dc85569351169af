// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "input/command.hpp"
#include "input/events.hpp"
#include "input/key_names.hpp"

namespace pierglass::input {

// The trigger key and what it does together with others. A value; never changes once made.
class Bindings {
 public:
  // Right Ctrl, and with it F, Q, S, P, R, Delete and F1 to F12.
  Bindings();

  // The defaults, changed by the user. `trigger` is a key's name or "none"; each of `changes` is
  // "KEY=COMMAND" or "KEY=none". Else one sentence about the first mistake, without a full stop.
  static std::expected<Bindings, std::string> parse(std::string_view trigger,
                                                    std::span<const std::string> changes);

  // None: there are no chords, and no key toggles capture.
  [[nodiscard]] std::optional<KeyCode> trigger() const { return trigger_; }
  // What trigger + key asks for. Any key.
  [[nodiscard]] std::optional<Command> command(KeyCode code) const;

  // The list for people, a line each, in columns of spaces; empty without a trigger.
  [[nodiscard]] std::vector<std::string> lines() const;

 private:
  std::expected<void, std::string> change(const std::string& text,
                                          std::array<bool, kKeyCount>& named);

  std::optional<KeyCode> trigger_ = key::kRightCtrl;
  std::array<std::optional<Command>, kKeyCount> commands_{};
};

}  // namespace pierglass::input
