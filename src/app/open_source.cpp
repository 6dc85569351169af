// SPDX-License-Identifier: GPL-2.0-or-later
#include "app/open_source.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>
#include <vector>

#include "app/messages.hpp"
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

Result<std::unique_ptr<FrameSource>> make_source(const std::string& path, SourceChoice choice) {
  WatchedMemory memory = TRY(WatchedMemory::open(path));
  TRY(check_contents(memory.bytes(), choice));
  if (choice == SourceChoice::Pierglass) return RegionSource::over(std::move(memory));
  if (choice == SourceChoice::LookingGlass) {
    return std::make_unique<LookingGlassSource>(std::move(memory));
  }
  std::vector<std::unique_ptr<FrameSource>> readers;
  readers.push_back(RegionSource::over(std::move(memory), LookingGlassSource::recognises));
  readers.push_back(std::make_unique<LookingGlassSource>(TRY(WatchedMemory::open(path))));
  return std::make_unique<source::LiveSource>(std::move(readers));
}

}  // namespace

MemoryPlaces usual_memory_places() {
  return {"/dev/shm/pierglass", "/dev/kvmfr0", "/dev/shm/looking-glass"};
}

std::expected<OpenedSource, std::string> open_source(const Options& options,
                                                     const MemoryPlaces& places) {
  std::string path = choose_path(options, places);
  if (path.empty()) return std::unexpected(no_memory_message(places));
  // A file in the place of kvmfr's device would keep the module from working.
  if (options.memory_size != 0 && !shm::is_kvmfr_path(path) && is_missing(path)) {
    const auto created = shm::create_file(path, options.memory_size);
    if (!created) return std::unexpected(creation_message(created.error(), path));
    spdlog::info("created {} with {} MiB", path, options.memory_size >> 20);
  }
  auto source = make_source(path, options.source);
  if (!source) return std::unexpected(memory_message(source.error(), path));
  if (const auto identity = shm::identify(path); identity && identity->open_to_others()) {
    spdlog::warn("every user of this machine can read the guest's screen: chmod 0660 {}", path);
  }
  return OpenedSource{.source = std::move(*source), .memory = std::move(path)};
}

}  // namespace pierglass::app
