// SPDX-License-Identifier: GPL-2.0-or-later
// Behind target.frag: what lanczos_across.frag made, scaled to the height of the part.
precision highp sampler2D;

uniform sampler2D rows;
uniform sampler2D kernel;  // as there, for each row of the part from the top
uniform int taps;
uniform float overshoot;

out vec4 colour;

void main() {
  ivec2 at = ivec2(from_top_left());
  int first = int(texelFetch(kernel, ivec2(at.y, 0), 0).r);
  vec3 sum = vec3(0.0);
  for (int tap = 0; tap < taps; ++tap) {
    float weight = texelFetch(kernel, ivec2(at.y, tap + 1), 0).r;
    sum += weight * texelFetch(rows, ivec2(at.x, first + tap), 0).rgb;
  }
  colour = vec4(sum * (1.0 + 2.0 * overshoot) - overshoot, 1.0);
}
