// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "base/geometry.hpp"
#include "base/result.hpp"

namespace pierglass::guest {

struct OutputFacts {
  std::string name;       // as Windows gives it: \\.\DISPLAY1
  bool attached = false;  // part of the desktop
  Point origin;           // of its picture on the virtual desktop; 0, 0: the primary one
};

struct AdapterFacts {
  std::string name;
  std::uint32_t vendor = 0;  // of its PCI device
  std::uint32_t device = 0;
  std::vector<OutputFacts> outputs;
};

// Which output to show. Each of the two: empty, a number from 0 in Windows' order, or a part of the
// name (case matters). The output may be "primary". Emulated adapters count in the order, but are
// taken only by their number.
struct OutputWish {
  std::string adapter;
  std::string output;
};

struct OutputChoice {
  std::size_t adapter = 0;
  std::size_t output = 0;
  friend bool operator==(const OutputChoice&, const OutputChoice&) = default;
};

// Windows' own software renderer and the displays that QEMU emulates; not what is to be shown where
// a GPU is passed through.
bool is_emulated(const AdapterFacts& adapter);

// An output that is attached to the desktop: of those that the wish names the primary one, else
// the first. NotFound when there is none: explain_no_output() says why.
Result<OutputChoice> choose_output(std::span<const AdapterFacts> adapters, const OutputWish& wish);

// Whether reading the screen without duplication is better than to end, when no output could be
// duplicated because of `why`. It shows the whole desktop: nothing for who named an output.
// `again`: who started this program starts it again, and an output that is missing may come.
constexpr bool other_capture_helps(const OutputWish& wish, ErrorCode why, bool again) {
  return wish.adapter.empty() && wish.output.empty() && !(again && why == ErrorCode::NotFound);
}

// What there is, and what to do: after choose_output() found nothing.
std::string explain_no_output(std::span<const AdapterFacts> adapters, const OutputWish& wish);

}  // namespace pierglass::guest
