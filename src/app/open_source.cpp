// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/open_source.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "app/messages.hpp"
#include "app/open_broker.hpp"
#include "app/zero_copy.hpp"
#include "base/describe.hpp"
#include "compat/looking_glass_source.hpp"
#include "shm/file_linux.hpp"
#include "shm/kvmfr_linux.hpp"
#include "source/live_source.hpp"
#include "source/region_source.hpp"
#include "source/watched_memory.hpp"

namespace pierglass::app {
namespace {

using compat::LookingGlassSource;
using source::FrameSource;
using source::RegionSource;
using source::WatchedMemory;

bool is_missing(const std::string& path) {
  const auto there = shm::identify(path);
  return !there && there.error().code == ErrorCode::NotFound;
}

// A guest of a kind that the user wants is or was in the memory at `path`.
bool is_wanted(const std::string& path, SourceChoice choice) {
  const auto memory = shm::open_memory(path);
  if (!memory) return false;
  const bool ours =
      choice != SourceChoice::LookingGlass && RegionSource::recognises(memory->bytes());
  return ours ||
         (choice != SourceChoice::Pierglass && LookingGlassSource::recognises(memory->bytes()));
}

// One with a wanted guest before one to wait in; hosts of Looking Glass come to the first place
// least of all. Empty when none exists.
std::string choose_place(const MemoryPlaces& places, SourceChoice choice) {
  std::vector<std::string> there;
  std::ranges::remove_copy_if(places, std::back_inserter(there), is_missing);
  if (there.empty()) return {};
  const auto wanted = std::ranges::find_if(
      there, [choice](const std::string& path) { return is_wanted(path, choice); });
  if (wanted != there.end()) return *wanted;
  const bool skip =
      choice == SourceChoice::LookingGlass && there.size() > 1 && there.front() == places.front();
  return there[skip ? 1 : 0];
}

// Empty when the user named none, none of the places exists, and none is to be created.
std::string choose_path(const Options& options, const MemoryPlaces& places) {
  if (!options.memory.empty()) return options.memory;
  std::string place = choose_place(places, options.source);
  if (place.empty() && options.memory_size != 0) return places.front();
  return place;
}

// What keeps a reader of Looking Glass hosts from waiting in this memory: a guest of ours in it, or
// anything else.
Result<void> check_looking_glass(std::span<std::byte> memory) {
  if (LookingGlassSource::recognises(memory)) return {};
  const auto ours = wire::parse_region(memory);
  if (ours) return fail(ErrorCode::InvalidArgument, "--source");
  if (ours.error().code == ErrorCode::NotReady) return {};
  if (ours.error().code == ErrorCode::NotARegion) return std::unexpected(ours.error());
  return fail(ErrorCode::InvalidArgument, "--source");
}

// The one look at what is in the memory before anything is shown. InvalidArgument: pictures of the
// other kind than the user asked for.
Result<void> check_contents(std::span<std::byte> memory, SourceChoice choice) {
  if (choice == SourceChoice::LookingGlass) return check_looking_glass(memory);
  const auto ours = RegionSource::check_contents(memory);
  if (ours || !LookingGlassSource::recognises(memory)) return ours;
  if (choice == SourceChoice::Auto) return {};
  if (ours.error().code != ErrorCode::NotARegion) return ours;
  return fail(ErrorCode::InvalidArgument, "--source");
}

// The reader or readers for memory; `again` is the same memory for a second one.
std::unique_ptr<FrameSource> make_source(WatchedMemory memory, WatchedMemory again,
                                         SourceChoice choice) {
  if (choice == SourceChoice::Pierglass) {
    return RegionSource::over(std::move(memory), nullptr, dma_buf_maker());
  }
  if (choice == SourceChoice::LookingGlass) {
    return std::make_unique<LookingGlassSource>(std::move(memory));
  }
  std::vector<std::unique_ptr<FrameSource>> readers;
  readers.push_back(
      RegionSource::over(std::move(memory), LookingGlassSource::recognises, dma_buf_maker()));
  readers.push_back(std::make_unique<LookingGlassSource>(std::move(again)));
  return std::make_unique<source::LiveSource>(std::move(readers));
}

Result<std::unique_ptr<FrameSource>> make_file_source(const std::string& path,
                                                      SourceChoice choice) {
  WatchedMemory memory = TRY(WatchedMemory::open(path));
  TRY(check_contents(memory.bytes(), choice));
  WatchedMemory again = TRY(WatchedMemory::open(path));
  return make_source(std::move(memory), std::move(again), choice);
}

std::expected<OpenedSource, std::string> open_file_source(std::string path,
                                                          const Options& options) {
  // A file in the place of kvmfr's device would keep the module from working.
  if (options.memory_size != 0 && !shm::is_kvmfr_path(path) && is_missing(path)) {
    const auto created = shm::create_file(path, options.memory_size);
    if (!created) return std::unexpected(creation_message(created.error(), path));
    spdlog::info("created {} with {}", path, mebibytes(options.memory_size));
  }
  auto source = make_file_source(path, options.source);
  if (!source) return std::unexpected(memory_message(source.error(), path));
  if (const auto identity = shm::identify(path); identity && identity->open_to_others()) {
    spdlog::warn("every user of this machine can read the guest's screen: chmod 0660 {}", path);
  }
  std::string zero_copy = zero_copy_line(path);
  return OpenedSource{
      .source = std::move(*source), .memory = std::move(path), .zero_copy = std::move(zero_copy)};
}

// The sentence for what is in a broker's memory; empty when it is good.
std::string broker_contents_trouble(const source::BrokerLink& link, std::span<std::byte> memory,
                                    const std::string& address, SourceChoice choice) {
  const auto good = check_contents(memory, choice);
  if (good) return {};
  const ErrorCode code = good.error().code;
  const bool brokers = code == ErrorCode::TooSmall || code == ErrorCode::NotARegion;
  return brokers ? link.words(good.error()) : memory_message(good.error(), address);
}

std::expected<OpenedSource, std::string> make_broker_source(const OpenedBroker& broker,
                                                            std::string address,
                                                            SourceChoice choice) {
  WatchedMemory memory = WatchedMemory::behind(broker.link);
  if (broker.missing.empty()) {
    memory.reopen();
    std::string trouble = memory.error();
    if (trouble.empty()) {
      trouble = broker_contents_trouble(*broker.link, memory.bytes(), address, choice);
    }
    if (!trouble.empty()) return std::unexpected(std::move(trouble));
    spdlog::info("{}: {}{}", address, mebibytes(memory.bytes().size()),
                 shm::keeps_its_size(broker.link->memory()) ? "" : ", which others may shrink");
  } else {
    spdlog::warn("{}; waiting for it", broker.missing);
  }
  OpenedSource opened;
  opened.source = make_source(std::move(memory), WatchedMemory::behind(broker.link), choice);
  opened.memory = std::move(address);
  if (broker.missing.empty()) opened.zero_copy = zero_copy_line(broker.link->memory());
  return opened;
}

std::expected<OpenedSource, std::string> open_broker_source(std::string address,
                                                            SourceChoice choice) {
  const auto broker = open_broker(address);
  if (!broker) return std::unexpected(broker.error());
  return make_broker_source(*broker, std::move(address), choice);
}

// A broker that nobody named is taken when it has memory, or there is no other. Nothing: look
// elsewhere.
std::optional<std::expected<OpenedSource, std::string>> try_usual_broker(
    const Options& options, const MemoryPlaces& places) {
  std::string address = usual_broker(options.name);
  if (address.empty()) return std::nullopt;
  const auto broker = open_broker(address);
  const bool there = broker && broker->missing.empty();
  if (!there && !choose_place(places, options.source).empty()) {
    spdlog::warn("{}; looking for other memory", broker ? broker->missing : broker.error());
    return std::nullopt;
  }
  if (!broker) return std::unexpected(broker.error());
  return make_broker_source(*broker, std::move(address), options.source);
}

}  // namespace

MemoryPlaces usual_memory_places() {
  return {"/dev/shm/pierglass", "/dev/kvmfr0", "/dev/shm/looking-glass"};
}

std::expected<OpenedSource, std::string> open_source(const Options& options,
                                                     const MemoryPlaces& places) {
  if (is_broker_address(options.memory)) {
    return open_broker_source(options.memory, options.source);
  }
  if (options.memory.empty()) {
    if (auto broker = try_usual_broker(options, places)) return *std::move(broker);
  }
  std::string path = choose_path(options, places);
  if (path.empty()) return std::unexpected(no_memory_message(places, options.name));
  return open_file_source(std::move(path), options);
}

}  // namespace pierglass::app
