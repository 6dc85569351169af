// SPDX-License-Identifier: GPL-2.0-or-later
#include <algorithm>
#include <array>
#include <limits>
#include <random>

#include "guest/core/duplication_outcome.hpp"
#include "tests/guest/desktop_script.hpp"

namespace pierglass::test {
namespace {

using guest::DesktopRect;

// Makes the steps of one script. The standard's engine gives the same numbers everywhere.
class Writer {
 public:
  Writer(std::uint32_t seed, std::uint32_t index, DesktopMode mode)
      : engine_(seed * 2654435761U + index), mode_(mode) {}

  std::vector<DesktopStep> write();

 private:
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(engine_()) % limit; }
  bool one_in(std::uint32_t n) { return below(n) == 0; }
  std::int32_t any() {
    constexpr std::array<std::int32_t, 5> kEdges{std::numeric_limits<std::int32_t>::min(), -1, 0, 1,
                                                 std::numeric_limits<std::int32_t>::max()};
    if (one_in(3)) return kEdges[below(kEdges.size())];
    return static_cast<std::int32_t>(below(600)) - 200;
  }
  Rect rect();
  DesktopStep step();
  DesktopStep picture();
  DesktopStep loss();
  DesktopMode next_mode();
  void add_hostile_rects(DesktopStep& step);
  void add_move(DesktopStep& step);
  void add_pointer(DesktopStep& step);
  ScriptedShape shape();
  ScriptedShape hostile_shape();

  std::mt19937 engine_;
  DesktopMode mode_;
};

DesktopRect signed_rect(const Rect& rect) {
  return {.left = static_cast<std::int32_t>(rect.x),
          .top = static_cast<std::int32_t>(rect.y),
          .right = static_cast<std::int32_t>(rect.right()),
          .bottom = static_cast<std::int32_t>(rect.bottom())};
}

Rect Writer::rect() {
  const std::uint32_t x = below(mode_.size.width);
  const std::uint32_t y = below(mode_.size.height);
  return {x, y, 1 + below(mode_.size.width - x), 1 + below(mode_.size.height - y)};
}

// Pixels moved to a place inside, and what a driver says of it.
void Writer::add_move(DesktopStep& step) {
  const Rect from = rect();
  const Rect to{below(mode_.size.width - from.width + 1),
                below(mode_.size.height - from.height + 1), from.width, from.height};
  const Point corner{static_cast<std::int32_t>(from.x), static_cast<std::int32_t>(from.y)};
  step.shifts.push_back({.from = corner, .to = to});
  step.moves.push_back({.from = corner, .to = signed_rect(to)});
  if (!one_in(4)) return;
  const Rect same = rect();  // some drivers report what does not move
  step.moves.push_back(
      {.from = {static_cast<std::int32_t>(same.x), static_cast<std::int32_t>(same.y)},
       .to = signed_rect(same)});
}

// They may only add damage.
void Writer::add_hostile_rects(DesktopStep& step) {
  for (std::uint32_t i = below(4); i > 0; --i)
    step.dirty.push_back({.left = any(), .top = any(), .right = any(), .bottom = any()});
  if (one_in(3))
    step.moves.push_back({.from = {any(), any()},
                          .to = {.left = any(), .top = any(), .right = any(), .bottom = any()}});
}

DesktopStep Writer::picture() {
  DesktopStep step;
  step.presented = true;
  step.protected_content = one_in(20);
  if (one_in(6)) add_move(step);
  const std::uint32_t most = one_in(20) ? 300 : 6;
  for (std::uint32_t i = below(most); i > 0; --i) {
    step.paints.push_back({.rect = rect(), .seed = below(1U << 30)});
    step.dirty.push_back(signed_rect(step.paints.back().rect));
  }
  if (one_in(8)) add_hostile_rects(step);
  if (one_in(6)) step.lists = static_cast<Lists>(1 + below(3));
  // A picture without lists may have changed anywhere.
  if (step.lists != Lists::Given || (step.dirty.empty() && step.moves.empty()))
    step.paints.push_back({.rect = rect(), .seed = below(1U << 30)});
  return step;
}

void Writer::add_pointer(DesktopStep& step) {
  if (one_in(2))
    step.pointer = {.corner = {static_cast<std::int32_t>(below(400)) - 100,
                               static_cast<std::int32_t>(below(400)) - 100},
                    .visible = !one_in(4)};
  if (one_in(4)) step.shape = one_in(4) ? hostile_shape() : shape();
}

ScriptedShape Writer::shape() {
  constexpr std::array<wire::CursorType, 3> kTypes{
      wire::CursorType::Monochrome, wire::CursorType::Colour, wire::CursorType::MaskedColour};
  const std::uint32_t type = below(kTypes.size());
  const bool planes = kTypes[type] == wire::CursorType::Monochrome;
  guest::CursorShape wire;
  wire.info.type = kTypes[type];
  wire.info.size = {1 + below(one_in(10) ? 256 : 40), 1 + below(one_in(10) ? 256 : 40)};
  wire.info.pitch = planes ? guest::mask_pitch(wire.info.size.width) : wire.info.size.width * 4;
  wire.info.hot = {static_cast<std::int32_t>(below(wire.info.size.width)),
                   static_cast<std::int32_t>(below(wire.info.size.height))};
  wire.image.resize(wire.info.bytes());
  const std::uint32_t row = planes ? (wire.info.size.width + 7) / 8 : wire.info.pitch;
  const std::uint32_t rows = wire.info.bytes() / wire.info.pitch;
  ScriptedShape made{.described = {.type = 1U << type,
                                   .width = wire.info.size.width,
                                   .height = rows,
                                   .pitch = row + below(3) * 4,
                                   .hot = wire.info.hot},
                     .image = {},
                     .wire = {}};
  made.image.assign(std::size_t{made.described.pitch} * rows, std::byte{0xee});
  const std::uint32_t seed = below(1U << 30);
  for (std::uint32_t y = 0; y < rows; ++y) {
    for (std::uint32_t at = 0; at < row; ++at) {
      auto value = static_cast<std::uint8_t>((seed ^ y * 31 ^ at * 17) * 0x9e37U >> 6);
      if (type == 2 && at % 4 == 3) value = value % 2 == 0 ? 0 : 255;
      wire.image[std::size_t{y} * wire.info.pitch + at] = static_cast<std::byte>(value);
      made.image[std::size_t{y} * made.described.pitch + at] = static_cast<std::byte>(value);
    }
  }
  made.wire = std::move(wire);
  return made;
}

ScriptedShape Writer::hostile_shape() {
  ScriptedShape made{.described = {.type = 2, .width = 16, .height = 16, .pitch = 64, .hot = {}},
                     .image = std::vector<std::byte>(1024),
                     .wire = {}};
  switch (below(6)) {
    case 0:
      made.described.type = 3 + 2 * below(1000);
      break;
    case 1:
      made.described.width = 257 + below(1U << 30);
      break;
    case 2:
      made.described.height = 17 + below(1U << 30);
      break;
    case 3:
      made.described.pitch = below(64);
      break;
    case 4:
      made.described.pitch = 65 + below(1U << 30);
      break;
    default:
      made.described.width = 0;
      break;
  }
  return made;
}

DesktopMode Writer::next_mode() {
  constexpr std::array kFormats{guest::dxgi::kB8G8R8A8Unorm, guest::dxgi::kR8G8B8A8Unorm,
                                guest::dxgi::kR10G10B10A2Unorm, guest::dxgi::kR16G16B16A16Float};
  DesktopMode mode = mode_;
  if (one_in(2)) mode.size = {16 + below(150), 16 + below(100)};
  if (one_in(2)) mode.format = kFormats[below(kFormats.size())];
  if (one_in(3)) mode.rotation = 1 + below(4);
  if (one_in(3)) mode.hdr = !mode.hdr;
  mode.origin = {static_cast<std::int32_t>(below(8000)) - 4000,
                 static_cast<std::int32_t>(below(8000)) - 4000};
  return mode;
}

DesktopStep Writer::loss() {
  // Making a device takes a good part of a second under Wine.
  constexpr std::array kDeviceLosses{guest::hresult::kDxgiDeviceRemoved,
                                     guest::hresult::kDxgiDeviceReset};
  constexpr std::array kLosses{guest::hresult::kDxgiAccessLost, guest::hresult::kDxgiInvalidCall,
                               guest::hresult::kAccessDenied,
                               guest::hresult::kDxgiSessionDisconnected,
                               guest::hresult::kWaitAbandoned};
  DesktopStep step;
  step.result =
      one_in(50) ? kDeviceLosses[below(kDeviceLosses.size())] : kLosses[below(kLosses.size())];
  step.mode = one_in(4) ? mode_ : next_mode();
  step.refusals = one_in(3) ? 1 + below(3) : 0;
  step.no_newer_call = step.mode->format == guest::dxgi::kB8G8R8A8Unorm && one_in(2);
  mode_ = *step.mode;
  return step;
}

DesktopStep Writer::step() {
  switch (below(12)) {
    case 0:
      return {.result = guest::hresult::kDxgiWaitTimeout};
    case 1:
    case 2: {
      DesktopStep pointer;
      add_pointer(pointer);
      return pointer;
    }
    default:
      break;
  }
  DesktopStep shown = picture();
  if (one_in(3)) add_pointer(shown);
  return shown;
}

std::vector<DesktopStep> Writer::write() {
  std::vector<DesktopStep> steps;
  const std::uint32_t count = 1 + below(8);
  const std::uint32_t lost_at = one_in(12) ? below(count) : count;
  for (std::uint32_t i = 0; i < count; ++i) steps.push_back(i == lost_at ? loss() : step());
  return steps;
}

}  // namespace

std::vector<DesktopStep> random_script(std::uint32_t seed, std::uint32_t index, DesktopMode mode) {
  return Writer(seed, index, mode).write();
}

DesktopStep one_pixel() {
  DesktopStep step;
  step.presented = true;
  step.paints.push_back({.rect = {0, 0, 1, 1}, .seed = 1});
  step.dirty.push_back(signed_rect(step.paints.back().rect));
  return step;
}

}  // namespace pierglass::test
