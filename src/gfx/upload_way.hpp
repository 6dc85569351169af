// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/clock.hpp"
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

// The quickest; of those within a twentieth of it the first, so that small differences between two
// starts do not change the choice. `trials` is not empty.
const UploadTrial& quickest(std::span<const UploadTrial> trials);

// "persistent buffers, streaming stores, 0.82 ms a frame (plain stores 0.94; ...)"
std::string describe(std::span<const UploadTrial> trials);

// Times each way that the current context has with a frame of 1920x1080, the plainest first. Begins
// no other one after `limit`; ends within that and the time of one, some tens of milliseconds.
// Leaves out what the driver refuses. Needs 50 MB for the time being.
std::vector<UploadTrial> time_uploads(Nanoseconds limit);

}  // namespace pierglass::gfx
