// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/spice_server.hpp"

#include <spice.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <utility>

#include "tests/support/spice_core.hpp"

namespace pierglass::test {
namespace {

constexpr int kStepMs = 5;
constexpr std::uint32_t kScreenWidth = 800;
constexpr std::uint32_t kScreenHeight = 600;

std::int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

}  // namespace

// The library finds its way back from an instance to its owner only through the address of the
// instance, so each stands first in a struct with the owner behind it.
struct SpiceServer::Machine {
  struct Keyboard {
    SpiceKbdInstance instance{};
    Machine* machine = nullptr;
  };
  struct Mouse {
    SpiceMouseInstance instance{};
    Machine* machine = nullptr;
  };
  struct Tablet {
    SpiceTabletInstance instance{};
    Machine* machine = nullptr;
  };

  template <typename Owner, typename Instance>
  static Machine& of(Instance* instance) {
    return *reinterpret_cast<Owner*>(instance)->machine;
  }

  void record(SpiceEvent event) {
    event.at_ns = now_ns();
    {
      const std::scoped_lock lock(owner->mutex_);
      owner->events_.push_back(event);
    }
    if (owner->options_.on_event) owner->options_.on_event(event);
  }

  static void push_scan(SpiceKbdInstance* instance, std::uint8_t code) {
    of<Keyboard>(instance).record({.kind = SpiceEvent::Kind::Key, .a = code});
  }
  static std::uint8_t get_leds(SpiceKbdInstance* instance) { return of<Keyboard>(instance).locks; }
  static void motion(SpiceMouseInstance* instance, int dx, int dy, int dz, std::uint32_t buttons) {
    of<Mouse>(instance).moved(dx, dy, dz, buttons);
  }
  static void mouse_buttons(SpiceMouseInstance* instance, std::uint32_t buttons) {
    of<Mouse>(instance).pressed(buttons);
  }
  static void set_logical_size(SpiceTabletInstance* /*instance*/, int /*width*/, int /*height*/) {}
  static void position(SpiceTabletInstance* instance, int x, int y, std::uint32_t buttons) {
    of<Tablet>(instance).pressed(buttons);
    of<Tablet>(instance).record(
        {.kind = SpiceEvent::Kind::Position, .a = x, .b = y, .buttons = buttons});
  }
  static void wheel(SpiceTabletInstance* instance, int notches, std::uint32_t buttons) {
    of<Tablet>(instance).pressed(buttons);
    of<Tablet>(instance).record(
        {.kind = SpiceEvent::Kind::Wheel, .a = notches, .buttons = buttons});
  }
  static void tablet_buttons(SpiceTabletInstance* instance, std::uint32_t buttons) {
    of<Tablet>(instance).pressed(buttons);
  }

  // The library tells a press as a motion of nothing.
  void moved(int dx, int dy, int dz, std::uint32_t state) {
    pressed(state);
    if (dz != 0) record({.kind = SpiceEvent::Kind::Wheel, .a = dz, .buttons = state});
    if (dx != 0 || dy != 0)
      record({.kind = SpiceEvent::Kind::Motion, .a = dx, .b = dy, .buttons = state});
  }
  void pressed(std::uint32_t state) {
    if (std::exchange(buttons, state) == state) return;
    record({.kind = SpiceEvent::Kind::Buttons, .a = static_cast<int>(state), .buttons = state});
  }

  bool start();
  void show_blank_screen();
  void stop() {
    if (has_tablet) spice_server_remove_interface(&tablet.instance.base);
    spice_server_destroy(server);
    spice_core_step(0);
  }
  void set_password(const std::string& password) {
    if (password.empty()) {
      spice_server_set_noauth(server);
    } else {
      spice_server_set_ticket(server, password.c_str(), 0, 0, 0);
    }
  }
  void add_tablet();

  SpiceServer* owner = nullptr;
  ::SpiceServer* server = nullptr;
  std::uint8_t locks = 0;
  std::uint32_t buttons = 0;
  bool has_tablet = false;
  Keyboard keyboard;
  Mouse mouse;
  Tablet tablet;
  QXLInstance screen{};
  std::vector<std::uint32_t> pixels = std::vector<std::uint32_t>(kScreenWidth * kScreenHeight);
};

namespace {

// A screen that never shows anything: without one the library offers no absolute positions.
QXLInterface* blank_screen() {
  static QXLInterface interface = [] {
    QXLInterface made{};
    made.base = {SPICE_INTERFACE_QXL, "screen", SPICE_INTERFACE_QXL_MAJOR,
                 SPICE_INTERFACE_QXL_MINOR};
    made.attached_worker = [](QXLInstance*) {};
    made.set_compression_level = [](QXLInstance*, int) {};
    made.get_init_info = [](QXLInstance*, QXLDevInitInfo* info) {
      *info = {.num_memslots_groups = 1,
               .num_memslots = 1,
               .memslot_gen_bits = 8,
               .memslot_id_bits = 8,
               .n_surfaces = 16};
    };
    made.get_command = [](QXLInstance*, QXLCommandExt*) { return 0; };
    made.req_cmd_notification = [](QXLInstance*) { return 1; };
    made.release_resource = [](QXLInstance*, QXLReleaseInfoExt) {};
    made.get_cursor_command = [](QXLInstance*, QXLCommandExt*) { return 0; };
    made.req_cursor_notification = [](QXLInstance*) { return 1; };
    made.notify_update = [](QXLInstance*, std::uint32_t) {};
    made.flush_resources = [](QXLInstance*) { return 0; };
    made.async_complete = [](QXLInstance*, std::uint64_t) {};
    made.update_area_complete = [](QXLInstance*, std::uint32_t, QXLRect*, std::uint32_t) {};
    made.set_client_capabilities = [](QXLInstance*, std::uint8_t, std::uint8_t*) {};
    return made;
  }();
  return &interface;
}

}  // namespace

void SpiceServer::Machine::show_blank_screen() {
  screen.base.sif = &blank_screen()->base;
  spice_server_add_interface(server, &screen.base);
  // One slot of memory: this process.
  QXLDevMemSlot slot{};
  slot.virt_end = ~std::uintptr_t{0};
  slot.qxl_ram_size = ~std::uint32_t{0};
  spice_qxl_add_memslot(&screen, &slot);
  QXLDevSurfaceCreate surface{};
  surface.width = kScreenWidth;
  surface.height = kScreenHeight;
  surface.stride = -static_cast<int>(kScreenWidth * sizeof(std::uint32_t));
  surface.format = SPICE_SURFACE_FMT_32_xRGB;
  surface.mouse_mode = 1;
  surface.mem = reinterpret_cast<std::uintptr_t>(pixels.data());
  spice_qxl_create_primary_surface(&screen, 0, &surface);
}

bool SpiceServer::Machine::start() {
  static SpiceKbdInterface keyboard_interface = [] {
    SpiceKbdInterface made{};
    made.base = {SPICE_INTERFACE_KEYBOARD, "keyboard", SPICE_INTERFACE_KEYBOARD_MAJOR,
                 SPICE_INTERFACE_KEYBOARD_MINOR};
    made.push_scan_freg = push_scan;
    made.get_leds = get_leds;
    return made;
  }();
  static SpiceMouseInterface mouse_interface = [] {
    SpiceMouseInterface made{};
    made.base = {SPICE_INTERFACE_MOUSE, "mouse", SPICE_INTERFACE_MOUSE_MAJOR,
                 SPICE_INTERFACE_MOUSE_MINOR};
    made.motion = motion;
    made.buttons = mouse_buttons;
    return made;
  }();
  const SpiceServerOptions& options = owner->options_;
  server = spice_server_new();
  if (options.unix_path.empty()) {
    spice_server_set_addr(server, "127.0.0.1", 0);
    spice_server_set_port(server, options.port);
  } else {
    unlink(options.unix_path.c_str());
    spice_server_set_addr(server, options.unix_path.c_str(), SPICE_ADDR_FLAG_UNIX_ONLY);
  }
  set_password(options.password);
  if (options.uuid) spice_server_set_uuid(server, options.uuid->data());
  if (!options.name.empty()) spice_server_set_name(server, options.name.c_str());
  if (spice_server_init(server, spice_core()) != 0) return false;
  locks = options.locks;
  keyboard.machine = mouse.machine = tablet.machine = this;
  keyboard.instance.base.sif = &keyboard_interface.base;
  mouse.instance.base.sif = &mouse_interface.base;
  spice_server_add_interface(server, &keyboard.instance.base);
  spice_server_kbd_leds(&keyboard.instance, locks);
  if (options.mouse) spice_server_add_interface(server, &mouse.instance.base);
  show_blank_screen();
  if (options.tablet) add_tablet();
  spice_server_vm_start(server);
  return true;
}

void SpiceServer::Machine::add_tablet() {
  static SpiceTabletInterface interface = [] {
    SpiceTabletInterface made{};
    made.base = {SPICE_INTERFACE_TABLET, "tablet", SPICE_INTERFACE_TABLET_MAJOR,
                 SPICE_INTERFACE_TABLET_MINOR};
    made.set_logical_size = set_logical_size;
    made.position = position;
    made.wheel = wheel;
    made.buttons = tablet_buttons;
    return made;
  }();
  tablet.instance.base.sif = &interface.base;
  spice_server_add_interface(server, &tablet.instance.base);
  has_tablet = true;
}

SpiceServer::SpiceServer(SpiceServerOptions options)
    : options_(std::move(options)), machine_(std::make_unique<Machine>()) {
  machine_->owner = this;
  thread_ = std::thread([this] { serve(); });
  started_.wait(false);
}

SpiceServer::~SpiceServer() {
  stop_ = true;
  thread_.join();
}

void SpiceServer::serve() {
  // The library writes to sockets that clients have closed. In this thread and those it starts
  // only.
  sigset_t pipe;
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  on_spice_channel([this](int event, int type) {
    if (type != SPICE_CHANNEL_INPUTS) return;
    if (event == SPICE_CHANNEL_EVENT_INITIALIZED) {
      ++inputs_;
      if (options_.deaf_after_link) paused_ = true;
    }
    if (event == SPICE_CHANNEL_EVENT_DISCONNECTED) --inputs_;
  });
  listening_ = machine_->start();
  started_ = true;
  started_.notify_all();
  while (!stop_) {
    if (paused_) {
      std::this_thread::sleep_for(std::chrono::milliseconds(kStepMs));
    } else {
      spice_core_step(kStepMs);
    }
    if (!work_waits_) continue;
    work_();
    work_waits_ = false;
    work_waits_.notify_all();
  }
  machine_->stop();
  on_spice_channel({});
}

void SpiceServer::run_on_thread(std::function<void()> work) {
  work_ = std::move(work);
  work_waits_ = true;
  work_waits_.wait(true);
}

std::vector<SpiceEvent> SpiceServer::events() const {
  const std::scoped_lock lock(mutex_);
  return events_;
}

std::size_t SpiceServer::event_count() const {
  const std::scoped_lock lock(mutex_);
  return events_.size();
}

void SpiceServer::clear_events() {
  const std::scoped_lock lock(mutex_);
  events_.clear();
}

std::string SpiceServer::keys() const {
  std::string out;
  for (const SpiceEvent& event : events()) {
    if (event.kind != SpiceEvent::Kind::Key) continue;
    std::array<char, 4> text{};
    std::snprintf(text.data(), text.size(), "%02x", static_cast<unsigned>(event.a) & 0xff);
    out += (out.empty() ? "" : " ") + std::string(text.data());
  }
  return out;
}

std::pair<std::int64_t, std::int64_t> SpiceServer::motion_sum() const {
  std::pair<std::int64_t, std::int64_t> out{0, 0};
  for (const SpiceEvent& event : events()) {
    if (event.kind != SpiceEvent::Kind::Motion) continue;
    out.first += event.a;
    out.second += event.b;
  }
  return out;
}

void SpiceServer::set_locks(std::uint8_t locks) {
  run_on_thread([this, locks] {
    machine_->locks = locks;
    spice_server_kbd_leds(&machine_->keyboard.instance, locks);
  });
}

void SpiceServer::set_password(const std::string& password) {
  run_on_thread([this, &password] { machine_->set_password(password); });
}

void SpiceServer::add_tablet() {
  run_on_thread([this] { machine_->add_tablet(); });
}

void SpiceServer::remove_tablet() {
  run_on_thread([this] {
    spice_server_remove_interface(&machine_->tablet.instance.base);
    machine_->has_tablet = false;
  });
}

}  // namespace pierglass::test
