// SPDX-License-Identifier: GPL-2.0-or-later
#include <windows.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "guest/capture/create_source.hpp"
#include "guest/core/exit_status.hpp"
#include "guest/core/other_guest.hpp"
#include "guest/diagnose/diagnose_windows.hpp"
#include "guest/log.hpp"
#include "guest/options.hpp"
#include "guest/report.hpp"
#include "guest/service/service_control_windows.hpp"
#include "guest/service/service_main_windows.hpp"
#include "guest/win/console_windows.hpp"
#include "guest/win/data_folder_windows.hpp"
#include "guest/win/doorbell_windows.hpp"
#include "guest/win/guest_memory_windows.hpp"
#include "guest/win/hardening_windows.hpp"
#include "guest/win/scheduling_windows.hpp"
#include "guest/win/supervisor_stop_windows.hpp"
#include "guest/win/waiter_windows.hpp"
#include "wire/memory_size.hpp"

namespace pierglass::guest {
namespace {

ExitStatus complain(const std::string& sentence, ExitStatus status = ExitStatus::Failed) {
  say(Severity::Error, sentence);
  return status;
}

class SayingObserver final : public PublisherObserver {
 public:
  SayingObserver(std::uint64_t region_bytes, bool mmcss)
      : region_bytes_(region_bytes), mmcss_(mmcss) {}

  void on_begin() override {
    if (mmcss_) say(Severity::Info, schedule_capture_thread());
  }
  void on_published(const Step&) override {}
  void on_too_large(Size size, wire::PixelFormat format) override {
    complain(explain_fit(region_bytes_, size, format));
  }

 private:
  std::uint64_t region_bytes_;
  bool mmcss_;
};

// Null: readers poll. Says in one line how it is.
std::unique_ptr<WindowsDoorbell> make_doorbell(const GuestOptions& options, GuestMemory& memory) {
  if (!memory.port) return nullptr;
  const shm::IvshmemInterrupts& interrupts = memory.port->interrupts();
  std::unique_ptr<WindowsDoorbell> doorbell;
  if (options.doorbell && interrupts.vectors() != 0)
    doorbell = std::make_unique<WindowsDoorbell>(*memory.port);
  const bool deaf = doorbell && !doorbell->hears();
  const Error* why = deaf ? &doorbell->hearing().error() : nullptr;
  say(Severity::Info, describe_doorbell(options.doorbell, interrupts, why));
  return doorbell;
}

ExitStatus publish(const GuestOptions& options, GuestMemory& memory, CaptureSource& source) {
  SayingObserver observer(memory.bytes().size(), options.scheduling.mmcss);
  const auto doorbell = make_doorbell(options, memory);
  auto publisher =
      Publisher::create(memory.bytes(), region_spec("Pierglass guest on Windows"), random_session(),
                        source, observer, options.publisher, make_windows_waiter, doorbell.get());
  if (!publisher) return complain(explain_begin(publisher.error(), options));
  const ConsoleStop owner(*std::move(publisher));
  const DoorbellTarget woken(doorbell.get(), owner.publisher());
  const SupervisorStop supervised(options.supervisor, owner.publisher());
  const auto summary = owner.publisher().run();
  if (!summary) return complain(explain_end(summary.error()), ExitStatus::Restart);
  say(Severity::Info, summarise(*summary));
  return ExitStatus::Done;
}

ExitStatus run(GuestOptions& options) {
  if (!options.log_file.empty() && !open_log(options.log_file))
    say(Severity::Warning, "the log file " + options.log_file + " cannot be written");
  say(Severity::Info, schedule_process(options.scheduling));
  auto memory = open_memory(options);
  if (!memory) return complain(explain_memory(memory.error(), options));
  if (other_guest_lives(memory->bytes())) return complain(kOtherGuest);
  const auto source = create_source(options, memory->bytes());
  return source ? publish(options, *memory, **source) : complain(source.error());
}

ExitStatus carry_out(GuestOptions& options) {
  switch (options.verb) {
    case Verb::Plain:
    case Verb::Run:
      return run(options);
    case Verb::Diagnose:
      return diagnose(options);
    case Verb::Service:
      return run_service();
    default:
      return control_service(options.verb);
  }
}

}  // namespace
}  // namespace pierglass::guest

int main() {
  using namespace pierglass::guest;
  harden_process();
  const auto words = command_line_arguments();
  auto options = parse_options(Program::Guest, words, data_folder().config());
  // A config file with a mistake is for the report.
  if (!options && options.error() != 0 && std::ranges::find(words, "diagnose") != words.end())
    options = parse_options(Program::Guest, words);
  if (!options)
    return to_code(options.error() == 0 ? ExitStatus::Done : ExitStatus::BadConfiguration);
  return to_code(carry_out(*options));
}
