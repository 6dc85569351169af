// SPDX-License-Identifier: GPL-2.0-or-later
// The picture, with the pointer drawn into it before scaling, as if the guest had drawn it; comes
// behind target.frag, and one of the files with a main() behind it. Coordinates are those of the
// upright picture, from its top left. Compiled once for each combination of these, because a
// software rasteriser executes both sides of a branch:
//   POINTER   0 or 1: the fragments drawn may lie under the pointer
//   ROTATED   0 or 1: the texture must be turned to stand upright
//   TRANSFER  what samples are: 0 sRGB, 1 linear light, 2 BT.2020 with SMPTE ST 2084
precision highp sampler2D;
precision highp usampler2D;

uniform sampler2D picture;
uniform usampler2D pointer;   // 0xAARRGGBB: the blend plane, below it the invert plane
uniform ivec4 pointer_box;    // x, y, width, height in picture pixels
uniform bool pointer_inverts; // the invert plane exists
#if ROTATED
uniform ivec2 turn_origin;    // texel of the upright picture's pixel 0, 0
uniform ivec2 turn_right;     // from there to pixel 1, 0
uniform ivec2 turn_down;      // and to 0, 1
#endif
#if TRANSFER
uniform float full_scale;     // the light of sample 1.0; white is 1
uniform bool compresses;      // light above white is compressed, else clipped
#endif

out vec4 colour;

#if TRANSFER
// What follows does the same as pixel::RowConverter.

// Not max(): not-a-number becomes 0.
vec3 not_negative(vec3 light) {
  return mix(vec3(0.0), light, greaterThan(light, vec3(0.0)));
}

vec3 encode_srgb(vec3 light) {
  vec3 low = light * 12.92;
  vec3 high = 1.055 * pow(light, vec3(1.0 / 2.4)) - 0.055;
  return mix(high, low, lessThanEqual(light, vec3(0.0031308)));
}

#if TRANSFER == 2
vec3 decode(vec3 encoded) {
  const mat3 kBt709FromBt2020 = mat3(1.66049100, -0.12455047, -0.01815076,
                                     -0.58764114, 1.13289990, -0.10057890,
                                     -0.07284986, -0.00834942, 1.11872966);
  vec3 power = pow(encoded, vec3(1.0 / 78.84375));
  vec3 ratio = max(power - 0.8359375, 0.0) / (18.8515625 - 18.6875 * power);
  return not_negative(kBt709FromBt2020 * pow(ratio, vec3(1.0 / 0.1593017578125)));
}
#else
vec3 decode(vec3 linear) {
  const float kLargestHalf = 65504.0;
  return min(not_negative(linear), kLargestHalf);
}
#endif

vec3 shown(vec3 texel) {
  const float kKnee = 0.8;
  const float kRoom = 1.0 - kKnee;
  vec3 light = decode(texel) * full_scale;
  float most = max(max(light.r, light.g), light.b);
  if (compresses && most > kKnee) {
    light *= (kKnee + kRoom * (1.0 - exp((kKnee - most) / kRoom))) / most;
  }
  return encode_srgb(min(light, 1.0));
}
#endif

vec3 picture_at(ivec2 at) {
#if ROTATED
  at = turn_origin + at.x * turn_right + at.y * turn_down;
#endif
  vec3 texel = texelFetch(picture, at, 0).rgb;
#if TRANSFER
  return shown(texel);
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

ivec2 upright_size() {
  ivec2 size = textureSize(picture, 0);
#if ROTATED
  return turn_right.x != 0 ? size : size.yx;
#else
  return size;
#endif
}

// GL_LINEAR's rule: texel centres at +0.5, edges clamped; `position` is relative to texel centres.
vec3 composed_linear(vec2 position) {
#if POINTER || TRANSFER
  ivec2 last = upright_size() - 1;
  ivec2 base = ivec2(floor(position));
  vec2 weight = position - vec2(base);
  ivec2 low = clamp(base, ivec2(0), last);
  ivec2 high = clamp(base + 1, ivec2(0), last);
  vec3 top = mix(composed_at(low), composed_at(ivec2(high.x, low.y)), weight.x);
  vec3 bottom = mix(composed_at(ivec2(low.x, high.y)), composed_at(high), weight.x);
  return mix(top, bottom, weight.y);
#else
#if ROTATED
  position = vec2(turn_origin) + position.x * vec2(turn_right) + position.y * vec2(turn_down);
#endif
  return textureLod(picture, (position + 0.5) / vec2(textureSize(picture, 0)), 0.0).rgb;
#endif
}
