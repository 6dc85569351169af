// SPDX-License-Identifier: GPL-2.0-or-later
// Random scripts of the guest's desktop duplication, played at the COM border over a real Direct3D
// device of Wine: what is in the memory after each of them, and what the client has on its surface.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <string>

#include "ring/reader_session.hpp"
#include "shm/file_linux.hpp"
#include "tests/e2e/desk.hpp"
#include "tests/guest/script_truth.hpp"
#include "tests/guest/turn_file.hpp"
#include "tests/support/fake_compositor.hpp"

namespace pierglass::test {
namespace {

constexpr std::uint32_t kScripts = 10'000;
// Then another client comes, with another way from memory to compositor.
constexpr std::uint32_t kScriptsOfOneClient = 1000;

// ---- what is in the memory ----

testing::AssertionResult same_pixels(const ring::FrameLease& lease, const DesktopModel& model) {
  const pixel::ConstImage truth = model.picture();
  const wire::FrameInfo& info = lease.info();
  if (info.size != truth.size || info.format != truth.format)
    return testing::AssertionFailure() << "size or format";
  const std::size_t row = truth.size.width * wire::bytes_per_pixel(truth.format);
  for (std::uint32_t y = 0; y < truth.size.height; ++y) {
    const std::byte* found = lease.pixels().data() + std::size_t{y} * info.pitch;
    if (std::memcmp(found, truth.row(y), row) != 0)
      return testing::AssertionFailure() << "row " << y << " of " << truth.size.height;
  }
  return testing::AssertionSuccess();
}

testing::AssertionResult same_pointer(const ring::ReaderSession& reader,
                                      const DesktopModel& model) {
  const auto sample = reader.cursor();
  if (!sample) return testing::AssertionFailure() << "no pointer";
  if (sample->visible != model.visible()) return testing::AssertionFailure() << "visible";
  if (sample->position != model.position()) return testing::AssertionFailure() << "position";
  if (!model.shape()) return testing::AssertionSuccess();
  std::vector<std::byte> image(reader.layout().shape_bytes);
  auto info = reader.copy_shape(sample->shape_ticket, image);
  if (!info) return testing::AssertionFailure() << "no shape";
  info->sequence = 0;
  image.resize(info->bytes());
  if (*info != model.shape()->info) return testing::AssertionFailure() << "shape";
  if (image != model.shape()->image) return testing::AssertionFailure() << "shape's picture";
  return testing::AssertionSuccess();
}

testing::AssertionResult same_description(const wire::FrameInfo& info, const DesktopMode& mode) {
  if (info.rotation != guest::rotation_of(mode.rotation))
    return testing::AssertionFailure() << "rotation";
  if (info.colour_space != guest::colour_space_of(mode.pixel_format(), mode.colour()))
    return testing::AssertionFailure() << "colour space";
  if (info.hdr != guest::hdr_metadata_of(mode.colour()))
    return testing::AssertionFailure() << "HDR metadata";
  if (info.sdr_white_millinits != mode.white_millinits())
    return testing::AssertionFailure() << "white level";
  return testing::AssertionSuccess();
}

// ---- what the client shows ----

// What the user sees of that buffer, where it fills its window pixel by pixel; else nothing.
Picture seen(const ShownPicture& shown, std::vector<std::uint32_t> pixels) {
  const auto quarters = static_cast<unsigned>(shown.commit.transform);
  if (quarters > 3 || shown.commit.scale != 1) return {};
  Picture buffer;
  buffer.size = shown.size;
  buffer.pixels = std::move(pixels);
  Picture upright = turned_clockwise(buffer, quarters);
  const Size stretched = shown.commit.destination;
  return stretched.area() == 0 || stretched == upright.size ? upright : Picture();
}

bool same(const Picture& one, const Picture& other) {
  constexpr std::uint32_t kColour = 0xffffff;
  return one.size == other.size && one.size.area() != 0 &&
         std::ranges::equal(one.pixels, other.pixels,
                            [](auto a, auto b) { return ((a ^ b) & kColour) == 0; });
}

// A picture out of the folder that a failure's message ends its first line with; it is removed.
Picture taken_out(const std::string& message, const std::string& name) {
  const std::size_t at = message.find("see ") + 4;
  const std::filesystem::path file =
      std::filesystem::path(message.substr(at, message.find('\n', at) - at)) / name;
  Picture picture = read_png(file);
  std::filesystem::remove(file);
  return picture;
}

std::uint32_t seed_of_run() {
  const char* given = std::getenv("PIERGLASS_SEED");
  const auto seed = given != nullptr ? static_cast<std::uint32_t>(std::strtoul(given, nullptr, 10))
                                     : static_cast<std::uint32_t>(std::time(nullptr));
  std::fprintf(stderr, "PIERGLASS_SEED=%u repeats this run\n", seed);
  return seed;
}

// The stand-in, a client of a compositor that holds each buffer until the next one comes, and the
// memory between them, which this process reads as well. The window gets the size of the picture
// that is to come while it comes.
class PlayedScripts : public testing::Test {
 protected:
  PlayedScripts() {
    const std::filesystem::path socket = compositor_.listen();
    using std::filesystem::perms;
    std::filesystem::permissions(socket.parent_path(), perms::all);
    std::filesystem::permissions(socket, perms::all);
    display_ = socket;
  }

  void start_player(std::uint32_t seed, std::uint32_t scripts, std::vector<std::string> more = {}) {
    seed_ = seed;
    more.insert(more.begin(),
                {"scripts", Wine::windows_path(region_.path()), Wine::windows_path(page_.path()),
                 std::to_string(seed), std::to_string(scripts)});
    player_.emplace(wine_.start_drawing("standin", lab_.stage(standin_program()), std::move(more),
                                        xvfb_.display()));
  }

  void start_client(const std::string& path) {
    client_.emplace(lab_, display_,
                    std::vector<std::string>{"--memory", region_.path(), "--renderer", "shm",
                                             "--path", path, "--present", "callback"});
    window_ = {};
    ASSERT_TRUE(compositor_.wait_until([&] { return compositor_.toplevel().mapped; }, kPatience))
        << client_->process().err();
  }

  // How many pictures it showed from where the guest wrote them.
  std::ptrdiff_t end_client() {
    client_->process().signal(SIGTERM);
    EXPECT_EQ(client_->process().wait(kPatience), Exit{.code = 0}) << client_->process().err();
    EXPECT_EQ(client_->sanitizer_report(), "");
    return std::ranges::count_if(client_->frame_log(), &Client::Shown::direct);
  }

  // Until script `index` was played, which the model then has behind it as well.
  testing::AssertionResult plays(std::uint32_t index) {
    for (const DesktopStep& step : random_script(seed_, index, model_.mode())) model_.apply(step);
    picture_ = truth_.picture(model_);
    resize_window();
    if (wait_for_turn(index + 1)) return testing::AssertionSuccess();
    return testing::AssertionFailure() << where(index) << player_->err();
  }
  void play_next(std::uint32_t index) { turns_.seen().store(index + 1, std::memory_order_release); }

  testing::AssertionResult memory_has_the_truth(std::uint32_t index) {
    if (!reader_) reader_ = ring::ReaderSession::attach(memory_->bytes(), 1).value();
    const auto lease = reader_->acquire_newest(0).value();
    if (!lease) return testing::AssertionFailure() << where(index) << "no frame";
    auto found = same_pixels(*lease, model_);
    if (found) found = same_description(lease->info(), model_.mode());
    if (found) found = same_pointer(*reader_, model_);
    return found ? found : testing::AssertionFailure() << where(index) << found.message();
  }

  testing::AssertionResult client_shows_the_truth(std::uint32_t index,
                                                  std::chrono::nanoseconds patience) {
    Picture memory;   // of the buffer
    Picture painted;  // by its damage
    const bool shows = compositor_.wait_until(
        [&] {
          const ShownPicture shown = compositor_.shown();
          memory = seen(shown, shown.pixels);
          painted = seen(shown, shown.painted);
          return same(memory, picture_) && same(painted, picture_);
        },
        patience);
    if (shows) return testing::AssertionSuccess();
    const bool damage = same(memory, picture_);
    const std::string name = "script " + std::to_string(index) + " of " + std::to_string(seed_);
    return testing::AssertionFailure()
           << where(index) << (damage ? "too little damage: " : "")
           << same_picture(damage ? painted : memory, picture_, 0, name).message()
           << "\nclient: " << client_->process().err();
  }

  [[nodiscard]] std::string where(std::uint32_t index) const {
    return "PIERGLASS_SEED=" + std::to_string(seed_) + ", script " + std::to_string(index) + ": ";
  }
  void resize_window() {
    if (window_ != picture_.size) compositor_.configure(window_ = picture_.size);
  }
  // Yields: turns change every few microseconds.
  bool wait_for_turn(std::uint32_t count) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    for (std::uint32_t looks = 1; turns_.played().load(std::memory_order_acquire) != count;
         ++looks) {
      if (looks % 4096 == 0 && !player_->running()) return false;
      if (std::chrono::steady_clock::now() > deadline) return false;
      sched_yield();
    }
    return true;
  }

  Lab lab_;
  Xvfb xvfb_{lab_};
  Wine wine_{lab_};
  FakeCompositor compositor_{{.releases = Releases::WithNextCommit, .keeps_all = false}};
  std::filesystem::path display_;
  const MemoryFile region_{lab_, kMemoryBytes};
  const MemoryFile page_{lab_, TurnFile::kBytes};
  Result<shm::SharedMemory> memory_ = shm::open_file(region_.path());
  Result<shm::SharedMemory> turn_memory_ = shm::open_file(page_.path());
  TurnFile turns_{turn_memory_.value().bytes()};
  std::unique_ptr<ring::ReaderSession> reader_;
  std::optional<Process> player_;
  std::optional<Client> client_;

  std::uint32_t seed_ = 0;
  DesktopModel model_;
  ScriptTruth truth_;
  Picture picture_;  // what the client must show
  Size window_;      // as it was told last
};

TEST_F(PlayedScripts, TenThousandLeaveTheirTruthInTheMemoryAndOnTheClientsSurface) {
  start_player(seed_of_run(), kScripts);
  std::ptrdiff_t direct = 0;
  for (std::uint32_t index = 0; index < kScripts; ++index) {
    if (index % kScriptsOfOneClient == 0) {
      if (client_) direct += end_client();
      const bool copies = index / kScriptsOfOneClient % 2 == 0;
      ASSERT_NO_FATAL_FAILURE(start_client(copies ? "copy" : "direct"));
    }
    ASSERT_TRUE(plays(index));
    ASSERT_TRUE(memory_has_the_truth(index));
    ASSERT_TRUE(client_shows_the_truth(index, kPatience));
    play_next(index);
  }
  direct += end_client();
  EXPECT_EQ(player_->wait(kPatience), Exit{.code = 0}) << player_->err();
  std::fprintf(stderr, "%s%td pictures shown from where they lay\n", player_->out().c_str(),
               direct);
  EXPECT_GE(direct, 20);  // hundreds, mostly
}

TEST_F(PlayedScripts, OnePixelThatIsInNoScriptIsFound) {
  constexpr std::uint32_t kWrong = 12;
  start_player(1, kWrong + 1, {std::to_string(kWrong)});
  ASSERT_NO_FATAL_FAILURE(start_client("copy"));
  for (std::uint32_t index = 0; index < kWrong; ++index) {
    ASSERT_TRUE(plays(index));
    ASSERT_TRUE(memory_has_the_truth(index));
    ASSERT_TRUE(client_shows_the_truth(index, kPatience));
    play_next(index);
  }
  ASSERT_TRUE(plays(kWrong));
  const DesktopModel scripted = model_;
  const Picture truth = picture_;
  model_.apply(one_pixel());
  picture_ = truth_.picture(model_);
  const Picture wrong = picture_;
  ASSERT_TRUE(client_shows_the_truth(kWrong, kPatience)) << "with the pixel";
  ASSERT_TRUE(memory_has_the_truth(kWrong)) << "with the pixel";
  model_ = scripted;
  picture_ = truth;
  EXPECT_FALSE(memory_has_the_truth(kWrong));
  const auto found = client_shows_the_truth(kWrong, {});
  EXPECT_FALSE(found);
  const std::string said = found.message();
  EXPECT_THAT(said, testing::HasSubstr("PIERGLASS_SEED=1, script 12: script 12 of 1: 1 pixels "));
  EXPECT_THAT(said, testing::HasSubstr("the first, at 0,0, is"));
  EXPECT_TRUE(same(taken_out(said, "script-12-of-1-actual.png"), wrong));
  EXPECT_TRUE(same(taken_out(said, "script-12-of-1-expected.png"), truth));
  play_next(kWrong);
  EXPECT_EQ(player_->wait(kPatience), Exit{.code = 0}) << player_->err();
  end_client();
}

}  // namespace
}  // namespace pierglass::test
