// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "base/geometry.hpp"
#include "compat/kvmfr_host.hpp"
#include "source/frame_source.hpp"

namespace pierglass::compat {

source::GuestDescription description_of(const KvmfrHost& host);

// One sentence: `field` of a frame has a value that cannot be.
std::string useless_frames(const char* field, std::uint64_t value);

// One sentence: memory of `bytes` holds only a part of `picture`, give it `needed` or more.
std::string too_small_for(Size picture, std::uint64_t bytes, std::uint64_t needed);

}  // namespace pierglass::compat
