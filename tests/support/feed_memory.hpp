// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "guest/core/doorbell.hpp"

namespace pierglass::test {

// Where pattern_feed publishes, and the interrupts that come with it.
class FeedMemory {
 public:
  virtual ~FeedMemory() = default;

  // Empty: none yet. Thread of look() and move(); the memory itself stays mapped until move().
  [[nodiscard]] virtual std::span<std::byte> bytes() const = 0;

  // Null: there are no interrupts. Lives as bytes() do; its methods may be called by any thread.
  [[nodiscard]] virtual guest::Doorbell* doorbell() { return nullptr; }

  // Descriptors to poll for input before look(), beside calling it a few times a second.
  [[nodiscard]] virtual std::vector<int> descriptors() const { return {}; }

  struct News {
    bool rung = false;   // somebody rang our own device
    bool moved = false;  // there is other memory, until move()
  };
  // Never blocks.
  virtual News look() { return {}; }

  // Gives up the memory there was for that which look() told of; nothing may use it any more.
  virtual void move() {}
};

// The file `path`, without interrupts.
Result<std::unique_ptr<FeedMemory>> open_feed_file(const std::string& path);

// The IVSHMEM device of this virtual machine whose address is `address` (as sysfs or lspci writes
// it), the first one when that is empty. Rings, but hears nothing: that needs a kernel driver.
// NotFound: there is none. InvalidArgument: no address.
Result<std::unique_ptr<FeedMemory>> open_feed_device(const std::string& address);

// The memory that a broker gives, as a peer of it. `address` is what follows "unix:" in --memory.
// Waits for a broker that is not there; when it ends, the memory stays, and the next broker's is
// news. InvalidArgument: no address.
Result<std::unique_ptr<FeedMemory>> open_feed_peer(const std::string& address);

}  // namespace pierglass::test
