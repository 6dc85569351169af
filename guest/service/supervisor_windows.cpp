// SPDX-License-Identifier: GPL-2.0-or-later
#include "guest/service/supervisor_windows.hpp"

#include <windows.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/describe.hpp"
#include "guest/core/exit_status.hpp"
#include "guest/options.hpp"
#include "guest/service/event_log_windows.hpp"

namespace pierglass::guest {
namespace {

// Editors write a file in several steps, and some remove it first.
constexpr Nanoseconds kConfigSettles = std::chrono::milliseconds(300);

// After a copy that failed: the disk is full, or somebody has the old one open.
constexpr Nanoseconds kCopyAgain = std::chrono::seconds(5);

constexpr DWORD kNoSession = 0xffffffff;

std::optional<SessionId> console_session() {
  const DWORD session = WTSGetActiveConsoleSessionId();
  return session == kNoSession ? std::nullopt : std::optional<SessionId>(session);
}

bool is_own_session(SessionId session) {
  DWORD own = 0;
  return ProcessIdToSessionId(GetCurrentProcessId(), &own) && own == session;
}

DWORD milliseconds_until(std::optional<HostTime> until) {
  if (!until) return INFINITE;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - HostClock::now());
  return static_cast<DWORD>(std::clamp<std::int64_t>(left.count(), 0, 3'600'000));
}

std::string words_of_end(std::uint32_t code) {
  switch (code) {
    case to_code(ExitStatus::Done):
      return "ended";
    case to_code(ExitStatus::Failed):
      return "failed: its own log says why";
    case to_code(ExitStatus::BadConfiguration):
      return "refused its configuration, and is not started again until that changes";
    case to_code(ExitStatus::Restart):
      return "lost the screen or the memory";
    default:
      return "crashed or was killed (exit code " + std::to_string(code) + ")";
  }
}

}  // namespace

Result<std::unique_ptr<Supervisor>> Supervisor::create(const DataFolder& folder) {
  std::unique_ptr<Supervisor> made(new Supervisor(folder));
  for (shm::KernelHandle* event : {&made->stop_, &made->console_, &made->reload_}) {
    event->reset(CreateEventW(nullptr, FALSE, FALSE, nullptr));
    if (!*event) return fail_os(OsErrorKind::Win32, GetLastError(), "CreateEvent");
  }
  return made;
}

void Supervisor::stop() {
  SetEvent(stop_.get());
}

void Supervisor::console_changed() {
  SetEvent(console_.get());
}

void Supervisor::reload() {
  SetEvent(reload_.get());
}

void Supervisor::run() {
  watch_ = ConfigWatch::create(folder_.path);
  if (!watch_) say(Severity::Warning, "changes of the config file are seen at a restart only");
  look_at_config();
  look_at_console();
  for (;;) {
    const auto step = supervision_.next(HostClock::now());
    switch (step.action) {
      case Supervision::Action::Wait:
        wait_for_news(step.until);
        break;
      case Supervision::Action::Start:
        start(step.session);
        break;
      case Supervision::Action::AskToEnd:
        process_->ask_to_end();
        break;
      case Supervision::Action::Kill:
        report(Severity::Warning, "the capture process does not end and is killed");
        process_->kill();
        break;
      case Supervision::Action::Finish:
        return;
    }
  }
}

void Supervisor::wait_for_news(std::optional<HostTime> until) {
  if (config_due_ && (!until || *config_due_ < *until)) until = config_due_;
  std::array<HANDLE, 5> sources{stop_.get(), console_.get(), reload_.get()};
  DWORD count = 3;
  const DWORD watched = watch_ ? count : MAXIMUM_WAIT_OBJECTS;
  if (watch_) sources[count++] = watch_->handle();
  const DWORD child = process_ ? count : MAXIMUM_WAIT_OBJECTS;
  if (process_) sources[count++] = process_->handle();
  const DWORD news =
      WaitForMultipleObjects(count, sources.data(), FALSE, milliseconds_until(until)) -
      WAIT_OBJECT_0;
  if (news == 0) supervision_.on_stop();
  if (news == 1) look_at_console();
  if (news == 2) config_due_ = HostClock::now();
  if (news == watched) {
    watch_->rearm();
    config_due_ = HostClock::now() + kConfigSettles;
  }
  if (news == child) on_end();
  if (config_due_ && HostClock::now() >= *config_due_) {
    config_due_.reset();
    look_at_config();
  }
}

void Supervisor::look_at_console() {
  supervision_.on_console(console_session());
}

void Supervisor::look_at_config() {
  auto text = read_file(folder_.config());
  if (!text && text.error().code == ErrorCode::Busy) {
    config_due_ = HostClock::now() + kConfigSettles;
    return;
  }
  if (!text && text.error().code == ErrorCode::NotFound) text = std::string();
  if (!text) {
    report(Severity::Error, folder_.config() + " cannot be read (" + describe(text.error()) +
                                "): the last good one stays in use");
    return keep_last_good();
  }
  if (config_ == *text) return;  // what changed was another file
  config_ = *std::move(text);
  take_config();
}

void Supervisor::take_config() {
  if (const auto options = parse_config(*config_); !options) {
    report(Severity::Error, folder_.config() + ": " + options.error() +
                                ": the last good configuration stays in use");
    return keep_last_good();
  }
  if (const auto copied = write_file(folder_.config_in_use(), *config_); !copied) {
    report(Severity::Error, "the configuration cannot be copied: " + describe(copied.error()));
    config_.reset();
    config_due_ = HostClock::now() + kCopyAgain;
    return;
  }
  say(Severity::Info, "configuration read from " + folder_.config());
  supervision_.on_new_configuration();
}

// One of an earlier start, or another release, may be none for this program: the defaults then.
void Supervisor::keep_last_good() {
  const auto kept = read_file(folder_.config_in_use());
  if (!kept || !parse_config(*kept)) (void)write_file(folder_.config_in_use(), "");
}

// Without the rights of the system (under Wine there are none) a child can run in this session
// only; a child in another than the console's would show a screen that nobody sees.
Result<CaptureProcess> Supervisor::start_process(SessionId session) {
  const std::string log = folder_.logs() + "\\capture.log";
  auto process = CaptureProcess::start_in_session(session, folder_.config_in_use(), log);
  if (process || !is_own_session(session)) return process;
  say(Severity::Info, "no process can be given session " + std::to_string(session) + " (" +
                          describe(process.error()) + "): it is the service's own");
  return CaptureProcess::start_here(folder_.config_in_use(), log);
}

void Supervisor::start(SessionId session) {
  auto process = start_process(session);
  if (!process) {
    report(Severity::Error, "the capture process cannot be started: " + describe(process.error()));
    supervision_.on_not_started(HostClock::now());
    return;
  }
  process_ = *std::move(process);
  supervision_.on_started(HostClock::now(), session);
  say(Severity::Info, "capture process " + std::to_string(process_->id()) + " started in session " +
                          std::to_string(session));
}

void Supervisor::on_end() {
  const std::uint32_t code = process_->exit_code();
  const CaptureEnd end = capture_end(code);
  const std::string sentence =
      "capture process " + std::to_string(process_->id()) + " " + words_of_end(code);
  if (end == CaptureEnd::Again) {
    say(Severity::Info, sentence);
  } else {
    report(Severity::Warning, sentence);
  }
  process_.reset();
  supervision_.on_ended(HostClock::now(), end);
}

}  // namespace pierglass::guest
