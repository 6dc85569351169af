// SPDX-License-Identifier: GPL-2.0-or-later
// The only program of the small guest: loads the modules, opens every input device and writes what
// they say to a virtio port as text. tests/lab/README.md describes the lines.
#include <dirent.h>
#include <fcntl.h>
#include <linux/input.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "tests/lab/first_process.hpp"

namespace pierglass::lab {
namespace {

struct Device {
  unsigned number;  // of /dev/input/eventN
  int fd;
};

template <std::size_t kBytes>
bool bit(const std::array<unsigned char, kBytes>& bits, unsigned number) {
  return (bits[number / 8] >> number % 8 & 1) != 0;
}

// The numbers N of names that are `prefix`N, in order.
std::vector<unsigned> numbered(const char* folder, const std::string& prefix) {
  std::vector<unsigned> numbers;
  DIR* entries = ::opendir(folder);
  if (entries == nullptr) return numbers;
  while (const dirent* entry = ::readdir(entries)) {
    const std::string name = entry->d_name;
    if (name.starts_with(prefix)) {
      numbers.push_back(static_cast<unsigned>(std::atoi(name.c_str() + prefix.size())));
    }
  }
  ::closedir(entries);
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

class Log {
 public:
  [[nodiscard]] int port() const { return port_; }

  [[gnu::format(printf, 2, 3)]] void line(const char* format, ...) {
    std::array<char, 300> text;
    va_list arguments;
    va_start(arguments, format);
    const int length = std::vsnprintf(text.data(), text.size(), format, arguments);
    va_end(arguments);
    pending_.append(text.data(), static_cast<std::size_t>(length));
    pending_ += '\n';
  }

  void flush() {
    for (std::size_t done = 0; done < pending_.size();) {
      const ssize_t count = ::write(port_, pending_.data() + done, pending_.size() - done);
      if (count <= 0) power_off("write");
      done += static_cast<std::size_t>(count);
    }
    pending_.clear();
  }

 private:
  int port_ = open_port();
  std::string pending_;
};

std::vector<Device> open_devices(Log& log) {
  const char* wanted = std::getenv("devices");  // of the kernel's command line
  const auto count = static_cast<std::size_t>(wanted != nullptr ? std::atoi(wanted) : 1);
  std::vector<unsigned> numbers;
  while ((numbers = numbered("/dev/input", "event")).size() < count) pause_shortly();
  std::vector<Device> devices;
  for (const unsigned number : numbers) {
    const std::string path = "/dev/input/event" + std::to_string(number);
    const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NONBLOCK);
    std::array<char, 200> name{};
    // Grabbed: neither the console nor SysRq acts on what the test presses.
    if (fd < 0 || ::ioctl(fd, EVIOCGNAME(name.size() - 1), name.data()) < 0 ||
        ::ioctl(fd, EVIOCGRAB, 1) != 0) {
      power_off(path.c_str());
    }
    log.line("device %u %s", number, name.data());
    devices.push_back({.number = number, .fd = fd});
  }
  return devices;
}

// What a console does: a lock key turns its light.
void turn_light(const Device& device, std::uint16_t key) {
  const int led = key == KEY_CAPSLOCK     ? LED_CAPSL
                  : key == KEY_NUMLOCK    ? LED_NUML
                  : key == KEY_SCROLLLOCK ? LED_SCROLLL
                                          : -1;
  std::array<unsigned char, 8> lit{};
  if (led < 0 || ::ioctl(device.fd, EVIOCGLED(lit.size()), lit.data()) < 0) return;
  std::array<input_event, 2> events{};
  events[0].type = EV_LED;
  events[0].code = static_cast<std::uint16_t>(led);
  events[0].value = bit(lit, static_cast<unsigned>(led)) ? 0 : 1;
  if (::write(device.fd, events.data(), sizeof events) != sizeof events) power_off("light");
}

void pass_on(const Device& device, Log& log) {
  std::array<input_event, 64> events;
  const ssize_t bytes = ::read(device.fd, events.data(), sizeof events);
  if (bytes < 0 && errno != EAGAIN) power_off("read");
  for (std::size_t i = 0; bytes > 0 && i < static_cast<std::size_t>(bytes) / sizeof events[0];
       ++i) {
    const input_event& event = events[i];
    log.line("event %u %x %x %d", device.number, event.type, event.code, event.value);
    if (event.type == EV_KEY && event.value == 1) turn_light(device, event.code);
  }
}

void report_state(const std::vector<Device>& devices, Log& log) {
  for (const Device& device : devices) {
    std::array<unsigned char, KEY_CNT / 8 + 1> keys{};
    std::array<unsigned char, 8> lit{};
    if (::ioctl(device.fd, EVIOCGKEY(keys.size()), keys.data()) < 0) power_off("EVIOCGKEY");
    if (::ioctl(device.fd, EVIOCGLED(lit.size()), lit.data()) < 0) power_off("EVIOCGLED");
    for (unsigned key = 0; key < KEY_CNT; ++key) {
      if (bit(keys, key)) log.line("pressed %u %x", device.number, key);
    }
    for (unsigned led = 0; led < LED_CNT; ++led) {
      if (bit(lit, led)) log.line("lit %u %x", device.number, led);
    }
  }
  log.line("state");
}

[[noreturn]] void run() {
  mount_at("/dev", "devtmpfs");
  load_modules();
  Log log;
  const std::vector<Device> devices = open_devices(log);
  log.line("ready");
  std::vector<pollfd> watched;
  for (const Device& device : devices) watched.push_back({.fd = device.fd, .events = POLLIN});
  watched.push_back({.fd = log.port(), .events = POLLIN});
  for (;;) {
    log.flush();
    if (::poll(watched.data(), watched.size(), -1) < 0) power_off("poll");
    for (const Device& device : devices) pass_on(device, log);
    std::array<char, 64> request;
    if ((watched.back().revents & POLLIN) != 0 &&
        ::read(log.port(), request.data(), request.size()) > 0) {
      report_state(devices, log);
    }
  }
}

}  // namespace
}  // namespace pierglass::lab

int main() {
  pierglass::lab::run();
}
