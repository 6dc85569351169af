// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/input_setup.hpp"

#include <cstdint>
#include <utility>

#include "control/runtime_folder.hpp"

namespace pierglass::app {
namespace {

// QEMU's documentation and libvirt begin to count SPICE ports here.
constexpr std::uint16_t kUsualPort = 5900;

std::vector<spice::Address> usual_addresses(const std::string& name) {
  std::vector<spice::Address> addresses;
  if (const auto folder = control::runtime_folder_path()) {
    auto socket = spice::parse_address(*folder + "/" + name + ".spice");
    if (socket) addresses.push_back(std::move(*socket));
  }
  addresses.push_back({.kind = spice::Address::Kind::Tcp, .host = "127.0.0.1", .port = kUsualPort});
  return addresses;
}

}  // namespace

std::vector<spice::Address> spice_addresses(const InputOptions& options, const std::string& name) {
  switch (options.spice) {
    case SpiceChoice::Auto:
      return usual_addresses(name);
    case SpiceChoice::None:
      return {};
    case SpiceChoice::At:
      return {options.spice_address};
  }
  std::unreachable();
}

}  // namespace pierglass::app
