// SPDX-License-Identifier: GPL-2.0-or-later
#include "tests/support/ivshmem_machine.hpp"

#include <chrono>
#include <cstdio>
#include <stdexcept>

#include "tests/support/guest_image.hpp"

namespace pierglass::test {
namespace {

constexpr std::chrono::seconds kBoot(60);   // takes four
constexpr std::chrono::seconds kStart(10);  // takes a few milliseconds
constexpr const char* kSlot = ",addr=10.0";

}  // namespace

std::vector<std::string> plain_device(const MemoryFile& memory, std::uint64_t bytes) {
  return {"-object",
          "memory-backend-file,id=shared,share=on,mem-path=" + memory.path().string() +
              ",size=" + std::to_string(bytes),
          "-device", std::string("ivshmem-plain,memdev=shared") + kSlot};
}

std::vector<std::string> doorbell_device(const std::filesystem::path& socket, unsigned vectors) {
  return {"-chardev", "socket,id=broker,path=" + socket.string(), "-device",
          "ivshmem-doorbell,chardev=broker,vectors=" + std::to_string(vectors) + kSlot};
}

IvshmemMachine::IvshmemMachine(Lab& lab, std::vector<std::string> device)
    : lab_(lab),
      device_(std::move(device)),
      folder_(lab.home() / "ivshmem-machine"),
      port_path_(lab.runtime() / "feed.sock") {
  make_guest_image(lab, PIERGLASS_FEED_RUNNER_PROGRAM, {PIERGLASS_FEED_IN_GUEST}, folder_);
  start();
}

void IvshmemMachine::start() {
  // The pattern is copied by SSE 4.1.
  std::vector<std::string> words = guest_words(folder_, {.machine = "q35",
                                                         .cpu = "qemu64,+ssse3,+sse4.1",
                                                         .kernel_words = "",
                                                         .port = port_path_,
                                                         .port_name = "pierglass.feed"});
  words.insert(words.end(), device_.begin(), device_.end());
  process_.emplace(lab_.command("qemu", std::move(words)));
  const auto trouble = [this] { return std::runtime_error("QEMU did not start: " + console()); };
  try {
    port_.emplace(port_path_, [this] { return process_->running(); }, kBoot);
    if (!port_->wait([this](std::string_view line) { take(line); }, [this] { return ready_; },
                     kBoot)) {
      throw trouble();
    }
  } catch (const std::runtime_error&) {
    throw trouble();
  }
  std::fprintf(stderr, "started QEMU (process %d)\n", process_->pid());
}

void IvshmemMachine::run_feed(const std::vector<std::string>& options) {
  std::string line = "run --memory pci";
  for (const std::string& option : options) line += " " + option;
  ended_.reset();
  const unsigned before = started_;
  port_->send(line + "\n");
  if (!port_->wait([this](std::string_view text) { take(text); },
                   [&] { return started_ != before; }, kStart)) {
    throw std::runtime_error("the guest starts nothing: " + console());
  }
}

void IvshmemMachine::signal_feed(int number) {
  port_->send("signal " + std::to_string(number) + "\n");
}

std::optional<int> IvshmemMachine::feed_ended() {
  port_->read([this](std::string_view line) { take(line); });
  return ended_;
}

void IvshmemMachine::take(std::string_view line) {
  const std::string text(line);
  int status = 0;
  if (text == "ready") {
    ready_ = true;
  } else if (text == "started") {
    ++started_;
  } else if (std::sscanf(text.c_str(), "ended %d", &status) == 1) {
    ended_ = status;
  } else {
    throw std::runtime_error("the guest said: " + text);
  }
}

}  // namespace pierglass::test
