// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/input_setup.hpp"

#include <utility>

#include "base/describe.hpp"
#include "control/runtime_folder.hpp"

namespace pierglass::app {
namespace {

// QEMU's documentation and libvirt begin to count SPICE ports here.
constexpr std::uint16_t kUsualPort = 5900;

input::CaptureWhen capture_when(CaptureChoice choice) {
  switch (choice) {
    case CaptureChoice::Manual:
      return input::CaptureWhen::Manual;
    case CaptureChoice::Fullscreen:
      return input::CaptureWhen::Fullscreen;
    case CaptureChoice::Never:
      return input::CaptureWhen::Never;
  }
  return input::CaptureWhen::Manual;
}

}  // namespace

std::expected<input::RouterOptions, std::string> router_options(const InputOptions& options) {
  auto bindings = input::Bindings::parse(options.capture_key, options.bindings);
  if (!bindings) return std::unexpected(std::move(bindings.error()));
  return input::RouterOptions{.when = capture_when(options.capture),
                              .capture_button = options.capture_button,
                              .accelerated = options.motion == MotionChoice::Accelerated,
                              .sensitivity = options.sensitivity,
                              .bindings = std::move(*bindings)};
}

std::expected<std::vector<spice::Address>, std::string> spice_addresses(const std::string& choice,
                                                                        const std::string& name) {
  std::vector<spice::Address> addresses;
  if (choice == "none") return addresses;
  if (choice == "auto") {
    const auto folder = control::runtime_folder_path();
    const auto socket = folder ? spice::parse_address(*folder + "/" + name + ".spice")
                               : Result<spice::Address>(std::unexpected(folder.error()));
    if (socket) addresses.push_back(*socket);
    addresses.push_back(
        {.kind = spice::Address::Kind::Tcp, .host = "127.0.0.1", .port = kUsualPort});
    return addresses;
  }
  auto address = spice::parse_address(choice);
  if (!address) {
    return std::unexpected("--spice: '" + choice +
                           "' is not where a SPICE server can be: " + describe(address.error()) +
                           "; write auto, none, /PATH, or HOST:PORT with a number or localhost");
  }
  addresses.push_back(std::move(*address));
  return addresses;
}

}  // namespace pierglass::app
