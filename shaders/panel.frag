// SPDX-License-Identifier: GPL-2.0-or-later
// Behind target.frag: the panel of text, blended over the window; the same as Panel::draw. The part
// is the panel's box.
precision highp sampler2D;
precision highp usampler2D;

uniform sampler2D panel;      // coverage: 1 is text, 0 is box; from the top left
uniform usampler2D pointer;   // as in frame.frag
uniform ivec2 box;            // x, y from the window's top left
uniform ivec4 into;           // x, y, width, height of where the picture lies
uniform ivec2 upright;        // size of the picture
uniform ivec4 pointer_box;    // x, y, width, height in picture pixels; no width: no pointer
uniform bool pointer_inverts;
uniform float box_alpha;      // of 1
uniform int pointer_alpha;    // of 255, from which on the pointer lies on the box

out vec4 colour;              // premultiplied

bool under_pointer(ivec2 at) {
  ivec2 rest = 2 * (at - into.xy) + 1;
  if (pointer_box.z == 0 || any(lessThan(rest, ivec2(0)))) return false;
  if (any(greaterThan(rest, 2 * into.zw))) return false;
  ivec2 inside = rest * upright / (2 * into.zw) - pointer_box.xy;
  if (any(lessThan(inside, ivec2(0))) || any(greaterThanEqual(inside, pointer_box.zw))) return false;
  if (int(texelFetch(pointer, inside, 0).r >> 24) >= pointer_alpha) return true;
  return pointer_inverts && texelFetch(pointer, inside + ivec2(0, pointer_box.w), 0).r != 0u;
}

void main() {
  ivec2 inside = ivec2(from_top_left());
  if (under_pointer(box + inside)) discard;
  float text = texelFetch(panel, inside, 0).r;
  colour = vec4(vec3(text), max(text, box_alpha));
}
