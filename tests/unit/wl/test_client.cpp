// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/unit/wl/test_client.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <wayland-client.h>

#include <algorithm>

namespace pierglass::wl::test {

namespace {
constexpr wl_buffer_listener kBufferListener{.release = on<&TestBuffer::on_release>};
}

TestBuffer::TestBuffer(wl_shm* shm, Size size, std::uint32_t colour) {
  const auto width = static_cast<std::int32_t>(size.width);
  const auto height = static_cast<std::int32_t>(size.height);
  const std::size_t bytes = size.area() * 4;
  const Fd fd(memfd_create("buffer", MFD_CLOEXEC));
  EXPECT_EQ(ftruncate(fd.get(), static_cast<off_t>(bytes)), 0);
  const std::vector<std::uint32_t> pixels(size.area(), colour);
  EXPECT_EQ(write(fd.get(), pixels.data(), bytes), static_cast<ssize_t>(bytes));
  const Proxy<wl_shm_pool> pool(wl_shm_create_pool(shm, fd.get(), width * height * 4));
  buffer_.reset(
      wl_shm_pool_create_buffer(pool.get(), 0, width, height, width * 4, WL_SHM_FORMAT_XRGB8888));
  wl_buffer_add_listener(buffer_.get(), &kBufferListener, this);
}

void commit_buffer(wl_surface* surface, const TestBuffer& buffer) {
  wl_surface_attach(surface, buffer.get(), 0, 0);
  wl_surface_damage_buffer(surface, 0, 0, INT32_MAX, INT32_MAX);
  wl_surface_commit(surface);
}

void commit_nothing(wl_surface* surface) {
  wl_surface_commit(surface);
}

TestClient::TestClient(FakeOptions options) : compositor(std::move(options)) {
  display = Display::adopt(Fd(compositor.connect())).value();
  registry = Registry::create(*display).value();
}

void TestClient::open_window(const WindowOptions& options) {
  window = Window::create(*display, *registry, options, window_events).value();
  ASSERT_TRUE(display->dispatch_until([this] { return window->configured(); }));
}

void TestClient::open_queue() {
  queue = PresentQueue::create(*display, *registry, *window, present_events).value();
}

void TestClient::settle() {
  ASSERT_TRUE(display->roundtrip());
}

void TestClient::draw(std::uint32_t colour) {
  window->apply_pending();
  wl_shm* shm = queue ? queue->native().shm : registry->shm();
  buffers.push_back(std::make_unique<TestBuffer>(shm, window->state().buffer, colour));
  commit_buffer(window->surface(), *buffers.back());
  settle();
}

std::size_t position(const std::vector<Request>& requests, std::string_view interface,
                     std::string_view name) {
  const auto found = std::ranges::find_if(
      requests, [&](const Request& one) { return one.interface == interface && one.name == name; });
  return static_cast<std::size_t>(found - requests.begin());
}

}  // namespace pierglass::wl::test
