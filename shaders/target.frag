// SPDX-License-Identifier: GPL-2.0-or-later
// Before frame.frag and others that draw a part of the window: where in it a fragment is.
precision highp float;
precision highp int;

uniform ivec2 target_size;    // of the part, in pixels of the window
uniform ivec2 target_origin;  // the framebuffer's pixel of the part's topmost left one
uniform ivec2 target_right;   // from there to the one right of it
uniform ivec2 target_down;    // and to the one below

// In pixels of the part, as gl_FragCoord counts: centres at 0.5.
vec2 from_top_left() {
  vec2 away = gl_FragCoord.xy - vec2(target_origin) - 0.5;
  return vec2(dot(away, vec2(target_right)), dot(away, vec2(target_down))) + 0.5;
}
