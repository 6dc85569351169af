// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <array>

#include "pixel/image.hpp"

// What samples mean in light. Everywhere, light is linear and 1 is white.
namespace pierglass::pixel {

// The space in which a picture is read: half floats are linear scRGB and eight bits sRGB, whatever
// `colour` says; ten bits are what it says.
wire::ColourSpace space_of(wire::PixelFormat format, const Colour& colour);

// The light of sample 1.0 in `space`; 1 for sRGB.
double full_scale(wire::ColourSpace space, const Colour& colour);

// The sRGB curve (IEC 61966-2-1) of light in 0..1.
double srgb_encoded(double light);

// SMPTE ST 2084, sample 0..1: the share of 10000 cd/m2.
double pq_decoded(double sample);

// Light above the knee bends towards 1, which it never passes; below it stays.
inline constexpr double kKnee = 0.8;
double compressed(double light);

// BT.709 from BT.2020 primaries, both with white D65 (ITU-R BT.2087): rows give R, G, B.
inline constexpr std::array<std::array<float, 3>, 3> kBt709FromBt2020 = {{
    {1.66049100F, -0.58764114F, -0.07284986F},
    {-0.12455047F, 1.13289990F, -0.00834942F},
    {-0.01815076F, -0.10057890F, 1.11872966F},
}};

}  // namespace pierglass::pixel
