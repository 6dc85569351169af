// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "input/events.hpp"

namespace pierglass::spice {

// What a key of a PC keyboard sends in scan code set 1: 0x00NN, 0xE0NN with the prefix, or kPause.
using ScanCode = std::uint16_t;
inline constexpr ScanCode kPause = 0xE11D;

// None for a key that set 1 has no code for. Codes beyond the 109 keys are those that QEMU's
// keyboard takes (checked against QEMU 7.2: F13 to F24 are ignored there, later versions have
// them); Print Screen is E0 37 always, QEMU makes SysRq of it itself while Alt is down.
std::optional<ScanCode> scan_code(input::KeyCode key);

// Words for SPICE's KEY_DOWN and KEY_UP: the lowest byte is sent first, zero ends.
class ScanWords {
 public:
  explicit ScanWords(std::uint32_t one) : words_{one, 0}, count_(1) {}
  ScanWords(std::uint32_t first, std::uint32_t second) : words_{first, second}, count_(2) {}
  [[nodiscard]] std::span<const std::uint32_t> words() const {
    return std::span(words_).first(count_);
  }

 private:
  std::array<std::uint32_t, 2> words_{};
  std::size_t count_ = 0;
};

// A real Pause key sends all it has when pressed, its release included. QEMU (7.2) takes that as a
// press alone and keeps the key down; what lets go of it there is the release of E0 46 (Break, the
// same key with Ctrl), which means nothing to a guest that believes Pause released.
ScanWords scan_words(ScanCode code, bool down);

}  // namespace pierglass::spice
