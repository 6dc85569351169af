// SPDX-License-Identifier: GPL-2.0-or-later
// Behind frame.frag: 1:1.
void main() {
  colour = vec4(composed_at(ivec2(from_top_left())), 1.0);
}
