// SPDX-License-Identifier: GPL-2.0-or-later
// The picture, scaled to the viewport, with the pointer drawn into it before scaling, as if the
// guest had drawn it. Picture coordinates have their origin at the top left. Compiled once for each
// combination of these, each 0 or 1, because a software rasteriser executes both sides of a branch:
//   EXACT         viewport and picture have the same size
//   POINTER       the fragments drawn may lie under the pointer
//   LINEAR_LIGHT  the picture is linear scRGB, else sRGB
precision highp float;
precision highp int;
precision highp sampler2D;
precision highp usampler2D;

uniform sampler2D picture;
uniform usampler2D pointer;   // 0xAARRGGBB: the blend plane, below it the invert plane
uniform ivec4 viewport;       // x, y (from the bottom), width, height in window pixels
uniform ivec4 pointer_box;    // x, y, width, height in picture pixels
uniform bool pointer_inverts; // the invert plane exists

out vec4 colour;

vec3 encode_srgb(vec3 linear) {
  // Not clamp(): not-a-number becomes black.
  vec3 clipped = mix(vec3(0.0), min(linear, 1.0), greaterThan(linear, vec3(0.0)));
  vec3 low = clipped * 12.92;
  vec3 high = 1.055 * pow(clipped, vec3(1.0 / 2.4)) - 0.055;
  return mix(high, low, lessThanEqual(clipped, vec3(0.0031308)));
}

vec3 picture_at(ivec2 at) {
  vec3 texel = texelFetch(picture, at, 0).rgb;
#if LINEAR_LIGHT
  return encode_srgb(texel);
#else
  return texel;
#endif
}

ivec3 channels(uint packed_colour) {
  return ivec3((uvec3(packed_colour) >> uvec3(16u, 8u, 0u)) & 255u);
}

bool under_pointer(ivec2 at) {
  ivec2 inside = at - pointer_box.xy;
  return all(greaterThanEqual(inside, ivec2(0))) && all(lessThan(inside, pointer_box.zw));
}

// Integer arithmetic on 0..255, the same as pixel::draw_cursor.
vec3 with_pointer(vec3 below, ivec2 at) {
  ivec2 inside = at - pointer_box.xy;
  uint blend = texelFetch(pointer, inside, 0).r;
  ivec3 screen = ivec3(below * 255.0 + 0.5);
  ivec3 kept = (screen * (255 - int(blend >> 24)) + 127) / 255;
  ivec3 drawn = min(kept + channels(blend), 255);
  if (pointer_inverts) {
    drawn ^= channels(texelFetch(pointer, inside + ivec2(0, pointer_box.w), 0).r);
  }
  return vec3(drawn) / 255.0;
}

vec3 composed_at(ivec2 at) {
  vec3 below = picture_at(at);
#if POINTER
  return under_pointer(at) ? with_pointer(below, at) : below;
#else
  return below;
#endif
}

// GL_LINEAR's rule: texel centres at +0.5, edges clamped; `position` is relative to texel centres.
vec3 composed_linear(vec2 position, ivec2 size) {
  ivec2 base = ivec2(floor(position));
  vec2 weight = position - vec2(base);
  ivec2 low = clamp(base, ivec2(0), size - 1);
  ivec2 high = clamp(base + 1, ivec2(0), size - 1);
  vec3 top = mix(composed_at(low), composed_at(ivec2(high.x, low.y)), weight.x);
  vec3 bottom = mix(composed_at(ivec2(low.x, high.y)), composed_at(high), weight.x);
  return mix(top, bottom, weight.y);
}

void main() {
  vec2 from_top_left = vec2(gl_FragCoord.x - float(viewport.x),
                            float(viewport.y + viewport.w) - gl_FragCoord.y);
#if EXACT
  colour = vec4(composed_at(ivec2(from_top_left)), 1.0);
#else
  ivec2 size = textureSize(picture, 0);
  vec2 position = from_top_left * vec2(size) / vec2(viewport.zw);
#if POINTER || LINEAR_LIGHT
  colour = vec4(composed_linear(position - 0.5, size), 1.0);
#else
  colour = vec4(textureLod(picture, position / vec2(size), 0.0).rgb, 1.0);
#endif
#endif
}
