// SPDX-License-Identifier: GPL-2.0-or-later
// One triangle that covers the viewport; drawn with three vertices and no attributes.
void main() {
  vec2 corner = vec2(float((gl_VertexID << 1) & 2), float(gl_VertexID & 2));
  gl_Position = vec4(corner * 2.0 - 1.0, 0.0, 1.0);
}
