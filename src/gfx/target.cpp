// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/target.hpp"

#include <algorithm>
#include <source_location>

#include "base/result.hpp"
#include "gfx/gl_handles.hpp"

namespace pierglass::gfx {
namespace {

Point at(const pixel::Turn& turn, std::int32_t x, std::int32_t y) {
  return {turn.origin.x + x * turn.right.x + y * turn.down.x,
          turn.origin.y + x * turn.right.y + y * turn.down.y};
}

// Where they are in a buffer whose topmost row comes first; `last` is the lowest right one.
pixel::Turn turn_of(Transform transform, Point last) {
  switch (transform) {
    case Transform::Normal:
      return {{0, 0}, {1, 0}, {0, 1}};
    case Transform::Rotated90:
      return {{0, last.x}, {0, -1}, {1, 0}};
    case Transform::Rotated180:
      return {{last.x, last.y}, {-1, 0}, {0, -1}};
    case Transform::Rotated270:
      return {{last.y, 0}, {0, 1}, {-1, 0}};
    case Transform::Flipped:
      return {{last.x, 0}, {-1, 0}, {0, 1}};
    case Transform::Flipped90:
      return {{0, 0}, {0, 1}, {1, 0}};
    case Transform::Flipped180:
      return {{0, last.y}, {1, 0}, {0, -1}};
    case Transform::Flipped270:
      return {{last.y, last.x}, {0, -1}, {-1, 0}};
  }
  die("transform", std::source_location::current());
}

}  // namespace

pixel::Turn Target::turn() const {
  pixel::Turn turn = turn_of(transform, {as_int(size.width) - 1, as_int(size.height) - 1});
  if (first_row == FirstRow::Topmost) return turn;
  turn.origin.y = as_int(turned(size, transform).height) - 1 - turn.origin.y;
  turn.right.y = -turn.right.y;
  turn.down.y = -turn.down.y;
  return turn;
}

Rect Target::box_of(const Rect& part) const {
  if (part.empty()) return {};
  const pixel::Turn how = turn();
  const auto x = as_int(part.x);
  const auto y = as_int(part.y);
  const Point one = at(how, x, y);
  const Point other = at(how, x + as_int(part.width) - 1, y + as_int(part.height) - 1);
  const Size box = turned({part.width, part.height}, transform);
  return {static_cast<std::uint32_t>(std::min(one.x, other.x)),
          static_cast<std::uint32_t>(std::min(one.y, other.y)), box.width, box.height};
}

void set_viewport(const Target& target, const Rect& part) {
  const Rect box = target.box_of(part);
  glViewport(as_int(box.x), as_int(box.y), as_int(box.width), as_int(box.height));
}

void set_scissor(const Target& target, const Rect& part) {
  const Rect box = target.box_of(part);
  glScissor(as_int(box.x), as_int(box.y), as_int(box.width), as_int(box.height));
}

TargetUniforms TargetUniforms::of(GLuint program) {
  const auto uniform = [program](const char* name) { return glGetUniformLocation(program, name); };
  return {.size = uniform("target_size"),
          .origin = uniform("target_origin"),
          .right = uniform("target_right"),
          .down = uniform("target_down")};
}

void TargetUniforms::set(const Target& target, const Rect& part) const {
  const pixel::Turn how = target.turn();
  const Point first = at(how, as_int(part.x), as_int(part.y));
  glUniform2i(size, as_int(part.width), as_int(part.height));
  glUniform2i(origin, first.x, first.y);
  glUniform2i(right, how.right.x, how.right.y);
  glUniform2i(down, how.down.x, how.down.y);
}

}  // namespace pierglass::gfx
