// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <wayland-server-core.h>

#include <array>
#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.hpp"
#include "tests/support/fake_compositor.hpp"
#include "tests/support/fake_seat.hpp"

namespace pierglass::test {

// Inside of the fake compositor; all but run() and the recording are touched by its thread only.

struct FakeSurface;

// The one plane of a dma-buf buffer that was asked for.
struct FakePlane {
  Fd file;
  std::uint32_t offset = 0;
  std::uint32_t stride = 0;
  std::uint64_t modifier = 0;
  Size size;
  bool used = false;  // a buffer was asked for
};

// The state behind one protocol object.
struct FakeObject {
  FakeCompositor::Server* server = nullptr;
  wl_resource* resource = nullptr;
  std::string interface;
  FakeSurface* surface = nullptr;  // the wl_surface it belongs to, if any
  std::string output;              // wl_output: its name
  std::string seat;                // the name of the seat it belongs to, if any
  // zwp_locked_pointer_v1
  std::optional<input::PointF> pending_hint;
  std::optional<input::PointF> hint;  // in force
  std::optional<FakePlane> plane;     // zwp_linux_buffer_params_v1, and wl_buffer made by it
};

struct FakeSurface {
  enum class Role : std::uint8_t { None, Toplevel, Pointer };
  Role role = Role::None;  // for good
  wl_resource* resource = nullptr;
  wl_resource* xdg_surface = nullptr;
  wl_resource* toplevel = nullptr;
  // Pending until the next commit. Buffers by object id: they may be destroyed at any time.
  bool attached = false;
  std::uint32_t buffer_id = 0;
  Commit pending;
  bool damaged_all = false;
  std::vector<wl_resource*> pending_frames;
  std::vector<wl_resource*> pending_feedbacks;
  // In force.
  std::uint32_t current_buffer_id = 0;
  std::vector<std::uint32_t> owed_releases;  // buffers that were replaced
  std::vector<wl_resource*> frames;
  std::vector<wl_resource*> feedbacks;
  std::set<std::uint32_t> unacked;
  bool configured = false;  // some configure was acked
  bool first_configure_sent = false;
  bool has_content = false;
  Size content_size;
  std::vector<std::uint32_t> content;  // a pointer's picture
  std::vector<std::uint32_t> painted;  // a toplevel's, by damage
  Size painted_size;
  std::size_t commits = 0;
};

struct FakeGlobal {
  FakeCompositor::Server* server = nullptr;
  std::string interface;
  wl_interface description{};  // a copy, so that the version may exceed the header's
  wl_global* global = nullptr;
  FakeOutput output;  // wl_output only
  std::string seat;   // wl_seat only: its name
};

struct FakeKeymap {
  std::string text;
  std::uint32_t size = 0;  // as told; 0: there is none
  std::uint32_t format = 1;
};

// wl_seat.capability
std::uint32_t capabilities_of(bool keyboard, bool pointer);

struct FakeSeatRecord {
  std::string name;
  std::uint32_t capabilities = 0;
  FakeKeymap keymap;
  SeatState state;  // what is not found out when asked
  wl_resource* image_surface = nullptr;
};

class FakeCompositor::Server {
 public:
  explicit Server(FakeOptions options);
  ~Server();

  // Runs `command` on the compositor's thread, sends the events it made, and returns after it.
  void run(std::move_only_function<void()> command);

  // ---- any thread ----
  std::vector<Request> requests();
  std::uint64_t activity();
  bool wait_for_activity(std::uint64_t since, std::chrono::steady_clock::time_point deadline);

  // ---- compositor's thread ----
  wl_display* display() { return display_; }
  FakeOptions& options() { return options_; }
  ToplevelState& toplevel() { return toplevel_; }
  FakeSurface* toplevel_surface();
  ShownPicture shown(FakeSurface& surface);
  FakeObject* any_object(std::string_view interface);
  std::size_t count_objects(std::string_view interface, const FakeSurface& surface);
  std::size_t count_objects(std::string_view interface);
  std::vector<FakeObject*> outputs(std::string_view name);
  std::size_t clients() const { return clients_; }
  void pause(bool paused);

  void add_global(const OfferedGlobal& global);
  void add_output(const FakeOutput& output);
  void change_output(const FakeOutput& output);
  void add_seat(const FakeSeatOptions& seat);
  // `name` of an output or a seat, else empty.
  void remove_global(std::string_view interface, std::string_view name);

  FakeSeatRecord& seat(std::string_view name);
  std::vector<FakeObject*> of_seat(std::string_view interface, std::string_view name);
  wl_resource* surface_or_toplevel(std::uint32_t surface);  // 0: the toplevel's
  void add_image(FakePointerImage& image, const FakeSeatRecord& seat);

  void adopt(int fd);
  std::string listen();
  void disconnect_clients();

  std::uint32_t configure(FakeSurface& surface, Size size, std::vector<std::uint32_t> states);
  void send_frames(FakeSurface& surface);
  void send_releases(FakeSurface& surface);
  void send_tokens();
  void answer_dmabufs(bool created);
  void tell_dmabufs(FakeDmabufs dmabufs);
  void send_presented(FakeSurface& surface, std::uint64_t time_ns, std::uint32_t refresh_ns,
                      std::uint64_t sequence, std::uint32_t flags);
  void send_discarded(FakeSurface& surface);

 private:
  // A request with the objects it made.
  struct Call {
    FakeObject& self;
    const wl_argument* arguments;
    FakeObject* made;  // the first new object
  };
  using Handler = void (Server::*)(const Call&);

  static int dispatch(const void*, void* target, std::uint32_t opcode, const wl_message* message,
                      wl_argument* arguments);
  static void on_bind(wl_client* client, void* data, std::uint32_t version, std::uint32_t id);
  static void on_message(void* data, wl_protocol_logger_type type,
                         const wl_protocol_logger_message* message);
  static void on_resource_destroyed(wl_resource* resource);
  static const std::map<std::string, Handler, std::less<>>& handlers();
  static FakeObject* object_of(const wl_argument& argument);

  // A listener that knows whose it is; its own address is the wl_listener's.
  struct Watch {
    wl_listener listener{};
    Server* server = nullptr;
  };

  void serve();
  void run_commands();
  void watch_clients();
  FakeObject* make_object(wl_client* client, const wl_interface* interface, std::uint32_t version,
                          std::uint32_t id);
  void greet(FakeObject& object, const FakeGlobal& global);
  void send_output(FakeObject& object, const FakeOutput& output);
  void forget(FakeObject& object);
  void forget_surface(FakeSurface& surface);
  void forget_of_seat(const FakeObject& object);
  void greet_keyboard(FakeObject& keyboard);
  void apply_hints(FakeSurface& surface);

  void create_surface(const Call& call);
  void attach(const Call& call);
  void damage(const Call& call);
  void damage_buffer(const Call& call);
  void frame(const Call& call);
  void set_buffer_scale(const Call& call);
  void set_buffer_transform(const Call& call);
  void commit(const Call& call);
  void join_surface_of_second_argument(const Call& call);
  void get_xdg_surface(const Call& call);
  void get_toplevel(const Call& call);
  void ack_configure(const Call& call);
  void set_title(const Call& call);
  void set_app_id(const Call& call);
  void set_fullscreen(const Call& call);
  void unset_fullscreen(const Call& call);
  void set_destination(const Call& call);
  void feedback(const Call& call);
  void get_tearing_control(const Call& call);
  void set_presentation_hint(const Call& call);
  void set_decoration_mode(const Call& call);
  void commit_token(const Call& call);
  void activate(const Call& call);
  void end_xdg_surface(const Call& call);
  void get_keyboard(const Call& call);
  void set_cursor(const Call& call);
  void get_relative_pointer(const Call& call);
  void get_shape_device(const Call& call);
  void set_shape(const Call& call);
  void lock_pointer(const Call& call);
  void set_pointer_hint(const Call& call);
  void inhibit_shortcuts(const Call& call);
  void get_dmabuf_feedback(const Call& call);
  void get_surface_dmabuf_feedback(const Call& call);
  void add_plane(const Call& call);
  void create_dmabuf_buffer(const Call& call);
  void create_dmabuf_buffer_at_once(const Call& call);
  void get_sync_surface(const Call& call);
  void set_acquire_point(const Call& call);
  void set_release_point(const Call& call);
  bool check_points(FakeSurface& surface, bool with_buffer);
  void send_dmabuf_formats(FakeObject& object);
  void send_dmabuf_feedback(FakeObject& object);
  void answer_dmabuf(FakeObject& params, bool created);
  bool show_pixels(FakeSurface& surface, Size size, std::vector<std::uint32_t> pixels);

  bool show(FakeSurface& surface);
  void map(FakeSurface& surface, bool with_buffer);
  void paint(FakeSurface& surface);
  void release(FakeSurface& surface, std::uint32_t buffer_id);

  FakeOptions options_;
  wl_display* display_ = nullptr;
  wl_protocol_logger* logger_ = nullptr;
  wl_event_source* command_source_ = nullptr;
  int command_fd_ = -1;
  Watch client_created_;
  std::list<FakeGlobal> globals_;
  std::list<FakeObject> objects_;
  std::list<FakeSurface> surfaces_;
  std::list<FakeSeatRecord> seats_;
  ToplevelState toplevel_;
  std::vector<wl_resource*> owed_tokens_;
  std::vector<wl_resource*> owed_dmabufs_;
  std::set<std::string> tokens_;  // given out
  std::size_t clients_ = 0;
  std::string folder_;
  bool stopping_ = false;
  bool paused_ = false;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::deque<std::move_only_function<void()>> commands_;
  std::vector<Request> requests_;
  std::uint64_t requests_seen_ = 0;
  std::uint64_t activity_ = 0;

  std::thread thread_;
};

}  // namespace pierglass::test
