// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "gfx/gpu_trial.hpp"
#include "gfx/pbo_ring.hpp"
#include "pixel/copy.hpp"

namespace pierglass::gfx {

// How a picture gets from shared memory into a texture.
struct UploadWay {
  PboMode mode = PboMode::Unsynchronised;
  pixel::Stores stores = pixel::Stores::Streaming;
  friend bool operator==(const UploadWay&, const UploadWay&) = default;
};

// What a whole frame took that way, until the GPU had it.
struct UploadTrial {
  UploadWay way;
  Nanoseconds time;
};

// "persistent buffers, plain stores, 0.82 ms a frame (persistent buffers, streaming stores 0.94
// ms)", with all others between the parentheses. `trials` is not empty.
std::string describe(std::span<const UploadTrial> trials);

// Times each way that the current context has with frames of 1920x1080, in the order of
// pbo_modes(); buffers mapped anew only where nothing else works. Leaves out what the driver
// refuses, and what takes too long for a frame. Needs 50 MB for the time being.
std::vector<UploadTrial> time_uploads(const TrialLimits& limits);

}  // namespace pierglass::gfx
