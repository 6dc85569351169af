// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// The stand-in's programs; each gives the exit status.
namespace pierglass::test {

// Plays `count` scripts of `seed` on one desktop into the region, and after each waits until the
// reader has seen what came of it. After script `wrong` it shows one_pixel(), which is in no
// script: for the proof that this is found.
int run_scripts(const std::string& region, const std::string& turn, std::uint32_t seed,
                std::uint32_t count, std::optional<std::uint32_t> wrong);

// Copies 4K and 1080p frames and prints times in nanoseconds and bytes as one JSON object.
int run_speed(const std::string& region);

// Checks the copy engine's queue, and the GPU's pass; what was found goes to standard output.
int run_copy_queue();
int run_gpu_pass();

// Checks what a source does while nobody looks or nothing moves; the same.
int run_rest();

// A whole guest over the pattern as a desktop.
int run_pattern(std::vector<std::string> arguments);

}  // namespace pierglass::test
