// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/geometry.hpp"
#include "input/events.hpp"

namespace pierglass::test {

struct OfferedGlobal {
  std::string interface;
  std::uint32_t version;
};

// All that the fake compositor knows, each at a version no older than Debian 12's.
std::vector<OfferedGlobal> all_globals();
std::vector<OfferedGlobal> all_globals_but(std::string_view interface);
// The same list with one version changed.
std::vector<OfferedGlobal> all_globals_with(std::string_view interface, std::uint32_t version);

struct FakeOutput {
  std::string name = "FAKE-1";
  std::string description = "Fake screen";
  Size mode{1920, 1080};
  std::int32_t refresh_mhz = 60000;
  std::int32_t scale = 1;
  std::int32_t transform = 0;
};

struct FakeSeatOptions {
  std::string name = "seat0";
  bool keyboard = false;
  bool pointer = false;
};

// What the compositor does by itself with each answer it owes.
enum class Answers : std::uint8_t { AtOnce, Withheld };
enum class Grants : std::uint8_t { AtOnce, Withheld, Denied };
// When a buffer is released: within its commit (as wlroots does with shm) or when the next one
// came, or on command.
enum class Releases : std::uint8_t { WithCommit, WithNextCommit, Withheld };

// What is taken as dma-bufs, as the events tell it, true or not.
struct FakeDmabufs {
  struct Format {
    std::uint32_t fourcc = 0x34325258;  // DRM_FORMAT_XRGB8888
    std::uint64_t modifier = 0;         // DRM_FORMAT_MOD_LINEAR
  };
  struct Tranche {
    std::uint64_t device = 0xe280;
    std::uint32_t flags = 0;
    std::vector<std::uint16_t> indices;  // of the table
  };
  std::vector<Format> table = {Format{}};
  std::optional<std::uint32_t> table_bytes;  // as told; else the table's
  std::uint64_t main_device = 0xe280;
  std::vector<Tranche> tranches = {Tranche{.indices = {0}}};
};

struct FakeOptions {
  std::vector<OfferedGlobal> globals = all_globals();
  std::vector<FakeOutput> outputs = {FakeOutput{}};
  std::vector<FakeSeatOptions> seats = {FakeSeatOptions{}};
  Answers first_configure = Answers::AtOnce;  // sent when the toplevel's first commit comes
  Size first_size;                            // 0x0: the client chooses
  std::vector<std::uint32_t> first_states;    // xdg_toplevel.state
  Answers frame_callbacks = Answers::AtOnce;
  Answers feedback = Answers::AtOnce;  // presented, when withheld nothing
  Answers activation_tokens = Answers::AtOnce;
  Answers pointer_locks = Answers::AtOnce;
  Grants shortcut_inhibitors = Grants::AtOnce;
  Releases releases = Releases::WithCommit;
  FakeDmabufs dmabufs;
  Grants dmabuf_buffers = Grants::AtOnce;  // what becomes of each one asked for
  std::vector<std::uint64_t> denied_modifiers;
  std::uint32_t presentation_clock = 1;  // CLOCK_MONOTONIC
  // Else, for long runs: no request is recorded, and of the toplevel's commits the last one alone.
  bool keeps_all = true;
};

// One request of the client, in the order of arrival.
struct Request {
  std::string interface;
  std::uint32_t object = 0;
  std::string name;
  std::string arguments;  // "1, 2, \"text\", wl_surface#3, new wl_buffer#7, nil, fd"
};

// A point of a timeline, which is told by its protocol object.
struct FakePoint {
  std::uint32_t timeline = 0;
  std::uint64_t point = 0;
  friend bool operator==(const FakePoint&, const FakePoint&) = default;
};

// What one wl_surface.commit of the toplevel's surface made effective.
struct Commit {
  bool with_buffer = false;
  bool dmabuf = false;                        // the buffer is one
  Size buffer;                                // pixels
  std::int32_t scale = 1;                     // buffer_scale in force
  std::int32_t transform = 0;                 // buffer_transform in force
  Size destination;                           // viewport destination in force; 0x0: none
  std::vector<std::uint32_t> acks;            // configure serials acked since the commit before
  std::optional<FakePoint> acquire;           // explicit synchronisation
  std::optional<FakePoint> release;           // the same
  bool tearing = false;                       // presentation hint in force: async
  std::size_t frame_callbacks = 0;            // requested with it
  std::vector<Rect> damage;                   // wl_surface.damage_buffer
  std::optional<input::PointF> pointer_hint;  // of a lock, made effective by it
};

// The toplevel as the compositor sees it.
struct ToplevelState {
  bool exists = false;
  bool mapped = false;  // has a picture
  std::string title;
  std::string app_id;
  bool wants_fullscreen = false;
  std::string fullscreen_output;  // empty: the compositor's choice
  std::vector<Commit> commits;
  std::vector<std::uint32_t> pixels;  // of the last buffer, as its 32-bit words, without padding
  Size pixels_size;
  std::size_t owed_frame_callbacks = 0;
  std::size_t owed_feedbacks = 0;
  std::size_t idle_inhibitors = 0;  // living ones of its surface
  std::size_t activations = 0;      // with a token that was given out
};

// What is on the toplevel's surface at this moment, as 32-bit words without padding.
struct ShownPicture {
  Commit commit;  // the last one
  Size size;      // of the buffer
  // What its memory holds now, until it is released; then what it held when it was committed.
  std::vector<std::uint32_t> pixels;
  // What a compositor has that took from each buffer what was told as damage, when it came.
  std::vector<std::uint32_t> painted;
};

class FakeSeat;

// A compositor in a thread of this process. It offers what it is told to, records every request,
// answers by itself as FakeOptions say, and sends any event on command. It checks the rules that a
// client is killed for in practice: no buffer before the first ack, no ack of an unknown serial,
// buffer sizes that are multiples of the scale, one role object each and none on a surface with a
// buffer, no end of a role's parts in the wrong order, one tearing control for a surface, one
// constraint and one inhibitor for a surface and seat, both points with each buffer where there is
// explicit synchronisation (then it releases by no events), and of dma-bufs no other formats and
// bounds than were told and are, and none made immediately. Functions may be called from any
// thread, from its own only inside at_once(). They return after the compositor has done it and sent
// the events; when the client has handled them is for the test to wait for.
class FakeCompositor {
 public:
  explicit FakeCompositor(FakeOptions options = {});
  FakeCompositor(const FakeCompositor&) = delete;
  FakeCompositor& operator=(const FakeCompositor&) = delete;
  ~FakeCompositor();

  // ---- connections ----
  // The client's end of a new connection; the caller owns the descriptor.
  [[nodiscard]] int connect();
  // Listens; an absolute path, good as WAYLAND_DISPLAY. The folder is removed at the end.
  [[nodiscard]] std::string listen();
  [[nodiscard]] std::size_t clients();
  // Stops reading the clients' sockets until resume(), so that they fill up.
  void pause();
  void resume();

  // ---- what came ----
  [[nodiscard]] std::vector<Request> requests();
  [[nodiscard]] std::size_t count(std::string_view interface, std::string_view request);
  [[nodiscard]] ToplevelState toplevel();
  [[nodiscard]] ShownPicture shown();  // empty before the first picture
  // Living objects of that interface, of all clients; none of wl_shm's.
  [[nodiscard]] std::size_t living(std::string_view interface);
  // Waits until `condition` holds; it is asked after each batch of requests, on the caller's
  // thread.
  [[nodiscard]] bool wait_until(std::move_only_function<bool()> condition,
                                std::chrono::nanoseconds timeout = std::chrono::seconds(5));
  [[nodiscard]] bool wait_for_request(std::string_view interface, std::string_view request,
                                      std::size_t count = 1);
  [[nodiscard]] bool wait_for_commits(std::size_t count);

  // ---- events on command ----
  // xdg_toplevel.configure and xdg_surface.configure; gives the serial.
  std::uint32_t configure(Size size, std::vector<std::uint32_t> states = {});
  void close_toplevel();
  std::uint32_t ping();
  void preferred_scale(std::uint32_t scale120);
  void enter_output(std::string_view name);
  void leave_output(std::string_view name);
  // Answers what is owed.
  void send_frame_callbacks();
  // Of all buffers of the toplevel that were replaced and still live.
  void send_releases();
  void send_activation_tokens();
  // Of all dma-buf buffers that were asked for: created, or failed.
  void answer_dmabufs(bool created);
  // Answers `failed` to all with such a modifier, whatever becomes of the others.
  void deny_dmabufs(std::vector<std::uint64_t> modifiers);
  // From now on; to all feedback objects.
  void tell_dmabufs(FakeDmabufs dmabufs);
  void send_presented(std::uint64_t time_ns, std::uint32_t refresh_ns, std::uint64_t sequence,
                      std::uint32_t flags);
  void send_discarded();

  // Runs what sends events by this class or FakeSeat on the compositor's thread: they leave
  // together, and no request comes between them.
  void at_once(std::move_only_function<void()> events);

  // ---- globals that come and go ----
  void add_output(FakeOutput output);
  void change_output(FakeOutput output);  // the one of that name
  void remove_output(std::string_view name);
  void add_global(OfferedGlobal global);
  void remove_global(std::string_view interface);

  // ---- the end of a client ----
  // A protocol error on any living object of that interface; false when there is none.
  bool post_error(std::string_view interface, std::uint32_t code, std::string_view message);
  void disconnect_clients();

  // Input; fake_seat.hpp.
  [[nodiscard]] FakeSeat seat(std::string name = "seat0");
  void add_seat(const FakeSeatOptions& seat);

  class Server;

 private:
  std::unique_ptr<Server> server_;
};

}  // namespace pierglass::test
