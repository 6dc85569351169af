// SPDX-License-Identifier: GPL-2.0-or-later
// The bits of some of a picture's samples, one behind the other; for PictureCheck.
precision highp float;
precision highp int;

uniform highp sampler2D picture;
uniform ivec2 points[POINTS];

out uvec4 bits;

void main() {
  bits = floatBitsToUint(texelFetch(picture, points[int(gl_FragCoord.x)], 0));
}
