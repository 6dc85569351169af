// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "tests/support/fake_compositor.hpp"
#include "wl/display.hpp"
#include "wl/present_queue.hpp"
#include "wl/registry.hpp"
#include "wl/window.hpp"

struct wl_buffer;

namespace pierglass::wl::test {

using namespace pierglass::test;

struct RecordedWindowEvents final : WindowEvents {
  int closes = 0;
  int states = 0;
  void on_close() noexcept override { ++closes; }
  std::move_only_function<void()> changed = [] {};
  void on_state() noexcept override {
    ++states;
    changed();
  }
};

struct RecordedPresentEvents final : PresentEvents {
  int frames = 0;
  std::vector<PresentedFrame> presented;
  std::vector<std::uint64_t> discarded;
  void on_frame() noexcept override { ++frames; }
  void on_presented(const PresentedFrame& frame) noexcept override { presented.push_back(frame); }
  void on_discarded(std::uint64_t frame) noexcept override { discarded.push_back(frame); }
};

// An XRGB8888 shm buffer of one colour; its events go to the queue of `shm`.
class TestBuffer {
 public:
  TestBuffer(wl_shm* shm, Size size, std::uint32_t colour);
  TestBuffer(const TestBuffer&) = delete;
  TestBuffer& operator=(const TestBuffer&) = delete;

  [[nodiscard]] wl_buffer* get() const { return buffer_.get(); }
  [[nodiscard]] int releases() const { return releases_; }
  void on_release() noexcept { ++releases_; }

 private:
  Proxy<wl_buffer> buffer_;
  int releases_ = 0;
};

// wl_surface.attach, damage_buffer (all) and commit.
void commit_buffer(wl_surface* surface, const TestBuffer& buffer);
void commit_nothing(wl_surface* surface);

// A connection to a fake compositor. Members end in the order that the product must keep, too.
struct TestClient {
  explicit TestClient(FakeOptions options = {});

  void open_window(const WindowOptions& options = {});  // and waits for the first configure
  void open_queue();
  // All events that the compositor sent until now are dispatched.
  void settle();
  // Applies the pending state and commits a buffer of the window's size.
  void draw(std::uint32_t colour = 0xff00ff00);
  [[nodiscard]] std::vector<Request> requests() { return compositor.requests(); }
  [[nodiscard]] ToplevelState toplevel() { return compositor.toplevel(); }

  FakeCompositor compositor;
  RecordedWindowEvents window_events;
  RecordedPresentEvents present_events;
  std::unique_ptr<Display> display;
  std::unique_ptr<Registry> registry;
  std::unique_ptr<Window> window;
  std::unique_ptr<PresentQueue> queue;
  std::vector<std::unique_ptr<TestBuffer>> buffers;
};

// Position of the first such request, or the end.
std::size_t position(const std::vector<Request>& requests, std::string_view interface,
                     std::string_view name);

}  // namespace pierglass::wl::test
