// SPDX-License-Identifier: GPL-2.0-or-later
// The fake compositor's zwp_linux_dmabuf_v1: files stand for dma-bufs.
#include <linux-dmabuf-unstable-v1-server-protocol.h>
#include <sys/mman.h>
#include <unistd.h>
#include <wayland-server-protocol.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "base/result.hpp"
#include "tests/support/fake_server.hpp"

namespace pierglass::test {
namespace {

struct TableEntry {
  std::uint32_t fourcc;
  std::uint32_t unused;
  std::uint64_t modifier;
};

std::uint32_t high(std::uint64_t value) {
  return static_cast<std::uint32_t>(value >> 32);
}
std::uint32_t low(std::uint64_t value) {
  return static_cast<std::uint32_t>(value);
}

Fd table_file(const FakeDmabufs& dmabufs) {
  std::vector<TableEntry> entries;
  for (const FakeDmabufs::Format& one : dmabufs.table)
    entries.push_back({.fourcc = one.fourcc, .unused = 0xdeadbeef, .modifier = one.modifier});
  const std::size_t bytes = entries.size() * sizeof(TableEntry);
  Fd file(memfd_create("formats", MFD_CLOEXEC));
  CHECK(write(file.get(), entries.data(), bytes) == static_cast<ssize_t>(bytes));
  return file;
}

template <typename T>
wl_array array_of(std::vector<T>& values) {
  return {.size = values.size() * sizeof(T), .alloc = 0, .data = values.data()};
}

bool takes(const FakeDmabufs& dmabufs, std::uint32_t fourcc, std::uint64_t modifier) {
  return std::ranges::any_of(dmabufs.table, [&](const FakeDmabufs::Format& one) {
    return one.fourcc == fourcc && one.modifier == modifier;
  });
}

}  // namespace

void FakeCompositor::Server::send_dmabuf_formats(FakeObject& object) {
  const int version = wl_resource_get_version(object.resource);
  if (version >= ZWP_LINUX_DMABUF_V1_GET_DEFAULT_FEEDBACK_SINCE_VERSION) return;
  for (const FakeDmabufs::Format& one : options_.dmabufs.table) {
    zwp_linux_dmabuf_v1_send_format(object.resource, one.fourcc);
    if (version >= ZWP_LINUX_DMABUF_V1_MODIFIER_SINCE_VERSION)
      zwp_linux_dmabuf_v1_send_modifier(object.resource, one.fourcc, high(one.modifier),
                                        low(one.modifier));
  }
}

void FakeCompositor::Server::send_dmabuf_feedback(FakeObject& object) {
  wl_resource* to = object.resource;
  FakeDmabufs& dmabufs = options_.dmabufs;
  const Fd file = table_file(dmabufs);
  const auto bytes = static_cast<std::uint32_t>(dmabufs.table.size() * sizeof(TableEntry));
  zwp_linux_dmabuf_feedback_v1_send_format_table(to, file.get(),
                                                 dmabufs.table_bytes.value_or(bytes));
  std::vector<std::uint64_t> device = {dmabufs.main_device};
  wl_array array = array_of(device);
  zwp_linux_dmabuf_feedback_v1_send_main_device(to, &array);
  for (FakeDmabufs::Tranche& tranche : dmabufs.tranches) {
    device = {tranche.device};
    array = array_of(device);
    zwp_linux_dmabuf_feedback_v1_send_tranche_target_device(to, &array);
    zwp_linux_dmabuf_feedback_v1_send_tranche_flags(to, tranche.flags);
    array = array_of(tranche.indices);
    zwp_linux_dmabuf_feedback_v1_send_tranche_formats(to, &array);
    zwp_linux_dmabuf_feedback_v1_send_tranche_done(to);
  }
  zwp_linux_dmabuf_feedback_v1_send_done(to);
}

void FakeCompositor::Server::tell_dmabufs(FakeDmabufs dmabufs) {
  options_.dmabufs = std::move(dmabufs);
  for (FakeObject& object : objects_)
    if (object.interface == "zwp_linux_dmabuf_feedback_v1") send_dmabuf_feedback(object);
}

void FakeCompositor::Server::get_dmabuf_feedback(const Call& call) {
  send_dmabuf_feedback(*call.made);
}

void FakeCompositor::Server::get_surface_dmabuf_feedback(const Call& call) {
  call.made->surface = object_of(call.arguments[1])->surface;
  send_dmabuf_feedback(*call.made);
}

void FakeCompositor::Server::add_plane(const Call& call) {
  Fd file(call.arguments[0].h);
  wl_resource* params = call.self.resource;
  if (call.arguments[1].u != 0)
    return wl_resource_post_error(params, ZWP_LINUX_BUFFER_PARAMS_V1_ERROR_PLANE_IDX, "one plane");
  if (call.self.plane)
    return wl_resource_post_error(params, ZWP_LINUX_BUFFER_PARAMS_V1_ERROR_PLANE_SET, "again");
  call.self.plane = FakePlane{
      .file = std::move(file),
      .offset = call.arguments[2].u,
      .stride = call.arguments[3].u,
      .modifier = std::uint64_t{call.arguments[4].u} << 32 | call.arguments[5].u,
      .size = {},
  };
}

void FakeCompositor::Server::create_dmabuf_buffer(const Call& call) {
  wl_resource* params = call.self.resource;
  std::optional<FakePlane>& plane = call.self.plane;
  if (!plane)
    return wl_resource_post_error(params, ZWP_LINUX_BUFFER_PARAMS_V1_ERROR_INCOMPLETE, "no plane");
  if (std::exchange(plane->used, true))
    return wl_resource_post_error(params, ZWP_LINUX_BUFFER_PARAMS_V1_ERROR_ALREADY_USED, "again");
  if (call.arguments[0].i <= 0 || call.arguments[1].i <= 0)
    return wl_resource_post_error(params, ZWP_LINUX_BUFFER_PARAMS_V1_ERROR_INVALID_DIMENSIONS,
                                  "empty");
  if (!takes(options_.dmabufs, call.arguments[2].u, plane->modifier))
    return wl_resource_post_error(params, ZWP_LINUX_BUFFER_PARAMS_V1_ERROR_INVALID_FORMAT,
                                  "not offered");
  plane->size = {static_cast<std::uint32_t>(call.arguments[0].i),
                 static_cast<std::uint32_t>(call.arguments[1].i)};
  const std::uint64_t end = plane->offset + std::uint64_t{plane->stride} * plane->size.height;
  const auto bytes = static_cast<std::uint64_t>(lseek(plane->file.get(), 0, SEEK_END));
  // What has no size at all stands for a dma-buf without content.
  if (plane->stride / 4 < plane->size.width || (bytes != 0 && end > bytes))
    return wl_resource_post_error(params, ZWP_LINUX_BUFFER_PARAMS_V1_ERROR_OUT_OF_BOUNDS, "beyond");
  if (std::ranges::find(options_.denied_modifiers, plane->modifier) !=
      options_.denied_modifiers.end())
    return answer_dmabuf(call.self, false);
  if (options_.dmabuf_buffers == Grants::Withheld) return owed_dmabufs_.push_back(params);
  answer_dmabuf(call.self, options_.dmabuf_buffers == Grants::AtOnce);
}

void FakeCompositor::Server::create_dmabuf_buffer_at_once(const Call& call) {
  wl_resource_post_error(call.self.resource, ZWP_LINUX_BUFFER_PARAMS_V1_ERROR_INVALID_WL_BUFFER,
                         "kills where the import fails");
}

void FakeCompositor::Server::answer_dmabufs(bool created) {
  for (wl_resource* params : std::exchange(owed_dmabufs_, {}))
    answer_dmabuf(*static_cast<FakeObject*>(wl_resource_get_user_data(params)), created);
}

void FakeCompositor::Server::answer_dmabuf(FakeObject& params, bool created) {
  if (!created) return zwp_linux_buffer_params_v1_send_failed(params.resource);
  FakeObject* buffer =
      make_object(wl_resource_get_client(params.resource), &wl_buffer_interface, 1, 0);
  buffer->plane = std::move(params.plane);
  zwp_linux_buffer_params_v1_send_created(params.resource, buffer->resource);
}

}  // namespace pierglass::test
