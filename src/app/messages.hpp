// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <span>
#include <string>

#include "base/error.hpp"

// Sentences for the user: what is wrong and what mends it. No full stop, one line.
namespace pierglass::app {

// No memory in any of the usual places, nor a broker called `name`; the first place is the one to
// create.
std::string no_memory_message(std::span<const std::string> places, const std::string& name);

// Memory that could not be opened. InvalidArgument: it holds pictures of the other kind than
// --source says.
std::string memory_message(const Error& error, const std::string& path);

// A broker that could not be used, or its memory; `places` are where its socket may be. Codes as
// source::BrokerLink::Words; NotARegion: something else is in the memory.
std::string broker_message(const Error& error, std::span<const std::string> places);

// Memory that could not be created.
std::string creation_message(const Error& error, const std::string& path);

// An output that there is none of; `outputs` are those that there are.
std::string no_output_message(const std::string& name, const std::string& outputs);

// A compositor that could not be reached or lacks something.
std::string wayland_message(const Error& error);

// An instance of that name that could not be had.
std::string instance_message(const Error& error, const std::string& name);

// One that was asked and gave no answer.
std::string request_message(const Error& error, const std::string& name);

// A presenter that could not be made or failed; `renderer` is its name, empty when none was made.
std::string presenter_message(const Error& error, const std::string& renderer);

}  // namespace pierglass::app
