// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string>

#include "base/error.hpp"
#include "guest/core/capture_source.hpp"
#include "guest/core/publisher.hpp"
#include "guest/options.hpp"
#include "shm/ivshmem_interrupts.hpp"
#include "wire/build.hpp"

// Sentences for people, and what both programs do before they publish.
namespace pierglass::guest {

// "1920x1080".
std::string to_text(Size size);

// Channels of the region that a guest lays out.
wire::RegionSpec region_spec(const char* guest_name);

// Why the shared memory could not be had, with the remedy.
std::string explain_memory(const Error& error, const GuestOptions& options);

// "the shared memory holds 16 MiB; 3840x2160 needs 256 MiB: ...".
std::string explain_fit(std::uint64_t region_bytes, Size size, wire::PixelFormat format);

inline constexpr const char* kOtherGuest =
    "another Pierglass guest is using this memory: end it first, or choose other memory";

// How readers and guest wake each other: "rings readers: peer 3, 2 vectors". `wanted`: not switched
// off. `deaf`: why readers cannot ring us; null: they can.
std::string describe_doorbell(bool wanted, const shm::IvshmemInterrupts& interrupts,
                              const Error* deaf);

// Why Publisher::create() failed.
std::string explain_begin(const Error& error, const GuestOptions& options);

// Why publishing ended by itself.
const char* explain_end(const Error& error);

// The sentence to print when a size of the pattern does not fit; empty when all do.
std::string pattern_misfit(std::uint64_t region_bytes, const PatternOptions& options);

// Random, not 0.
std::uint64_t random_session();

// "37 frames, 307.6 MB copied, 0 cursor moves".
std::string summarise(const PublisherSummary& summary);

}  // namespace pierglass::guest
