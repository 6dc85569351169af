// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <EGL/egl.h>

#include <memory>
#include <string>

#include "base/fd.hpp"
#include "base/handle.hpp"
#include "gfx/output_memory.hpp"

struct gbm_device;

namespace pierglass::gfx {

struct GbmDeviceTraits {
  using Value = gbm_device*;
  static constexpr Value invalid() { return nullptr; }
  static void close(Value device) noexcept;
};

// The allocator of one GPU.
struct GbmDevice {
  Fd node;
  Handle<GbmDeviceTraits> device;  // ends before its node
};

// NotADevice, NotFound, PermissionDenied, OsCall; Unsupported: no driver of gbm's is for it.
Result<GbmDevice> open_gbm_device(const std::string& render_node);

// Buffers of `gbm`, drawn into by `display`'s current context. Unsupported: what its driver lacks.
Result<std::unique_ptr<OutputMemory>> make_gbm_memory(std::shared_ptr<GbmDevice> gbm,
                                                      EGLDisplay display);

}  // namespace pierglass::gfx
