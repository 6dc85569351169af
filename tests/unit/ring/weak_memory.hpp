// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

// A small model checker for lock-free code that is a template over its atomics. It tries every
// interleaving of a few threads and, for every load, every value that the C++ memory model allows
// to be read there: each location keeps the messages written to it; each thread has a view (the
// oldest message it may still read, per location); a release store carries the writer's view, an
// acquire load takes it over; sequentially consistent accesses of one location are totally ordered.
// A full fence takes over what every full fence before it had seen, and adds its own. A
// non-temporal store is carried by a release only after a store fence. A thread may wait for a
// ring; when only waiting threads are left, that is a violation. What the model leaves out: loads
// that are delayed past later stores.
//
// Threads are ordinary functions of a ModelWords. They are resumed by running them again from the
// start with the results of their earlier operations, so they may depend on nothing else.
namespace pierglass::ring::model {

inline constexpr int kLocations = 20;
inline constexpr int kMaxThreads = 3;
inline constexpr int kMaxSlots = 2;

using View = std::array<std::uint8_t, kLocations>;
using Order = std::memory_order;

inline void join(View& into, const View& from) {
  for (std::size_t i = 0; i < into.size(); ++i) into[i] = std::max(into[i], from[i]);
}

enum class Kind : std::uint8_t {
  Load,
  Store,
  StoreNonTemporal,
  Exchange,
  SetBits,
  ClearBits,
  Await,  // until the word is not 0; swaps 0 in
  Fence,
  FullFence,
  Begin,
  Believe,
  Doubt
};

struct Op {
  Kind kind;
  int location = 0;
  std::uint64_t value =
      0;  // stored; for Exchange the expected value; for Begin, Believe a sequence
  std::uint64_t desired = 0;  // Exchange
  Order order = Order::seq_cst;
};

// Thrown by an operation that has not happened yet: ends the replay.
struct Suspend {
  Op op;
};

struct Violation {
  const char* what;
};

// What a thread's program sees.
class Thread {
 public:
  // May return a weaker order than asked for: the mutations.
  using Weaken = std::function<Order(const Op&)>;

  Thread(int index, const std::vector<std::uint64_t>& history, const Weaken& weaken)
      : index_(index), history_(history), weaken_(weaken) {}

  std::uint64_t perform(Op op) {
    if (position_ < history_.size()) return history_[position_++];
    if (weaken_) op.order = weaken_(op);
    throw Suspend{op};
  }
  void expect(bool holds, const char* what) const {
    if (!holds) throw Violation{what};
  }
  [[nodiscard]] int index() const { return index_; }

 private:
  int index_;
  const std::vector<std::uint64_t>& history_;
  const Weaken& weaken_;
  std::size_t position_ = 0;
};

template <typename T>
class Word {
 public:
  Word(Thread& thread, int location) : thread_(thread), location_(location) {}
  T load(Order order) const {
    return static_cast<T>(
        thread_.perform({.kind = Kind::Load, .location = location_, .order = order}));
  }
  void store(T value, Order order) const {
    thread_.perform({.kind = Kind::Store, .location = location_, .value = value, .order = order});
  }
  void store_non_temporal(T value) const {
    thread_.perform({.kind = Kind::StoreNonTemporal,
                     .location = location_,
                     .value = value,
                     .order = Order::relaxed});
  }
  bool compare_exchange_strong(T& expected, T desired, Order order) const {
    const auto found = static_cast<T>(thread_.perform({.kind = Kind::Exchange,
                                                       .location = location_,
                                                       .value = expected,
                                                       .desired = desired,
                                                       .order = order}));
    const bool done = found == expected;
    expected = found;
    return done;
  }
  T fetch_or(T bits, Order order) const { return change(Kind::SetBits, bits, order); }
  T fetch_and(T bits, Order order) const { return change(Kind::ClearBits, bits, order); }
  void await() const { change(Kind::Await, 0, Order::acq_rel); }

 private:
  T change(Kind kind, T bits, Order order) const {
    return static_cast<T>(
        thread_.perform({.kind = kind, .location = location_, .value = bits, .order = order}));
  }

  Thread& thread_;
  int location_;
};

using Program = std::function<void(Thread&)>;

struct Scene {
  std::vector<Program> programs;
  std::array<std::uint64_t, kLocations> initial{};
  std::array<std::uint64_t, kMaxSlots> owners{};  // which frame each slot holds
  Thread::Weaken weaken;
};

struct Outcome {
  std::size_t states = 0;
  std::optional<std::string> violation;
  bool exhausted = true;  // false: the limit was reached
};

class Checker {
 public:
  Checker(const Scene& scene, std::size_t limit) : scene_(scene), limit_(limit) {}

  Outcome run() {
    State first;
    for (int i = 0; i < kLocations; ++i) {
      first.memory[index(i)].messages = {{.value = scene_.initial[index(i)], .view = {}}};
    }
    first.owners = scene_.owners;
    first.threads.resize(scene_.programs.size());
    try {
      for (std::size_t t = 0; t < first.threads.size(); ++t) suspend(first, t);
      explore(first);
    } catch (const Violation& violation) {
      outcome_.violation = violation.what;
    }
    outcome_.states = seen_.size();
    return outcome_;
  }

 private:
  struct Message {
    std::uint64_t value;
    View view;
  };
  struct Location {
    std::vector<Message> messages;
    std::uint8_t ordered = 0;  // newest message that a sequentially consistent access has met
  };
  struct ThreadState {
    std::vector<std::uint64_t> history;
    View view{};       // what it has seen
    View published{};  // what its next release carries
    std::optional<Op> next;
    std::optional<std::pair<int, std::uint64_t>> belief;  // slot and sequence it relies on
  };
  struct State {
    std::array<Location, kLocations> memory;
    std::vector<ThreadState> threads;
    std::array<std::uint64_t, kMaxSlots> owners{};
    View fenced{};  // what the full fences so far have seen
  };

  static std::size_t index(int location) { return static_cast<std::size_t>(location); }

  // Runs a thread up to its next operation on memory; what it notes on the way happens at once.
  void suspend(State& state, std::size_t t) {
    ThreadState& thread = state.threads[t];
    for (;;) {
      thread.next.reset();
      try {
        Thread context(static_cast<int>(t), thread.history, scene_.weaken);
        scene_.programs[t](context);
        return;
      } catch (const Suspend& pending) {
        thread.next = pending.op;
      }
      if (thread.next->kind < Kind::Begin) return;
      note(state, t, *thread.next);
      thread.history.push_back(0);
    }
  }

  static void note(State& state, std::size_t t, const Op& op) {
    std::uint64_t& owner = state.owners[index(op.location)];
    if (op.kind == Kind::Begin) {
      for (const ThreadState& other : state.threads) {
        if (other.belief && other.belief->first == op.location) {
          throw Violation{"the guest writes a slot that a reader holds"};
        }
      }
      owner = op.value;
    } else if (op.kind == Kind::Believe) {
      if (owner != op.value) throw Violation{"a reader believes to hold a slot that is rewritten"};
      state.threads[t].belief = {op.location, op.value};
    } else {
      state.threads[t].belief.reset();
    }
  }

  void explore(const State& state) {
    if (seen_.size() >= limit_) {
      outcome_.exhausted = false;
      return;
    }
    if (!seen_.insert(digest(state)).second) return;
    bool waiting = false;
    bool moving = false;
    for (std::size_t t = 0; t < state.threads.size(); ++t) {
      if (!state.threads[t].next) continue;
      const Op op = *state.threads[t].next;
      if (op.kind == Kind::Await && state.memory[index(op.location)].messages.back().value == 0) {
        waiting = true;
        continue;
      }
      moving = true;
      if (op.kind != Kind::Load) {
        step(state, t, op, newest(state, op.location));
        continue;
      }
      const Location& location = state.memory[index(op.location)];
      std::uint8_t oldest = state.threads[t].view[index(op.location)];
      if (op.order == Order::seq_cst) oldest = std::max(oldest, location.ordered);
      for (std::size_t m = oldest; m < location.messages.size(); ++m) {
        step(state, t, op, static_cast<std::uint8_t>(m));
      }
    }
    if (waiting && !moving) throw Violation{"a thread sleeps for ever"};
  }

  static std::uint8_t newest(const State& state, int location) {
    return static_cast<std::uint8_t>(state.memory[index(location)].messages.size() - 1);
  }

  void step(const State& before, std::size_t t, const Op& op, std::uint8_t message) {
    State state = before;
    ThreadState& thread = state.threads[t];
    std::uint64_t result = 0;
    if (op.kind == Kind::Load || updates(op.kind)) result = read(state, t, op, message);
    if (op.kind == Kind::Store || op.kind == Kind::StoreNonTemporal)
      write(state, t, op, op.value, {});
    if (updates(op.kind) && (op.kind != Kind::Exchange || result == op.value)) {
      // Goes on with the release sequence of what it read.
      const View carried = state.memory[index(op.location)].messages[message].view;
      write(state, t, op, updated(op, result), carried);
    }
    if (op.kind == Kind::Fence) thread.published = thread.view;
    if (op.kind == Kind::FullFence) {
      join(state.fenced, thread.view);
      join(thread.view, state.fenced);
      thread.published = thread.view;
    }
    thread.history.push_back(result);
    suspend(state, t);
    explore(state);
  }

  static bool updates(Kind kind) {
    return kind == Kind::Exchange || kind == Kind::SetBits || kind == Kind::ClearBits ||
           kind == Kind::Await;
  }
  static std::uint64_t updated(const Op& op, std::uint64_t old) {
    if (op.kind == Kind::Exchange) return op.desired;
    if (op.kind == Kind::SetBits) return old | op.value;
    return op.kind == Kind::ClearBits ? old & op.value : 0;
  }

  static bool acquires(Order order) {
    return order == Order::acquire || order == Order::acq_rel || order == Order::seq_cst;
  }
  static bool releases(Order order) {
    return order == Order::release || order == Order::acq_rel || order == Order::seq_cst;
  }

  static std::uint64_t read(State& state, std::size_t t, const Op& op, std::uint8_t message) {
    ThreadState& thread = state.threads[t];
    Location& location = state.memory[index(op.location)];
    View gained{};
    if (acquires(op.order)) gained = location.messages[message].view;
    gained[index(op.location)] = std::max(gained[index(op.location)], message);
    join(thread.view, gained);
    join(thread.published, gained);
    if (op.order == Order::seq_cst) location.ordered = std::max(location.ordered, message);
    return location.messages[message].value;
  }

  static void write(State& state, std::size_t t, const Op& op, std::uint64_t value,
                    const View& carried) {
    ThreadState& thread = state.threads[t];
    Location& location = state.memory[index(op.location)];
    const auto stamp = static_cast<std::uint8_t>(location.messages.size());
    thread.view[index(op.location)] = stamp;
    if (op.kind != Kind::StoreNonTemporal) thread.published[index(op.location)] = stamp;
    View view = carried;
    if (releases(op.order)) join(view, thread.published);
    view[index(op.location)] = stamp;
    location.messages.push_back({.value = value, .view = view});
    if (op.order == Order::seq_cst) location.ordered = stamp;
  }

  struct Digest {
    std::uint64_t a = 0xcbf29ce484222325;
    std::uint64_t b = 0x9e3779b97f4a7c15;
    bool operator==(const Digest&) const = default;
    void add(std::uint64_t value) {
      a = (a ^ value) * 0x100000001b3;
      a ^= a >> 29;
      b = (b + value) * 0xbf58476d1ce4e5b9;
      b ^= b >> 31;
    }
    void add(const View& view) {
      for (std::uint8_t stamp : view) add(stamp);
    }
  };
  struct DigestHash {
    std::size_t operator()(const Digest& digest) const { return digest.a; }
  };

  static Digest digest(const State& state) {
    Digest digest;
    for (const Location& location : state.memory) {
      digest.add(location.messages.size());
      digest.add(location.ordered);
      for (const Message& message : location.messages) {
        digest.add(message.value);
        digest.add(message.view);
      }
    }
    for (const ThreadState& thread : state.threads) {
      digest.add(thread.history.size());
      for (std::uint64_t value : thread.history) digest.add(value);
      digest.add(thread.view);
      digest.add(thread.published);
    }
    digest.add(state.fenced);
    return digest;  // owners and beliefs follow from the histories
  }

  const Scene& scene_;
  std::size_t limit_;
  std::unordered_set<Digest, DigestHash> seen_;
  Outcome outcome_;
};

}  // namespace pierglass::ring::model
