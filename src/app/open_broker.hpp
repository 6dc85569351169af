// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/options.hpp"
#include "source/broker_link.hpp"

// Memory that a broker gives: --memory unix:PATH or unix:NAME.
namespace pierglass::app {

[[nodiscard]] bool is_broker_address(std::string_view memory);

// Whether --memory says something that can be a broker's address, after is_broker_address().
[[nodiscard]] bool is_good_broker_address(std::string_view memory);

// The address of the broker of this instance's name, when its socket is there; else empty.
std::string usual_broker(const std::string& name);

struct OpenedBroker {
  std::shared_ptr<source::BrokerLink> link;
  std::string missing;  // the sentence for a broker that is to come; empty: its memory is there
};

// Connects to the broker at a good address and waits for its memory, a second at most. A broker
// that may still come is no error. Error: the sentence to end with.
std::expected<OpenedBroker, std::string> open_broker(std::string_view memory);
// The same at one of these sockets, the best first.
std::expected<OpenedBroker, std::string> open_broker_at(std::vector<std::string> places);

}  // namespace pierglass::app
