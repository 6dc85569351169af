// SPDX-License-Identifier: GPL-2.0-or-later
// What lanczos_across.frag made, scaled to the height of the viewport.
precision highp float;
precision highp int;
precision highp sampler2D;

uniform sampler2D rows;
uniform sampler2D kernel;  // as there, for each row of the viewport from the top
uniform int taps;
uniform float overshoot;
uniform ivec4 viewport;    // as in frame.frag
uniform bool topmost_first;

out vec4 colour;

void main() {
  int x = int(gl_FragCoord.x) - viewport.x;
  int row = int(gl_FragCoord.y);
  int y = topmost_first ? row - viewport.y : viewport.y + viewport.w - 1 - row;
  int first = int(texelFetch(kernel, ivec2(y, 0), 0).r);
  vec3 sum = vec3(0.0);
  for (int tap = 0; tap < taps; ++tap) {
    float weight = texelFetch(kernel, ivec2(y, tap + 1), 0).r;
    sum += weight * texelFetch(rows, ivec2(x, first + tap), 0).rgb;
  }
  colour = vec4(sum * (1.0 + 2.0 * overshoot) - overshoot, 1.0);
}
