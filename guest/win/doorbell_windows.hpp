// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <mutex>

#include "base/result.hpp"
#include "guest/core/doorbell.hpp"
#include "guest/core/publisher.hpp"
#include "shm/ivshmem_port_windows.hpp"
#include "shm/win32_handle_windows.hpp"

namespace pierglass::guest {

// The interrupts of an ivshmem device for a publisher. Windows' thread pool waits for rings.
class WindowsDoorbell final : public Doorbell {
 public:
  // Readers ring this interrupt of ours.
  static constexpr std::uint32_t kOwnVector = 0;

  // `port` outlives this. Where we cannot be rung, hearing() says why; readers may still be rung.
  explicit WindowsDoorbell(shm::IvshmemPort& port);
  WindowsDoorbell(const WindowsDoorbell&) = delete;
  WindowsDoorbell& operator=(const WindowsDoorbell&) = delete;
  ~WindowsDoorbell() override;

  [[nodiscard]] ring::DoorbellAddress own() const override;
  [[nodiscard]] bool hears() const override { return hearing_.has_value(); }
  void ring(ring::DoorbellAddress reader) noexcept override;

  [[nodiscard]] const Result<void>& hearing() const { return hearing_; }

  // Whose on_doorbell() a ring calls from now on; null: nobody's. On return the one before is not
  // being called any more. Any thread.
  void set_target(Publisher* publisher);

 private:
  Result<void> listen();
  static void __stdcall on_event(void* self, unsigned char timed_out);

  shm::IvshmemPort& port_;
  std::mutex mutex_;
  Publisher* target_ = nullptr;  // under mutex_
  shm::KernelHandle event_;      // resets itself when a wait ends
  void* wait_ = nullptr;         // of the thread pool
  Result<void> hearing_;
};

// While this lives, rings reach the publisher.
class DoorbellTarget {
 public:
  // `doorbell` may be null. Both outlive this.
  DoorbellTarget(WindowsDoorbell* doorbell, Publisher& publisher) : doorbell_(doorbell) {
    if (doorbell_ != nullptr) doorbell_->set_target(&publisher);
  }
  DoorbellTarget(const DoorbellTarget&) = delete;
  DoorbellTarget& operator=(const DoorbellTarget&) = delete;
  ~DoorbellTarget() {
    if (doorbell_ != nullptr) doorbell_->set_target(nullptr);
  }

 private:
  WindowsDoorbell* doorbell_;
};

}  // namespace pierglass::guest
