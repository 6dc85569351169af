// SPDX-License-Identifier: GPL-2.0-or-later
// Behind frame.frag, for enlarging: pixels stay squares, and only where one's border runs through a
// fragment are two mixed, by their shares of it. Borders are found in integers, as on the CPU.
void main() {
  ivec2 at = ivec2(from_top_left());
  ivec2 size = upright_size();
  ivec2 border = ((2 * at + 1) * size + target_size) / (2 * target_size);
  ivec2 beyond = clamp((at + 1) * size - border * target_size, ivec2(0), size);
  // No border in it: no GPU's rounding either.
  bvec2 whole = lessThanEqual(min(beyond, size - beyond), ivec2(0));
  vec3 seen = all(whole) ? composed_at(border - 1 + beyond / size)
                         : composed_linear(vec2(border - 1) + vec2(beyond) / vec2(size));
  colour = vec4(seen, 1.0);
}
