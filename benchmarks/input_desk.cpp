// SPDX-License-Identifier: GPL-2.0-or-later
#include "benchmarks/input_desk.hpp"

#include <linux/input-event-codes.h>
#include <time.h>

#include <array>
#include <stdexcept>
#include <utility>

#include "tests/support/unix_socket.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::benchmarks {
namespace {

using namespace std::chrono_literals;
using test::wait_until;

constexpr std::chrono::seconds kPatience(20);
constexpr std::array<std::uint32_t, 8> kKeys = {KEY_A, KEY_S, KEY_D, KEY_F,
                                                KEY_J, KEY_K, KEY_L, KEY_H};
constexpr int kMotionsPerButton = 50;

void sleep_to(std::int64_t at_ns) {
  const timespec until{.tv_sec = at_ns / 1'000'000'000, .tv_nsec = at_ns % 1'000'000'000};
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
}

std::string text_of(Size size) {
  return std::to_string(size.width) + "x" + std::to_string(size.height);
}

// How far a relative motion goes, and the place of an absolute one: never the one before's.
int way_of(int i) {
  return 1 + i % 7;
}
Point place_of(int i, Size size) {
  const auto width = static_cast<int>(size.width);
  const auto height = static_cast<int>(size.height);
  return {.x = i % width, .y = i / 3 % height};
}

}  // namespace

InputDesk::InputDesk(Size size, std::uint64_t memory_bytes)
    : size_(size),
      memory_(lab_, memory_bytes),
      sway_(lab_, size),
      injector_(sway_.display()),
      wayland_socket_(lab_.path() / "recorded"),
      spice_socket_(lab_.path() / "spice"),
      server_({.unix_path = (lab_.path() / "machine").string(), .tablet = true}),
      spice_(spice_socket_, lab_.path() / "machine", lab_.user()) {
  if (!server_.listening()) throw std::runtime_error("the SPICE server does not listen");
  injector_.set_layout(size.width, size.height);
  injector_.place(size.width / 4, size.height / 4);
  injector_.sync();
}

void InputDesk::feed(std::vector<std::string> options) {
  feed_.reset();
  options.insert(options.begin(), {lab_.stage(test::feed_program()).string(), "--memory",
                                   memory_.path(), "--size", text_of(size_)});
  feed_.emplace(lab_.command("feed", std::move(options)));
}

void InputDesk::start_client(const std::string& renderer, test::Records records) {
  client_.reset();
  wayland_.reset();
  std::filesystem::remove(wayland_socket_);
  wayland_ = std::make_unique<test::WaylandRecorder>(wayland_socket_, sway_.display(), lab_.user());
  spice_.clear();
  client_.emplace(lab_, wayland_socket_,
                  std::vector<std::string>{"toggle", "--memory", memory_.path(), "--renderer",
                                           renderer, "--spice", "unix:" + spice_socket_.string()},
                  records);
}

void InputDesk::stop_client() {
  if (client_->process().stop(kPatience) != test::Exit{.code = 0}) {
    throw std::runtime_error("the client did not end well: " + client_->process().err());
  }
}

test::Command InputDesk::remote(std::vector<std::string> words) {
  words.insert(words.begin(), lab_.stage(test::client_program()).string());
  words.insert(words.end(), {"--memory", memory_.path()});
  test::Command command = lab_.command("remote", std::move(words));
  command.environment.emplace_back("WAYLAND_DISPLAY", sway_.display());
  return command;
}

void InputDesk::wait_until_captured() {
  const auto captured = [this] {
    injector_.move(1, 0);
    injector_.sync();
    for (const test::RecordedSpice& one : spice_.input()) {
      if (one.input.kind == test::SpiceInput::Kind::Motion) return true;
    }
    return false;
  };
  if (!wait_until(captured, kPatience)) {
    throw std::runtime_error("the pointer is not captured: " + client_->process().err());
  }
}

void InputDesk::release() {
  const test::Finished done = run_to_end(remote({"send", "release"}), kPatience);
  if (done.exit != test::Exit{.code = 0}) throw std::runtime_error(done.err);
  spice_.clear();
  std::uint32_t x = 0;
  const auto placed = [&] {
    injector_.place(++x % size_.width, size_.height / 2);
    injector_.sync();
    for (const test::RecordedSpice& one : spice_.input()) {
      if (one.input.kind == test::SpiceInput::Kind::Position) return true;
    }
    return false;
  };
  if (!wait_until(placed, kPatience)) {
    throw std::runtime_error("no absolute position arrives: " + client_->process().err());
  }
}

// Nothing new on either socket for a while.
bool InputDesk::all_arrived() const {
  std::size_t heard = 0;
  std::size_t said = 0;
  return wait_until(
      [&] {
        const std::size_t now_heard = wayland_->input().size();
        const std::size_t now_said = spice_.input().size();
        return std::exchange(heard, now_heard) == now_heard &&
               std::exchange(said, now_said) == now_said;
      },
      kPatience, 300ms);
}

InputTimes InputDesk::inject(int count, std::chrono::nanoseconds interval,
                             const std::function<void(int)>& one) {
  if (!all_arrived()) throw std::runtime_error("the desk does not come to rest");
  wayland_->clear();
  spice_.clear();
  const std::int64_t begin = test::monotonic_ns();
  for (int i = 0; i < count; ++i) {
    sleep_to(begin + i * interval.count());
    one(i);
    injector_.flush();
  }
  took_ = std::chrono::nanoseconds(test::monotonic_ns() - begin);
  injector_.sync();
  if (!all_arrived()) throw std::runtime_error("the desk does not come to rest");
  return pair_up(wayland_->input(), spice_.input());
}

InputTimes InputDesk::press_keys(int count) {
  return inject(count / 2 * 2, 10ms, [this](int i) {
    injector_.key(kKeys[static_cast<std::size_t>(i / 2) % kKeys.size()], i % 2 == 0);
  });
}

InputTimes InputDesk::move(int count) {
  return inject(count, 1ms, [this](int i) {
    injector_.move(way_of(i), 0);
    if (i % kMotionsPerButton == 0) injector_.button(BTN_LEFT, i / kMotionsPerButton % 2 == 0);
  });
}

InputTimes InputDesk::place(int count) {
  return inject(count, 1ms, [this](int i) {
    const Point place = place_of(i, size_);
    injector_.place(static_cast<std::uint32_t>(place.x), static_cast<std::uint32_t>(place.y));
  });
}

void pass(std::chrono::nanoseconds span) {
  (void)wait_until([] { return false; }, span);
}

}  // namespace pierglass::benchmarks
