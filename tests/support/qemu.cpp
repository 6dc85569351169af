// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/qemu.hpp"

#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "tests/support/guest_image.hpp"

namespace pierglass::test {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds kBoot(60);  // takes four

struct DeviceSet {
  unsigned count;  // input devices that the guest sees
  std::vector<std::string> options;
};

DeviceSet device_set(InputDevices devices) {
  switch (devices) {
    case InputDevices::Ps2:
      return {.count = 2, .options = {}};
    case InputDevices::Virtio:
      return {.count = 4,
              .options = {"-device", "virtio-keyboard-pci", "-device", "virtio-mouse-pci"}};
    case InputDevices::Tablet:
      break;
  }
  return {.count = 3,
          .options = {"-device", "qemu-xhci", "-device", "usb-tablet", "-device", "VGA"}};
}

}  // namespace

QemuGuest::QemuGuest(Lab& lab, Machine machine)
    : lab_(lab),
      machine_(std::move(machine)),
      folder_(lab.home() / "machine"),
      spice_(lab.runtime() / "spice.sock"),
      log_socket_(lab.runtime() / "input-log.sock") {
  make_guest_image(lab, PIERGLASS_INPUT_LOG_PROGRAM, {}, folder_);
  start();
}

Command QemuGuest::command() {
  const DeviceSet devices = device_set(machine_.devices);
  std::string spice = "unix=on,addr=" + spice_.string();
  // vmport would make an absolute mouse of the PS/2 one
  std::vector<std::string> words =
      guest_words(folder_, {.machine = "q35,vmport=off",
                            .cpu = "qemu64",
                            .kernel_words = "devices=" + std::to_string(devices.count),
                            .port = log_socket_,
                            .port_name = "pierglass.input"});
  if (machine_.ticket.empty()) {
    spice += ",disable-ticketing=on";
  } else {
    spice += ",password-secret=ticket";
    words.insert(words.end(), {"-object", "secret,id=ticket,data=" + machine_.ticket});
  }
  words.insert(words.end(), {"-spice", spice});
  words.insert(words.end(), devices.options.begin(), devices.options.end());
  return lab_.command("qemu", std::move(words));
}

void QemuGuest::start() {
  std::filesystem::remove(log_socket_);
  process_.emplace(command());
  const auto alive = [this] { return process_->running(); };
  const auto trouble = [this] {
    return std::runtime_error("QEMU did not start: " + process_->err() + process_->out());
  };
  try {
    log_.emplace(log_socket_, alive, kBoot);
    if (!log_->wait([this] { return log_->ready(); }, kBoot)) throw trouble();
  } catch (const std::runtime_error&) {
    throw trouble();
  }
  std::fprintf(stderr, "started QEMU (process %d)\n", process_->pid());
}

void QemuGuest::kill() {
  log_.reset();
  process_.reset();
}

}  // namespace pierglass::test
