// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/qemu.hpp"

#include <chrono>
#include <cstdio>
#include <stdexcept>

namespace pierglass::test {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds kDownload(120);
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
  make_guest();
  start();
}

void QemuGuest::make_guest() {
  const std::filesystem::path script = lab_.stage(PIERGLASS_LAB_FOLDER "/make_guest.sh");
  const std::filesystem::path program = lab_.stage(PIERGLASS_INPUT_LOG_PROGRAM);
  const Finished done = run_to_end(
      lab_.command("make_guest", {script.string(), program.string(), folder_.string()}), kDownload);
  if (done.exit != Exit{.code = 0}) {
    throw std::runtime_error("no guest to start in QEMU: " + done.err);
  }
}

Command QemuGuest::command() {
  const DeviceSet devices = device_set(machine_.devices);
  const std::string image = (folder_ / "vmlinux").string();
  std::string spice = "unix=on,addr=" + spice_.string();
  std::vector<std::string> words = {"qemu-system-x86_64", "-nodefaults", "-display", "none",
                                    "-no-reboot",
                                    // vmport would make an absolute mouse of the PS/2 one
                                    "-machine", "q35,vmport=off", "-accel", "tcg", "-cpu", "qemu64",
                                    "-m", "192", "-serial", "stdio"};
  if (machine_.ticket.empty()) {
    spice += ",disable-ticketing=on";
  } else {
    spice += ",password-secret=ticket";
    words.insert(words.end(), {"-object", "secret,id=ticket,data=" + machine_.ticket});
  }
  words.insert(
      words.end(),
      {"-kernel", image, "-initrd", (folder_ / "initrd").string(), "-append",
       "console=ttyS0 quiet panic=-1 mitigations=off tsc=reliable no_timer_check devices=" +
           std::to_string(devices.count),
       "-spice", spice, "-device", "virtio-serial-pci", "-chardev",
       "socket,id=log,server=on,wait=on,path=" + log_socket_.string(), "-device",
       "virtserialport,chardev=log,name=pierglass.input"});
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
