// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/one_key.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "app/messages.hpp"
#include "base/clock.hpp"
#include "control/client.hpp"
#include "control/protocol.hpp"

namespace pierglass::app {
namespace {

// For a running instance's answer, and for one that is about to start or to end.
constexpr Nanoseconds kPatience = std::chrono::seconds(5);
constexpr Nanoseconds kLookAgain = std::chrono::milliseconds(5);

OneKey end_with(const std::string& sentence) {
  std::fprintf(stderr, "pierglass: %s\n", sentence.c_str());
  return {.start = {}, .exit_status = 1};
}

// The token is good for one use, and nobody whom we start may use it. One that the socket could
// not carry is none.
std::string take_token() {
  std::string token;
  for (const char* name : {"XDG_ACTIVATION_TOKEN", "DESKTOP_STARTUP_ID"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && token.empty() && control::is_token(value)) token = value;
    unsetenv(name);
  }
  return token;
}

OneKey run(const Options& options, std::string token) {
  Start start{.activation_token = std::move(token)};
  auto instance = control::Instance::acquire(options.name);
  if (instance) {
    start.instance.emplace(std::move(*instance));
  } else if (instance.error().code == ErrorCode::Busy) {
    return end_with(instance_message(instance.error(), options.name));
  } else {
    start.without_instance = instance.error();
  }
  return {.start = std::move(start)};
}

OneKey end_with(const control::Reply& reply) {
  if (!reply.done) return end_with(reply.refusal);
  return {};
}

// Two at once: one gets the instance, the other finds its socket a moment later. One whose instance
// ends meanwhile takes over.
OneKey toggle(const Options& options, const std::string& token) {
  const control::Request request{.verb = "toggle", .token = token, .output = options.output};
  const HostTime deadline = HostClock::now() + kPatience;
  for (;;) {
    const auto reply = control::send_request(options.name, request, deadline);
    if (reply) return end_with(*reply);
    const ErrorCode code = reply.error().code;
    if (code != ErrorCode::NotFound && code != ErrorCode::Lost) {
      return end_with(request_message(reply.error(), options.name));
    }
    auto instance = control::Instance::acquire(options.name);
    if (instance) {
      Start start{.activation_token = token, .capture = true};
      start.instance.emplace(std::move(*instance));
      return {.start = std::move(start)};
    }
    if (instance.error().code != ErrorCode::Busy) {
      return end_with(instance_message(instance.error(), options.name));
    }
    if (HostClock::now() >= deadline) {
      return end_with(request_message({.code = ErrorCode::NotReady}, options.name));
    }
    std::this_thread::sleep_for(kLookAgain);
  }
}

OneKey send(const Options& options, const std::vector<std::string>& commands,
            const std::string& token) {
  for (const std::string& command : commands) {
    const auto reply = control::send_request(
        options.name, {.verb = command, .token = token, .output = options.output},
        HostClock::now() + kPatience);
    if (!reply) return end_with(request_message(reply.error(), options.name));
    if (!reply->done) return end_with(*reply);
  }
  return {};
}

}  // namespace

OneKey one_key(const ParsedOptions& parsed) {
  if (!parsed.options) return {.start = {}, .exit_status = parsed.exit_status};
  std::string token = take_token();
  switch (parsed.action) {
    case Action::Run:
      return run(*parsed.options, std::move(token));
    case Action::Toggle:
      return toggle(*parsed.options, token);
    case Action::Send:
      return send(*parsed.options, parsed.commands, token);
  }
  std::unreachable();
}

}  // namespace pierglass::app
