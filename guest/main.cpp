// SPDX-License-Identifier: GPL-2.0-or-later
#include <windows.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <utility>

#include "guest/capture/create_source.hpp"
#include "guest/core/other_guest.hpp"
#include "guest/options.hpp"
#include "guest/report.hpp"
#include "guest/win/console_windows.hpp"
#include "guest/win/doorbell_windows.hpp"
#include "guest/win/waiter_windows.hpp"
#include "shm/file_windows.hpp"
#include "shm/ivshmem_windows.hpp"

namespace pierglass::guest {
namespace {

int complain(const std::string& sentence) {
  std::fprintf(stderr, "pierglass-guest: %s\n", sentence.c_str());
  return 1;
}

class ConsoleObserver final : public PublisherObserver {
 public:
  explicit ConsoleObserver(std::uint64_t region_bytes) : region_bytes_(region_bytes) {}

  void on_published(const Step&) override {}
  void on_too_large(Size size) override {
    complain(explain_fit(region_bytes_, size, wire::PixelFormat::Xrgb8888));
  }

 private:
  std::uint64_t region_bytes_;
};

struct GuestMemory {
  shm::SharedMemory memory;
  std::optional<shm::IvshmemPort> port;  // of a device; not after `memory`
  [[nodiscard]] std::span<std::byte> bytes() const { return memory.bytes(); }
};

Result<GuestMemory> open_memory(const GuestOptions& options) {
  if (!options.memory.empty())
    return GuestMemory{.memory = TRY(shm::open_file(options.memory)), .port = std::nullopt};
  auto device = TRY(shm::open_ivshmem(options.device, options.cache));
  return GuestMemory{.memory = std::move(device.memory), .port = device.port};
}

// Null: readers poll. Says in one line how it is.
std::unique_ptr<WindowsDoorbell> make_doorbell(const GuestOptions& options, GuestMemory& memory) {
  if (!memory.port) return nullptr;
  const shm::IvshmemInterrupts& interrupts = memory.port->interrupts();
  std::unique_ptr<WindowsDoorbell> doorbell;
  if (options.doorbell && interrupts.vectors() != 0)
    doorbell = std::make_unique<WindowsDoorbell>(*memory.port);
  const bool deaf = doorbell && !doorbell->hears();
  const Error* why = deaf ? &doorbell->hearing().error() : nullptr;
  std::fprintf(stderr, "pierglass-guest: %s\n",
               describe_doorbell(options.doorbell, interrupts, why).c_str());
  return doorbell;
}

int publish(const GuestOptions& options, GuestMemory& memory, CaptureSource& source) {
  ConsoleObserver observer(memory.bytes().size());
  const auto doorbell = make_doorbell(options, memory);
  auto publisher =
      Publisher::create(memory.bytes(), region_spec("Pierglass guest on Windows"), random_session(),
                        source, observer, options.publisher, make_windows_waiter, doorbell.get());
  if (!publisher) return complain(explain_begin(publisher.error(), options));
  const ConsoleStop owner(*std::move(publisher));
  const DoorbellTarget woken(doorbell.get(), owner.publisher());
  const auto summary = owner.publisher().run();
  if (!summary) return complain(explain_end(summary.error()));
  std::fprintf(stderr, "pierglass-guest: %s\n", summarise(*summary).c_str());
  return 0;
}

int run(const GuestOptions& options) {
  auto memory = open_memory(options);
  if (!memory) return complain(explain_memory(memory.error(), options));
  if (other_guest_lives(memory->bytes())) return complain(kOtherGuest);
  const auto source = create_source(options, memory->bytes().size());
  return source ? publish(options, *memory, **source) : complain(source.error());
}

}  // namespace
}  // namespace pierglass::guest

int main() {
  using namespace pierglass::guest;
  const auto options = parse_options(Program::Guest, command_line_arguments());
  return options ? run(*options) : options.error();
}
