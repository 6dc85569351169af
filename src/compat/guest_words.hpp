// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <string>

#include "base/geometry.hpp"
#include "compat/kvmfr_host.hpp"
#include "source/frame_source.hpp"

namespace pierglass::compat {

source::GuestDescription description_of(const KvmfrHost& host);

// Hosts that capture by desktop duplication leave out the damage of frames that they drop.
bool loses_damage(const KvmfrHost& host);

// One sentence: memory of `bytes` holds only a part of `picture`, give it `needed` or more.
std::string too_small_for(Size picture, std::uint64_t bytes, std::uint64_t needed);

}  // namespace pierglass::compat
