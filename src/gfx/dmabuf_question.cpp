// SPDX-License-Identifier: GPL-2.0-or-later
#include "gfx/dmabuf_question.hpp"

#include <linux-dmabuf-unstable-v1-client-protocol.h>

#include <cerrno>

namespace pierglass::gfx {
namespace {

constexpr zwp_linux_buffer_params_v1_listener kListener = {
    .created =
        [](void* data, zwp_linux_buffer_params_v1*, wl_buffer* buffer) noexcept {
          static_cast<DmabufQuestion*>(data)->on_answer(buffer);
        },
    .failed =
        [](void* data, zwp_linux_buffer_params_v1*) noexcept {
          static_cast<DmabufQuestion*>(data)->on_answer(nullptr);
        },
};

}  // namespace

void BufferParamsTraits::close(Value params) noexcept {
  zwp_linux_buffer_params_v1_destroy(params);
}

Result<void> DmabufQuestion::ask(zwp_linux_dmabuf_v1* factory, const Picture& picture) {
  params_.reset(zwp_linux_dmabuf_v1_create_params(factory));
  zwp_linux_buffer_params_v1* params = params_.get();
  if (params == nullptr) return fail_os(OsErrorKind::Errno, errno, "zwp_linux_dmabuf_v1");
  zwp_linux_buffer_params_v1_add_listener(params, &kListener, this);
  std::uint32_t index = 0;
  for (const MemoryPlane& plane : picture.planes) {
    zwp_linux_buffer_params_v1_add(params, plane.fd, index++, plane.offset, plane.pitch,
                                   static_cast<std::uint32_t>(picture.modifier >> 32),
                                   static_cast<std::uint32_t>(picture.modifier));
  }
  zwp_linux_buffer_params_v1_create(params, static_cast<std::int32_t>(picture.size.width),
                                    static_cast<std::int32_t>(picture.size.height), picture.fourcc,
                                    0);
  return {};
}

void DmabufQuestion::on_answer(wl_buffer* buffer) noexcept {
  params_.reset();
  answered_(Handle<WlBufferTraits>(buffer));
}

}  // namespace pierglass::gfx
