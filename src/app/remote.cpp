// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/remote.hpp"

#include <optional>
#include <utility>

namespace pierglass::app {

Result<control::Server> serve_remote(loop::EventLoop& loop, const control::Instance& instance,
                                     RemoteHandler handler) {
  auto interpret = [handler = std::move(handler)](const control::Request& request,
                                                  control::Answer answer) mutable {
    if (const std::optional<Verb> verb = verb_of(request.verb)) {
      return handler(*verb, request, std::move(answer));
    }
    answer.refuse("the running pierglass knows no command '" + request.verb +
                  "'; it knows: " + verb_list());
  };
  return control::Server::create(loop, instance.listener(), std::move(interpret));
}

}  // namespace pierglass::app
