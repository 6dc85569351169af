// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/client.hpp"

#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "app/desktop.hpp"
#include "app/filter_command.hpp"
#include "app/guest_log.hpp"
#include "app/input_control.hpp"
#include "app/input_setup.hpp"
#include "app/messages.hpp"
#include "app/open_source.hpp"
#include "app/panel.hpp"
#include "app/present_thread.hpp"
#include "app/remote.hpp"
#include "app/screenshot_files.hpp"
#include "app/statistics.hpp"
#include "app/status_line.hpp"
#include "app/tearing_command.hpp"
#include "app/user_files.hpp"
#include "app/window_control.hpp"
#include "base/describe.hpp"
#include "loop/event_loop.hpp"
#include "loop/prompt_thread.hpp"
#include "loop/signals.hpp"
#include "loop/timer.hpp"
#include "pixel/filter.hpp"
#include "wl/display.hpp"
#include "wl/registry.hpp"
#include "wl/window.hpp"

namespace pierglass::app {
namespace {

constexpr Nanoseconds kSummaryInterval = std::chrono::seconds(1);
constexpr Nanoseconds kEndLimit = std::chrono::seconds(2);
constexpr Nanoseconds kShowScreenshot = std::chrono::seconds(4);
constexpr Nanoseconds kShowFilter = std::chrono::seconds(2);
constexpr Nanoseconds kShowTearing = std::chrono::seconds(4);

// A sentence that has been made already, or nothing: how the steps of the start end.
using Failure = std::optional<std::string>;

void start_logging(const Options& options) {
  auto logger = spdlog::stderr_color_mt("pierglass");
  logger->set_pattern("%n: %^%l%$: %v");
  logger->set_level(spdlog::level::from_str(options.log_level));
  spdlog::set_default_logger(std::move(logger));
}

// Members end in reverse order: the present thread first, then what it uses.
class Client final : private wl::WindowEvents {
 public:
  Client(const Options& options, Start start)
      : options_(options),
        start_(std::move(start)),
        filter_(options.filter),
        tearing_(options.tearing) {}

  int run() {
    Failure failure = read_password();
    if (!failure) failure = open_loop();
    if (!failure) failure = open_memory();
    if (!failure) failure = open_display();
    if (!failure) failure = open_window();
    if (!failure) failure = catch_signals();
    if (!failure) failure = open_guest_log();
    if (!failure) failure = start_presenting();
    if (!failure) failure = open_controls();
    if (!failure) failure = open_input();
    if (!failure) failure = listen_to_others();
    if (!failure) failure = serve();
    if (!failure) return 0;
    spdlog::error("{}", *failure);
    return 1;
  }

 private:
  Failure read_password() {
    auto password = spice_password(options_.input.spice_password_file);
    if (!password) return password.error();
    if (!password->warning.empty()) spdlog::warn("{}", password->warning);
    spice_password_ = std::move(password->text);
    return {};
  }

  Failure open_loop() {
    auto loop = loop::EventLoop::create();
    if (!loop) return describe(loop.error());
    loop_ = std::move(*loop);
    std::signal(SIGPIPE, SIG_IGN);
    auto statistics =
        Statistics::create({.summaries = options_.stats, .frame_log = options_.frame_log});
    if (!statistics)
      return "cannot write " + options_.frame_log + ": " + describe(statistics.error());
    statistics_ = std::move(*statistics);
    return {};
  }

  Failure open_memory() {
    auto opened = open_source(options_);
    if (!opened) return opened.error();
    source_ = std::move(opened->source);
    memory_ = std::move(opened->memory);
    zero_copy_ = std::move(opened->zero_copy);
    return {};
  }

  Failure open_display() {
    auto display = wl::Display::connect();
    if (!display) return wayland_message(display.error());
    display_ = std::move(*display);
    auto registry = wl::Registry::create(*display_);
    if (!registry) return wayland_message(registry.error());
    registry_ = std::move(*registry);
    if (const auto complete = registry_->require(); !complete) {
      return wayland_message(complete.error());
    }
    for (const wl::MissingGlobal& missing : registry_->audit()) {
      spdlog::debug("the compositor lacks {}: {}", missing.row->name, missing.row->without);
    }
    return {};
  }

  Failure open_window() {
    wl::WindowOptions window{.fullscreen = !options_.windowed, .size = options_.window_size};
    if (!options_.output.empty()) {
      const wl::Output* output = registry_->outputs().find(options_.output);
      if (output == nullptr) {
        return no_output_message(options_.output, registry_->outputs().names());
      }
      window.output = output->proxy();
    }
    auto created = wl::Window::create(*display_, *registry_, window, *this);
    if (!created) return wayland_message(created.error());
    window_ = std::move(*created);
    // Before the first buffer, so that it also decides where the window appears.
    wl::Activation(*registry_, *window_).activate(start_.activation_token);
    const auto configured = display_->dispatch_until([this] { return window_->configured(); });
    if (!configured) return wayland_message(configured.error());
    desktop_ = std::make_unique<Desktop>(*display_, *registry_, *window_);
    return {};
  }

  // From here on signals end the loop; until now they end the program at once, also while the
  // compositor keeps us waiting. Before any other thread: those inherit the mask.
  Failure catch_signals() {
    auto signals = loop::Signals::create(*loop_, {SIGINT, SIGTERM, SIGHUP}, [this](int) {
      loop_->quit();
      return loop::Next::Keep;
    });
    if (!signals) return describe(signals.error());
    signals_.emplace(std::move(*signals));
    return {};
  }

  Failure open_guest_log() {
    auto timer = loop::Timer::create(*loop_, [this](std::uint64_t) -> Result<loop::Next> {
      log_guest();
      return loop::Next::Keep;
    });
    if (!timer) return describe(timer.error());
    guest_log_timer_ = std::make_unique<loop::Timer>(std::move(*timer));
    return {};
  }

  Failure start_presenting() {
    auto reports = loop::Wakeup::create(*loop_, [this]() -> Result<loop::Next> {
      on_report();
      return loop::Next::Keep;
    });
    if (!reports) return describe(reports.error());
    reports_ = std::make_unique<loop::Wakeup>(std::move(*reports));
    if (const auto attached = display_->attach(*loop_); !attached) {
      return wayland_message(attached.error());
    }
    auto present = PresentThread::start(*display_, *registry_,
                                        {.source = std::move(source_),
                                         .window = window_.get(),
                                         .renderer = options_.renderer,
                                         .output = options_.output_wish,
                                         .filter = filter_,
                                         .present = options_.present,
                                         .tearing = tearing_,
                                         .feedback = statistics_.summaries(),
                                         .records = statistics_.wanted(),
                                         .path = options_.path,
                                         .doorbell = options_.doorbell,
                                         .waiting = "Waiting for the guest in " + memory_,
                                         .log = &log_,
                                         .main = reports_.get()});
    if (!present) return describe(present.error());
    present_ = std::move(*present);
    display_->on_read([this]() noexcept {
      present_->on_read();
      present_->on_attention();
      desktop_->refresh();
      if (input_ != nullptr) input_->refresh();
    });
    present_->wake();  // for what came between attach and now
    auto timer = loop::Timer::create(*loop_, [this](std::uint64_t) -> Result<loop::Next> {
      summarise();
      return loop::Next::Keep;
    });
    if (!timer) return describe(timer.error());
    summaries_ = std::make_unique<loop::Timer>(std::move(*timer));
    return statistics_.wanted() ? schedule_summaries() : Failure();
  }

  Failure schedule_summaries() {
    const bool wanted = statistics_.wanted() || status_shown_;
    const auto done =
        wanted ? summaries_->arm_every(HostClock::now() + kSummaryInterval, kSummaryInterval)
               : summaries_->disarm();
    if (!done) return describe(done.error());
    return {};
  }

  void summarise() {
    statistics_.drain(log_);
    if (statistics_.summaries() || status_shown_) present_->request_snapshot();
  }

  Failure open_controls() {
    auto panel = Panel::create(
        *loop_, [this](const std::vector<std::string>& lines) { present_->set_panel(lines); });
    if (!panel) return describe(panel.error());
    panel_ = std::move(*panel);
    auto control = WindowControl::create(
        {.loop = *loop_, .registry = *registry_, .window = *window_, .present = *present_},
        {.fullscreen = !options_.windowed, .output = options_.output});
    if (!control) return describe(control.error());
    window_control_ = std::move(*control);
    auto screenshots = ScreenshotFiles::create(
        *loop_, screenshot_folder(options_.input.screenshots), [this](std::string sentence) {
          spdlog::info("{}", sentence);
          panel_->say(PanelText::Topic::Screenshot, std::move(sentence), kShowScreenshot);
        });
    if (!screenshots) return describe(screenshots.error());
    screenshots_ = std::move(*screenshots);
    return {};
  }

  Failure open_input() {
    auto input = InputControl::create(
        {.loop = *loop_,
         .display = *display_,
         .registry = *registry_,
         .window = *window_,
         .present = *present_,
         .panel = *panel_},
        {.router = options_.input.router,
         .session = {.addresses = spice_addresses(options_.input, options_.name),
                     .password = std::move(spice_password_),
                     .shift_wheel = options_.input.shift_scrolls_sideways}},
        [this](input::Command command) { run(command); });
    if (!input) return describe(input.error());
    input_ = std::move(*input);
    if (start_.capture) input_->capture();
    return {};
  }

  Failure listen_to_others() {
    if (start_.without_instance) {
      const bool usual = start_.without_instance->code == ErrorCode::Unsupported;
      spdlog::log(usual ? spdlog::level::debug : spdlog::level::warn, "{}",
                  instance_message(*start_.without_instance, options_.name));
    }
    if (!start_.instance) return {};
    auto remote =
        serve_remote(*loop_, *start_.instance,
                     [this](Verb verb, const control::Request& request, control::Answer answer) {
                       on_request(verb, request, std::move(answer));
                     });
    if (!remote) return describe(remote.error());
    remote_.emplace(std::move(*remote));
    return {};
  }

  // Why it cannot be done, as a sentence; empty: it can.
  [[nodiscard]] std::string refusal_of(const Verb& verb) const {
    const bool captures =
        verb == Verb(input::Command::Capture) || verb == Verb(input::Command::ToggleCapture);
    if (captures && !input_->may_capture()) {
      return "capture is switched off: start pierglass without --capture never";
    }
    if (verb == Verb(input::Command::Screenshot) && present_->pointer().picture.area() == 0) {
      return "there is no picture to save";
    }
    const auto* command = std::get_if<input::Command>(&verb);
    const bool tears = command != nullptr && tearing_of(*command, tearing_).value_or(false);
    if (tears && registry_->tearing_control_manager() == nullptr) {
      return "this desktop does not support tearing";
    }
    return {};
  }

  void on_request(Verb verb, const control::Request& request, control::Answer answer) {
    if (const std::string refusal = refusal_of(verb); !refusal.empty()) {
      return answer.refuse(refusal);
    }
    if (const auto* command = std::get_if<input::Command>(&verb)) {
      input_->perform(*command);
      return answer.done();
    }
    auto done = [answer = std::move(answer)]() mutable { answer.done(); };
    auto wanted = std::get<WindowVerb>(verb);
    const bool toggles = wanted == WindowVerb::Toggle;
    if (toggles) wanted = window_control_->in_front() ? WindowVerb::Hide : WindowVerb::Show;
    if (wanted == WindowVerb::Hide) {
      input_->release();
      return window_control_->hide(std::move(done));
    }
    // Screens come and go: then the compositor chooses.
    if (!request.output.empty() && registry_->outputs().find(request.output) == nullptr) {
      spdlog::warn("{}", no_output_message(request.output, registry_->outputs().names()));
    }
    if (toggles) input_->capture();
    window_control_->show(request.token, request.output, std::move(done));
  }

  // What a chord or a request asks for beside keyboard and mouse.
  void run(input::Command command) {
    if (const auto filter = filter_of(command, filter_)) return set_filter(*filter);
    if (const auto tearing = tearing_of(command, tearing_)) return set_tearing(*tearing);
    switch (command) {
      case input::Command::ToggleFullscreen:
        return window_control_->toggle_fullscreen();
      case input::Command::Stats:
        return toggle_status();
      case input::Command::Screenshot:
        if (!screenshots_->busy()) present_->request_screenshot();
        return;
      case input::Command::Quit:
        return loop_->quit();
      default:
        return;  // the router's
    }
  }

  void set_filter(pixel::Filter filter) {
    filter_ = filter;
    present_->set_filter(filter);
    panel_->say(PanelText::Topic::Filter, "Filter: " + std::string(pixel::name(filter)),
                kShowFilter);
  }

  void set_tearing(bool allowed) {
    tearing_ = allowed;
    present_->set_tearing(allowed);
  }

  void on_tearing(Tearing tearing) {
    tearing_ = tearing == Tearing::On;
    const bool done = tearing == Tearing::On || tearing == Tearing::Off;
    spdlog::log(done ? spdlog::level::info : spdlog::level::warn, "{}", tearing_message(tearing));
    panel_->say(PanelText::Topic::Tearing, tearing_message(tearing), kShowTearing);
  }

  void toggle_status() {
    status_shown_ = !status_shown_;
    if (!statistics_.wanted()) {
      statistics_.drain(log_);
      statistics_.clear_summary();  // of the time when nobody looked
    }
    (void)schedule_summaries();
    panel_->set_status({});
  }

  Failure serve() {
    loop::make_thread_prompt();  // input shall not wait for the copy of a picture
    const Result<void> ended = loop_->run();
    display_->on_read([]() noexcept {});
    remote_.reset();
    input_.reset();
    window_control_.reset();
    panel_.reset();
    end_presenting();
    on_final_records();
    const std::string loss = display_->loss();
    if (!loss.empty()) return "the Wayland compositor ended the connection: " + loss;
    if (failure_) return failure_;
    if (!ended) return "the event loop failed: " + describe(ended.error());
    return {};
  }

  // A driver may wait for a compositor that does not answer; the user's second Ctrl-C must kill,
  // and one must do in the end.
  void end_presenting() {
    signals_.reset();
    if (!present_->stop_within(kEndLimit)) {
      spdlog::error("the compositor or the graphics driver does not answer; ending without it");
      std::_Exit(1);
    }
    present_.reset();
  }

  void on_report() {
    PresentThread::Report report = present_->take_report();
    if (report.renderer) {
      const auto& [name, device, reason] = *report.renderer;
      spdlog::info("drawing with {} ({}){}{}", name, device, reason.empty() ? "" : "; ", reason);
      // Once, and not before the client runs: a start that fails says nothing else.
      if (!zero_copy_.empty()) spdlog::info("{}", std::exchange(zero_copy_, {}));
      renderer_ = name;
      statistics_.set_presenter(name, device);
    }
    on_news(report);
    if (report.guest) on_guest(std::move(*report.guest));
    if (report.snapshot) on_snapshot(*report.snapshot);
    if (report.failure) {
      failure_ = presenter_message(*report.failure, renderer_);
      loop_->quit();
    }
  }

  void on_news(PresentNews& news) {
    if (news.path) spdlog::info("pictures: {}, {}", renderer_, describe(*news.path));
    if (news.path_refusal)
      spdlog::info("a shorter path for pictures is refused: {}", *news.path_refusal);
    if (news.output) {
      spdlog::info("pictures are handed over in {}", *news.output);
      statistics_.set_output(*news.output);
    }
    if (news.tearing) on_tearing(*news.tearing);
    if (window_control_ != nullptr) window_control_->on_news(news);
    if (input_ != nullptr) input_->on_news(news);
    if (!news.screenshot || screenshots_ == nullptr) return;
    if (!*news.screenshot) {
      panel_->say(PanelText::Topic::Screenshot, "There is no picture to save", kShowScreenshot);
    } else if (!screenshots_->busy()) {
      screenshots_->save(*std::move(*news.screenshot));
    }
  }

  void on_snapshot(const PresentSnapshot& snapshot) {
    if (status_shown_) {
      panel_->set_status(
          status_lines(snapshot, statistics_.summary(), kSummaryInterval, renderer_));
    }
    if (statistics_.summaries()) {
      statistics_.print_summary(snapshot, log_.dropped());
    } else {
      statistics_.clear_summary();
    }
  }

  void on_guest(GuestNews news) {
    guest_log_.hear(news);
    log_guest();
    desktop_->on_guest(news);
    if (input_ != nullptr) input_->on_guest(news.status, news.description);
    statistics_.set_guest(std::move(news.description), std::move(news.notice));
  }

  // A guest that changes too fast for the log is heard again when its next line is due.
  void log_guest() {
    for (const GuestLog::Line& line : guest_log_.take(HostClock::now())) {
      spdlog::log(line.warning ? spdlog::level::warn : spdlog::level::info, "{}", line.text);
    }
    if (const auto next = guest_log_.next()) (void)guest_log_timer_->arm_at(*next);
  }

  void on_final_records() {
    if (statistics_.wanted()) statistics_.drain(log_);
  }

  void on_close() noexcept override { loop_->quit(); }
  void on_state() noexcept override {
    if (window_control_ != nullptr) window_control_->on_window();
    if (present_ != nullptr) present_->wake();
    if (desktop_ != nullptr) desktop_->refresh();
    if (input_ != nullptr) input_->on_window();
  }

  const Options& options_;
  Start start_;
  std::string spice_password_;
  std::unique_ptr<loop::EventLoop> loop_;
  std::unique_ptr<ScreenshotFiles> screenshots_;  // may end late: after the window has gone
  std::optional<loop::Signals> signals_;
  Statistics statistics_;
  pace::FrameLog log_;
  std::unique_ptr<source::FrameSource> source_;
  std::string memory_;     // where the source's memory is
  std::string zero_copy_;  // of OpenedSource, until it is logged
  std::unique_ptr<wl::Display> display_;
  std::unique_ptr<wl::Registry> registry_;
  std::unique_ptr<wl::Window> window_;
  std::unique_ptr<Desktop> desktop_;
  std::unique_ptr<loop::Wakeup> reports_;
  std::unique_ptr<loop::Timer> summaries_;
  std::unique_ptr<loop::Timer> guest_log_timer_;
  std::unique_ptr<PresentThread> present_;
  std::unique_ptr<Panel> panel_;
  std::unique_ptr<WindowControl> window_control_;
  std::unique_ptr<InputControl> input_;
  std::optional<control::Server> remote_;
  pixel::Filter filter_;
  bool tearing_ = false;  // allowed, as far as it was asked for last
  std::string renderer_;
  GuestLog guest_log_;
  bool status_shown_ = false;  // on the picture
  Failure failure_;
};

}  // namespace

int run_client(const Options& options, Start start) {
  start_logging(options);
  return Client(options, std::move(start)).run();
}

}  // namespace pierglass::app
