// SPDX-License-Identifier: GPL-2.0-or-later
// Behind frame.frag: each row of the picture scaled to the width of the part, into a texture
// whose row 0 is the picture's topmost. Row 0 of `kernel` says for each column which pixel comes
// first, the rows below are the weights of that and those that follow. lanczos_down.frag does the
// rest, and undoes `overshoot`, which makes room for sums outside of 0 to 1.
uniform sampler2D kernel;
uniform int taps;
uniform float overshoot;

void main() {
  ivec2 at = ivec2(gl_FragCoord.xy);
  int first = int(texelFetch(kernel, ivec2(at.x, 0), 0).r);
  vec3 sum = vec3(0.0);
  for (int tap = 0; tap < taps; ++tap) {
    float weight = texelFetch(kernel, ivec2(at.x, tap + 1), 0).r;
    sum += weight * composed_at(ivec2(first + tap, at.y));
  }
  colour = vec4((sum + overshoot) / (1.0 + 2.0 * overshoot), 1.0);
}
