// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <string_view>

#include "base/geometry.hpp"
#include "base/result.hpp"
#include "gfx/target.hpp"

namespace pierglass::gfx {

// Where GL's pictures go: the framebuffers that they are drawn into, and how those reach the
// surface. Made, used and ended where GL's context is current, which it is for begin() and after.
class GlOutput {
 public:
  GlOutput() = default;
  GlOutput(const GlOutput&) = delete;
  GlOutput& operator=(const GlOutput&) = delete;
  virtual ~GlOutput() = default;

  // What it is, without a full stop, for the log and --stats; until the next call.
  [[nodiscard]] virtual std::string_view description() const = 0;

  // Of its framebuffers.
  [[nodiscard]] virtual FirstRow first_row() const = 0;

  // Of the next framebuffer, in pixels; not empty. Does nothing when it is that large already.
  virtual Result<void> resize(Size buffer) = 0;

  // Makes the framebuffer current that present() will show; its content is undefined. Called again
  // without present() in between it may be another one. Busy: there is none free before the next
  // dispatch of the queue. Lost: the connection is gone. Others: this output is of no use any more.
  virtual Result<void> begin() = 0;

  // Hands over what was drawn and commits the surface. Lost and others as begin(), then nothing was
  // committed.
  virtual Result<void> present() = 0;

  // Frees what is not on the screen, as far as it is its own to free; begin() makes it anew.
  virtual void free_buffers() {}

  // Why the last of these failed, as a sentence without a full stop; empty: as the error says.
  [[nodiscard]] virtual std::string_view refusal() const { return {}; }
};

}  // namespace pierglass::gfx
