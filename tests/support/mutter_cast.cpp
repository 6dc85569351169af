// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/mutter_cast.hpp"

#include <cstring>

#include "tests/support/mutter_output.hpp"
#include "tests/support/patience.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::test {
namespace {

using namespace std::chrono_literals;

constexpr const char* kService = "org.gnome.Mutter.ScreenCast";
const auto kPatience = patience(20s);

// A screen cast of one monitor, while it lives.
class Cast {
 public:
  Cast(MutterBus& bus, const std::string& connector) : bus_(bus) {
    session_ = object(bus_.call({kService, "/org/gnome/Mutter/ScreenCast", kService},
                                "CreateSession", "a{sv}", 0),
                      "Session");
    constexpr std::uint32_t kHiddenCursor = 0;
    const MutterBus::Object stream =
        object(bus_.call(session_, "RecordMonitor", "sa{sv}", connector.c_str(), 1, "cursor-mode",
                         "u", kHiddenCursor),
               "Stream");
    check_bus(sd_bus_match_signal(bus_.native(), &slot_, nullptr, stream.path.c_str(),
                                  stream.interface.c_str(), "PipeWireStreamAdded", on_added, this),
              "mutter's stream");
    bus_.call(session_, "Start", nullptr);
  }
  Cast(const Cast&) = delete;
  Cast& operator=(const Cast&) = delete;
  ~Cast() {
    sd_bus_slot_unref(slot_);
    // Unanswered: it may have ended by itself.
    sd_bus_call_method_async(bus_.native(), nullptr, kService, session_.path.c_str(),
                             session_.interface.c_str(), "Stop", nullptr, nullptr, nullptr);
    sd_bus_flush(bus_.native());
  }

  // PipeWire's number of it.
  std::uint32_t node() {
    const bool added = wait_until(
        [this] {
          while (sd_bus_process(bus_.native(), nullptr) > 0) {
          }
          return node_.has_value();
        },
        kPatience);
    if (!added) throw std::runtime_error("mutter made no PipeWire stream");
    return *node_;
  }

 private:
  // The reply's object, by the interface of that name.
  static MutterBus::Object object(const BusMessage& reply, const std::string& kind) {
    const char* path = nullptr;
    check_bus(sd_bus_message_read(reply.get(), "o", &path), "mutter's answer");
    return {.service = kService, .path = path, .interface = kService + ("." + kind)};
  }

  static int on_added(sd_bus_message* message, void* self, sd_bus_error*) {
    std::uint32_t node = 0;
    if (sd_bus_message_read(message, "u", &node) >= 0) static_cast<Cast*>(self)->node_ = node;
    return 0;
  }

  MutterBus& bus_;
  MutterBus::Object session_;
  sd_bus_slot* slot_ = nullptr;
  std::optional<std::uint32_t> node_;
};

// Four bytes a pixel, rows without padding.
Picture parse_xrgb(const std::string& bytes, Size size) {
  Picture picture(size);
  if (bytes.size() != size.area() * 4) {
    throw std::runtime_error("mutter's picture has " + std::to_string(bytes.size()) + " bytes");
  }
  std::memcpy(picture.pixels.data(), bytes.data(), bytes.size());
  for (std::uint32_t& pixel : picture.pixels) pixel &= 0xffffff;
  return picture;
}

}  // namespace

Command MutterCast::service(const std::string& program) {
  Command command = lab_.command(program, {program});
  command.environment.insert(command.environment.end(),
                             {{"DBUS_SESSION_BUS_ADDRESS", address_},
                              {"DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent"}});
  return command;
}

MutterCast::MutterCast(Lab& lab, MutterBus& bus, const std::filesystem::path& socket)
    : lab_(lab), bus_(bus), address_("unix:path=" + socket.string()) {
  pipewire_.emplace(service("pipewire"));
  const std::filesystem::path place = lab.runtime() / "pipewire-0";
  if (!wait_until([&] { return std::filesystem::exists(place) || !pipewire_->running(); },
                  kPatience) ||
      !pipewire_->running()) {
    throw std::runtime_error("pipewire did not start: " + pipewire_->err());
  }
  wireplumber_.emplace(service("wireplumber"));
}

Picture MutterCast::screenshot(Size upright) {
  Cast cast(bus_, mutter_monitor(bus_).connector);
  const std::filesystem::path file = lab_.home() / "cast";
  const Finished done =
      run_to_end(lab_.command("gst-launch", {"gst-launch-1.0", "-q", "pipewiresrc",
                                             "path=" + std::to_string(cast.node()), "num-buffers=1",
                                             "!", "videoconvert", "!", "video/x-raw,format=BGRx",
                                             "!", "filesink", "location=" + file.string()}),
                 kPatience);
  if (done.exit != Exit{.code = 0}) {
    throw std::runtime_error("gst-launch-1.0: " + done.out + done.err + wireplumber_->err());
  }
  return parse_xrgb(read_text(file), upright);
}

}  // namespace pierglass::test
