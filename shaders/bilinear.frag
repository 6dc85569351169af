// SPDX-License-Identifier: GPL-2.0-or-later
// Behind frame.frag: the four pixels around the centre.
void main() {
  vec2 scale = vec2(upright_size()) / vec2(target_size);
  colour = vec4(composed_linear(from_top_left() * scale - 0.5), 1.0);
}
