// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/fake_server.hpp"

#include <content-type-v1-server-protocol.h>
#include <cursor-shape-v1-server-protocol.h>
#include <fractional-scale-v1-server-protocol.h>
#include <idle-inhibit-unstable-v1-server-protocol.h>
#include <keyboard-shortcuts-inhibit-unstable-v1-server-protocol.h>
#include <linux-dmabuf-unstable-v1-server-protocol.h>
#include <linux-drm-syncobj-v1-server-protocol.h>
#include <pointer-constraints-unstable-v1-server-protocol.h>
#include <poll.h>
#include <presentation-time-server-protocol.h>
#include <relative-pointer-unstable-v1-server-protocol.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <tearing-control-v1-server-protocol.h>
#include <unistd.h>
#include <viewporter-server-protocol.h>
#include <wayland-server-protocol.h>
#include <xdg-activation-v1-server-protocol.h>
#include <xdg-decoration-unstable-v1-server-protocol.h>
#include <xdg-shell-server-protocol.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "base/result.hpp"
#include "base/unix_address_linux.hpp"

namespace pierglass::test {

namespace {

const wl_interface* interface_called(std::string_view name) {
  static constexpr std::array kKnown = {
      &wl_compositor_interface,
      &xdg_wm_base_interface,
      &wl_output_interface,
      &wp_viewporter_interface,
      &wp_fractional_scale_manager_v1_interface,
      &wp_presentation_interface,
      &wp_content_type_manager_v1_interface,
      &wp_tearing_control_manager_v1_interface,
      &zxdg_decoration_manager_v1_interface,
      &zwp_idle_inhibit_manager_v1_interface,
      &xdg_activation_v1_interface,
      &wl_seat_interface,
      &zwp_relative_pointer_manager_v1_interface,
      &zwp_pointer_constraints_v1_interface,
      &zwp_keyboard_shortcuts_inhibit_manager_v1_interface,
      &wl_data_device_manager_interface,
      &zwp_linux_dmabuf_v1_interface,
      &wp_cursor_shape_manager_v1_interface,
      &wp_linux_drm_syncobj_manager_v1_interface,
  };
  for (const wl_interface* one : kKnown)
    if (name == one->name) return one;
  return nullptr;
}

std::string object_text(wl_resource* resource) {
  if (resource == nullptr) return "nil";
  return std::string(wl_resource_get_class(resource)) + "#" +
         std::to_string(wl_resource_get_id(resource));
}

std::string argument_text(char type, const wl_argument& argument, const wl_interface* made) {
  switch (type) {
    case 'i':
      return std::to_string(argument.i);
    case 'u':
      return std::to_string(argument.u);
    case 'f':
      return std::to_string(wl_fixed_to_double(argument.f));
    case 's':
      return argument.s == nullptr ? "nil" : "\"" + std::string(argument.s) + "\"";
    case 'o':
      return object_text(reinterpret_cast<wl_resource*>(argument.o));
    case 'n':
      return std::string("new ") + (made == nullptr ? "" : made->name) + "#" +
             std::to_string(argument.n);
    case 'a':
      return "array";
    default:
      return "fd";
  }
}

std::string arguments_text(const wl_protocol_logger_message& message) {
  std::string text;
  int index = 0;
  for (const char* type = message.message->signature; *type != '\0'; ++type) {
    if (std::strchr("iufsonah", *type) == nullptr) continue;  // versions and "?"
    if (index > 0) text += ", ";
    text += argument_text(*type, message.arguments[index], message.message->types[index]);
    ++index;
  }
  return text;
}

}  // namespace

FakeCompositor::Server::Server(FakeOptions options) : options_(std::move(options)) {
  display_ = wl_display_create();
  CHECK(display_ != nullptr);
  logger_ = wl_display_add_protocol_logger(display_, on_message, this);
  command_fd_ = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  const auto wake = [](int, std::uint32_t, void* self) {
    static_cast<Server*>(self)->run_commands();
    return 0;
  };
  command_source_ = wl_event_loop_add_fd(wl_display_get_event_loop(display_), command_fd_,
                                         WL_EVENT_READABLE, wake, this);
  watch_clients();
  for (const OfferedGlobal& global : options_.globals) add_global(global);
  thread_ = std::thread([this] { serve(); });
}

FakeCompositor::Server::~Server() {
  run([this] { stopping_ = true; });
  thread_.join();
  wl_display_destroy_clients(display_);
  wl_event_source_remove(command_source_);
  wl_protocol_logger_destroy(logger_);
  wl_display_destroy(display_);
  close(command_fd_);
  if (folder_.empty()) return;
  unlink((folder_ + "/wayland-fake").c_str());
  rmdir(folder_.c_str());
}

void FakeCompositor::Server::watch_clients() {
  struct Notify {
    static void created(wl_listener* listener, void* client) {
      Server* server = reinterpret_cast<Watch*>(listener)->server;
      ++server->clients_;
      auto* watch = new Watch{.listener = {.link = {}, .notify = ended}, .server = server};
      wl_client_add_destroy_listener(static_cast<wl_client*>(client), &watch->listener);
    }
    static void ended(wl_listener* listener, void*) {
      auto* watch = reinterpret_cast<Watch*>(listener);
      --watch->server->clients_;
      delete watch;
    }
  };
  client_created_ = {.listener = {.link = {}, .notify = Notify::created}, .server = this};
  wl_display_add_client_created_listener(display_, &client_created_.listener);
}

void FakeCompositor::Server::run(std::move_only_function<void()> command) {
  if (std::this_thread::get_id() == thread_.get_id()) return command();  // part of another
  std::unique_lock lock(mutex_);
  bool done = false;
  commands_.emplace_back([&] {
    command();
    wl_display_flush_clients(display_);
    const std::scoped_lock inner(mutex_);
    done = true;
    changed_.notify_all();
  });
  eventfd_write(command_fd_, 1);
  changed_.wait(lock, [&] { return done; });
}

void FakeCompositor::Server::run_commands() {
  eventfd_t count = 0;
  eventfd_read(command_fd_, &count);
  for (;;) {
    std::move_only_function<void()> command;
    {
      const std::scoped_lock lock(mutex_);
      if (commands_.empty()) return;
      command = std::move(commands_.front());
      commands_.pop_front();
    }
    command();
  }
}

void FakeCompositor::Server::serve() {
  std::uint64_t told = 0;
  std::size_t told_clients = 0;
  while (!stopping_) {
    if (paused_) {
      pollfd commands{.fd = command_fd_, .events = POLLIN, .revents = 0};
      poll(&commands, 1, -1);
      run_commands();
    } else {
      wl_event_loop_dispatch(wl_display_get_event_loop(display_), -1);
      wl_display_flush_clients(display_);
    }
    const std::scoped_lock lock(mutex_);
    if (requests_seen_ == told && clients_ == told_clients) continue;
    told = requests_seen_;
    told_clients = clients_;
    ++activity_;
    changed_.notify_all();
  }
}

std::vector<Request> FakeCompositor::Server::requests() {
  const std::scoped_lock lock(mutex_);
  return requests_;
}

std::uint64_t FakeCompositor::Server::activity() {
  const std::scoped_lock lock(mutex_);
  return activity_;
}

bool FakeCompositor::Server::wait_for_activity(std::uint64_t since,
                                               std::chrono::steady_clock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, deadline, [&] { return activity_ != since; });
}

FakeSurface* FakeCompositor::Server::toplevel_surface() {
  const auto found = std::ranges::find_if(
      surfaces_, [](const FakeSurface& one) { return one.toplevel != nullptr; });
  return found == surfaces_.end() ? nullptr : &*found;
}

FakeObject* FakeCompositor::Server::any_object(std::string_view interface) {
  const auto found = std::ranges::find_if(
      objects_, [&](const FakeObject& one) { return one.interface == interface; });
  return found == objects_.end() ? nullptr : &*found;
}

std::size_t FakeCompositor::Server::count_objects(std::string_view interface,
                                                  const FakeSurface& surface) {
  return static_cast<std::size_t>(std::ranges::count_if(objects_, [&](const FakeObject& one) {
    return one.interface == interface && one.surface == &surface;
  }));
}

std::size_t FakeCompositor::Server::count_objects(std::string_view interface) {
  return static_cast<std::size_t>(std::ranges::count_if(
      objects_, [&](const FakeObject& one) { return one.interface == interface; }));
}

std::vector<FakeObject*> FakeCompositor::Server::outputs(std::string_view name) {
  std::vector<FakeObject*> all;
  for (FakeObject& one : objects_)
    if (one.interface == "wl_output" && one.output == name) all.push_back(&one);
  return all;
}

void FakeCompositor::Server::pause(bool paused) {
  paused_ = paused;
}

void FakeCompositor::Server::add_global(const OfferedGlobal& global) {
  if (global.interface == "wl_shm") {
    CHECK(wl_display_init_shm(display_) == 0);  // libwayland's own implementation
    return;
  }
  if (global.interface == "wl_output") {
    for (const FakeOutput& output : options_.outputs) add_output(output);
    return;
  }
  if (global.interface == "wl_seat") {
    for (const FakeSeatOptions& seat : options_.seats) add_seat(seat);
    return;
  }
  const wl_interface* known = interface_called(global.interface);
  CHECK(known != nullptr);
  FakeGlobal& made = globals_.emplace_back();
  made.server = this;
  made.interface = global.interface;
  made.description = *known;
  made.description.version = std::max(known->version, static_cast<int>(global.version));
  made.global = wl_global_create(display_, &made.description, static_cast<int>(global.version),
                                 &made, on_bind);
  CHECK(made.global != nullptr);
}

void FakeCompositor::Server::add_output(const FakeOutput& output) {
  std::uint32_t version = 4;
  for (const OfferedGlobal& one : options_.globals)
    if (one.interface == "wl_output") version = one.version;
  FakeGlobal& made = globals_.emplace_back();
  made.server = this;
  made.interface = "wl_output";
  made.description = wl_output_interface;
  made.description.version = std::max(made.description.version, static_cast<int>(version));
  made.output = output;
  made.global =
      wl_global_create(display_, &made.description, static_cast<int>(version), &made, on_bind);
  CHECK(made.global != nullptr);
}

void FakeCompositor::Server::add_seat(const FakeSeatOptions& seat) {
  std::uint32_t version = 8;
  for (const OfferedGlobal& one : options_.globals)
    if (one.interface == "wl_seat") version = one.version;
  seats_.push_back(
      {.name = seat.name, .capabilities = capabilities_of(seat.keyboard, seat.pointer)});
  FakeGlobal& made = globals_.emplace_back();
  made.server = this;
  made.interface = "wl_seat";
  made.description = wl_seat_interface;
  made.description.version = std::max(made.description.version, static_cast<int>(version));
  made.seat = seat.name;
  made.global =
      wl_global_create(display_, &made.description, static_cast<int>(version), &made, on_bind);
  CHECK(made.global != nullptr);
}

void FakeCompositor::Server::change_output(const FakeOutput& output) {
  for (FakeGlobal& global : globals_)
    if (global.interface == "wl_output" && global.output.name == output.name)
      global.output = output;
  for (FakeObject* object : outputs(output.name)) send_output(*object, output);
}

void FakeCompositor::Server::remove_global(std::string_view interface, std::string_view name) {
  for (FakeGlobal& global : globals_) {
    if (global.interface != interface || global.global == nullptr) continue;
    if (interface == "wl_output" && global.output.name != name) continue;
    if (interface == "wl_seat" && global.seat != name) continue;
    // Stays in the list: a client's bind may be under way. wl_global_remove keeps that harmless.
    wl_global_remove(global.global);
    global.output.name.clear();
    global.interface.clear();
  }
}

void FakeCompositor::Server::adopt(int fd) {
  CHECK(wl_client_create(display_, fd) != nullptr);
}

std::string FakeCompositor::Server::listen() {
  std::string folder = "/tmp/pierglass-fake-XXXXXX";
  CHECK(mkdtemp(folder.data()) != nullptr);
  folder_ = folder;
  const std::string path = folder + "/wayland-fake";
  const sockaddr_un address = unix_address(path).value();
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  CHECK(bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
  CHECK(::listen(fd, 8) == 0);
  CHECK(wl_display_add_socket_fd(display_, fd) == 0);
  return path;
}

void FakeCompositor::Server::disconnect_clients() {
  wl_display_destroy_clients(display_);
}

void FakeCompositor::Server::on_message(void* data, wl_protocol_logger_type type,
                                        const wl_protocol_logger_message* message) {
  if (type != WL_PROTOCOL_LOGGER_REQUEST) return;
  auto* self = static_cast<Server*>(data);
  if (!self->options_.keeps_all) {
    const std::scoped_lock lock(self->mutex_);
    ++self->requests_seen_;
    return;
  }
  Request request{.interface = wl_resource_get_class(message->resource),
                  .object = wl_resource_get_id(message->resource),
                  .name = message->message->name,
                  .arguments = arguments_text(*message)};
  const std::scoped_lock lock(self->mutex_);
  ++self->requests_seen_;
  self->requests_.push_back(std::move(request));
}

void FakeCompositor::Server::on_bind(wl_client* client, void* data, std::uint32_t version,
                                     std::uint32_t id) {
  const auto& global = *static_cast<FakeGlobal*>(data);
  const wl_interface* interface = interface_called(global.description.name);
  FakeObject* object = global.server->make_object(client, interface, version, id);
  global.server->greet(*object, global);
}

FakeObject* FakeCompositor::Server::make_object(wl_client* client, const wl_interface* interface,
                                                std::uint32_t version, std::uint32_t id) {
  FakeObject& object = objects_.emplace_back();
  object.server = this;
  object.interface = interface->name;
  object.resource = wl_resource_create(client, interface, static_cast<int>(version), id);
  CHECK(object.resource != nullptr);
  wl_resource_set_dispatcher(object.resource, dispatch, nullptr, &object, on_resource_destroyed);
  return &object;
}

void FakeCompositor::Server::greet(FakeObject& object, const FakeGlobal& global) {
  if (object.interface == "wl_output") {
    object.output = global.output.name;
    send_output(object, global.output);
  }
  if (object.interface == "wl_seat") {
    object.seat = global.seat;
    wl_seat_send_capabilities(object.resource, seat(global.seat).capabilities);
    if (wl_resource_get_version(object.resource) >= WL_SEAT_NAME_SINCE_VERSION)
      wl_seat_send_name(object.resource, global.seat.c_str());
  }
  if (object.interface == "zwp_linux_dmabuf_v1") send_dmabuf_formats(object);
  if (object.interface == "wp_presentation")
    wp_presentation_send_clock_id(object.resource, options_.presentation_clock);
}

void FakeCompositor::Server::send_output(FakeObject& object, const FakeOutput& output) {
  wl_resource* to = object.resource;
  const int version = wl_resource_get_version(to);
  wl_output_send_geometry(to, 0, 0, 600, 340, 0, "Fake", "Model", output.transform);
  wl_output_send_mode(to, WL_OUTPUT_MODE_CURRENT, static_cast<std::int32_t>(output.mode.width),
                      static_cast<std::int32_t>(output.mode.height), output.refresh_mhz);
  if (version >= WL_OUTPUT_SCALE_SINCE_VERSION) wl_output_send_scale(to, output.scale);
  if (version >= WL_OUTPUT_NAME_SINCE_VERSION) wl_output_send_name(to, output.name.c_str());
  if (version >= WL_OUTPUT_DESCRIPTION_SINCE_VERSION)
    wl_output_send_description(to, output.description.c_str());
  if (version >= WL_OUTPUT_DONE_SINCE_VERSION) wl_output_send_done(to);
}

void FakeCompositor::Server::on_resource_destroyed(wl_resource* resource) {
  auto* object = static_cast<FakeObject*>(wl_resource_get_user_data(resource));
  Server* server = object->server;
  server->forget(*object);
  server->objects_.remove_if([&](const FakeObject& one) { return &one == object; });
}

void FakeCompositor::Server::forget(FakeObject& object) {
  if (object.interface == "wl_surface" && object.surface != nullptr)
    return forget_surface(*object.surface);
  std::erase(owed_tokens_, object.resource);
  std::erase(owed_dmabufs_, object.resource);
  forget_of_seat(object);
  for (FakeSurface& surface : surfaces_) {
    for (wl_resource** held : {&surface.xdg_surface, &surface.toplevel})
      if (*held == object.resource) *held = nullptr;
    for (auto* list :
         {&surface.pending_frames, &surface.pending_feedbacks, &surface.frames, &surface.feedbacks})
      std::erase(*list, object.resource);
  }
}

void FakeCompositor::Server::forget_surface(FakeSurface& surface) {
  for (FakeObject& object : objects_)
    if (object.surface == &surface) object.surface = nullptr;
  for (FakeSeatRecord& seat : seats_)
    if (seat.image_surface == surface.resource) seat.image_surface = nullptr;
  surfaces_.remove_if([&](const FakeSurface& one) { return &one == &surface; });
}

int FakeCompositor::Server::dispatch(const void*, void* target, std::uint32_t,
                                     const wl_message* message, wl_argument* arguments) {
  auto* resource = static_cast<wl_resource*>(target);
  auto& self = *static_cast<FakeObject*>(wl_resource_get_user_data(resource));
  Call call{.self = self, .arguments = arguments, .made = nullptr};
  int index = 0;
  for (const char* type = message->signature; *type != '\0'; ++type) {
    if (std::strchr("iufsonah", *type) == nullptr) continue;
    if (*type == 'n' && message->types[index] != nullptr)
      call.made = self.server->make_object(
          wl_resource_get_client(resource), message->types[index],
          static_cast<std::uint32_t>(wl_resource_get_version(resource)), arguments[index].n);
    ++index;
  }
  if (call.made != nullptr) {
    call.made->surface = self.surface;
    call.made->seat = self.seat;
  }
  const std::string key = self.interface + "." + message->name;
  if (const auto handler = handlers().find(key); handler != handlers().end())
    (self.server->*handler->second)(call);
  // The names of all destructor requests in use.
  if (std::strcmp(message->name, "destroy") == 0 || std::strcmp(message->name, "release") == 0)
    wl_resource_destroy(resource);
  return 0;
}

}  // namespace pierglass::test
