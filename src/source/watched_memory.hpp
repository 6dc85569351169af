// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "base/clock.hpp"
#include "base/fd.hpp"
#include "base/result.hpp"
#include "shm/file_linux.hpp"
#include "shm/shared_memory.hpp"
#include "source/broker_link.hpp"

namespace pierglass::source {

// The memory behind a path or a broker, whatever happens there: truncated, grown, removed,
// replaced. Whoever points into bytes() asks changed() regularly, lets go when it says so, and
// calls reopen(). One thread; nothing blocks. Move-only.
class WatchedMemory {
 public:
  // Maps the file or kvmfr device. Errors: as shm::open_memory.
  static Result<WatchedMemory> open(std::string path);

  // What a broker gives, which may be nothing yet: nothing is mapped before changed() and reopen().
  static WatchedMemory behind(std::shared_ptr<BrokerLink> broker);

  // Memory that needs no path and is never replaced; for tests. `file` is what it maps.
  static WatchedMemory over(shm::SharedMemory memory, Fd file = {});

  // Null: it does not come from a broker.
  [[nodiscard]] BrokerLink* broker() const { return view_ ? view_->link.get() : nullptr; }

  // Lets a broker be followed; cheap.
  void tick(HostTime now);

  // A guest that the reader reads lives in bytes(): a broker's other memory is not taken meanwhile.
  void set_guest_lives(bool lives);

  // Empty after a reopen() that failed.
  [[nodiscard]] std::span<std::byte> bytes() const { return memory_.bytes(); }

  // What another process maps to see the same bytes; stays ours, until reopen(). -1: a device,
  // which not everybody can map, or nothing is mapped.
  [[nodiscard]] int descriptor() const { return file_.get(); }

  // The file or device that is mapped; as descriptor(), but -1 only where nothing is mapped.
  [[nodiscard]] int handle() const { return file_ ? file_.get() : device_.get(); }

  // What descriptor() names may be cut off by whoever may write it.
  [[nodiscard]] bool may_shrink() const { return may_shrink_; }

  // False while nothing is mapped and once a page of the mapping has vanished.
  [[nodiscard]] bool intact() const { return memory_.intact(); }

  // Looks at the path, or what the broker gave. True when it names other memory than what is
  // mapped, or this is no longer intact and there is something to map. Gone from the folder is no
  // change: whoever has it mapped may go on.
  [[nodiscard]] bool changed();

  // Maps what is there now; bytes() from before are gone.
  void reopen();

  // Why nothing is mapped, or no broker there for a guest to come to, as a sentence; else empty.
  [[nodiscard]] const std::string& error() const { return error_; }

  // What error() tells may pass by itself: a broker that is not there yet.
  [[nodiscard]] bool waiting() const;

 private:
  // One reader's share of a broker.
  struct View {
    explicit View(std::shared_ptr<BrokerLink> broker) : link(std::move(broker)) {}
    View(const View&) = delete;
    View& operator=(const View&) = delete;
    ~View();

    std::shared_ptr<BrokerLink> link;
    std::uint64_t mapped = 0;  // generation
    bool guest_lives = false;
    std::string trouble;  // of memory that the broker gave; empty: none
  };

  explicit WatchedMemory(std::shared_ptr<BrokerLink> broker);
  void reopen_view();
  WatchedMemory(std::string path, shm::SharedMemory memory, const shm::FileIdentity& identity);
  void map(Result<Fd> file);
  void take_file(Fd file);

  std::unique_ptr<View> view_;  // null: no broker
  std::string path_;            // empty: memory without one
  shm::SharedMemory memory_;
  // What memory_ maps: one of them, or nothing is mapped.
  Fd file_;
  Fd device_;
  bool may_shrink_ = true;
  shm::FileIdentity identity_;
  shm::FileIdentity seen_;  // what changed() saw last
  std::string error_;
};

}  // namespace pierglass::source
