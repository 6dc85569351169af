// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include "ring/doorbell.hpp"

namespace pierglass::guest {

// The interrupts of the device that the region lies in, for rings to readers. Whoever makes one
// calls Publisher::on_doorbell() when the own device was rung.
class Doorbell {
 public:
  virtual ~Doorbell() = default;

  // The own device, for readers; may change while a publisher runs. Its control thread asks. Not
  // reachable(): the device has no interrupts, and ring() reaches nobody.
  [[nodiscard]] virtual ring::DoorbellAddress own() const = 0;

  // The control thread asks this too. True when Publisher::on_doorbell() is called for rings at
  // own(); else nobody needs to ring there.
  [[nodiscard]] virtual bool hears() const = 0;

  // Rings a reader; numbers that the device does not have are ignored. Any thread; never blocks.
  virtual void ring(ring::DoorbellAddress reader) noexcept = 0;
};

}  // namespace pierglass::guest
