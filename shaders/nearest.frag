// SPDX-License-Identifier: GPL-2.0-or-later
// Behind frame.frag: the pixel under the centre, found in integers.
void main() {
  ivec2 centre = 2 * ivec2(from_top_left()) + 1;
  colour = vec4(composed_at(centre * upright_size() / (2 * target_size)), 1.0);
}
