// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>
#include <expected>
#include <memory>
#include <string>

#include "app/options.hpp"
#include "source/frame_source.hpp"

namespace pierglass::app {

// Where memory is looked for when the user names none, and there is no broker called as this
// instance is. Of those that are there the first is taken that a guest of the wanted kind was ever
// in, else the first (for Looking Glass hosts preferably another than the first of all). The first
// of all is the one to create.
using MemoryPlaces = std::array<std::string, 3>;
MemoryPlaces usual_memory_places();

struct OpenedSource {
  std::unique_ptr<source::FrameSource> source;
  std::string memory;     // its path, or "unix:" and the broker's address
  std::string zero_copy;  // zero_copy_line() for it; empty: not known yet
};

// Finds, creates if that is wanted, and maps the memory, and makes the reader or readers for it.
// May take a second when a broker does not answer; one that is not there is waited for by the
// source. Logs what the user should know although it goes on. Error: the sentence to end with.
std::expected<OpenedSource, std::string> open_source(
    const Options& options, const MemoryPlaces& places = usual_memory_places());

}  // namespace pierglass::app
