// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>

#include "guest/capture/dxgi_outputs.hpp"
#include "tests/guest/desktop_script.hpp"

namespace pierglass::test {

// What a stand-in for a display driver tells. One thread, the capture's, but for the first open.
class DesktopPlay {
 public:
  virtual ~DesktopPlay() = default;

  // Of the output when it is opened; the picture then has this size and format.
  virtual const DesktopMode& mode() = 0;
  // Each time someone asks for a duplication: how it is answered.
  virtual std::uint32_t open() = 0;
  virtual bool has_newer_call() = 0;

  // The next answer, which may take up to `milliseconds` to come; null: none came.
  virtual const DesktopStep* next(std::uint32_t milliseconds) = 0;
  // What the screen shows after it, and what of that is new.
  virtual pixel::ConstImage picture() = 0;
  virtual std::vector<Rect> changed(const DesktopStep& step) = 0;
};

// A scripted output on a real adapter: DXGI, Direct3D and the copies are the system's own, only the
// duplication of the output is played. Wine has none.
class ScriptedOutputs final : public guest::DxgiOutputs {
 public:
  // `play` outlives this and all that came from it.
  explicit ScriptedOutputs(DesktopPlay& play) : play_(play) {}

  Result<guest::DxgiOutput> find() override;
  std::uint32_t white_millinits() override { return play_.mode().white_millinits(); }

 private:
  DesktopPlay& play_;
  guest::ComPtr<IDXGIAdapter1> adapter_;
};

// Rules of desktop duplication that were broken in this process: a frame that was not given back
// before the next look, one given back twice, lists or shapes asked for without a frame.
std::uint32_t broken_rules();

// Duplications in this process that have not been let go of.
std::uint32_t open_duplications();

}  // namespace pierglass::test
