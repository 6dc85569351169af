// SPDX-License-Identifier: GPL-2.0-or-later
// Pictures that a GPU samples where the guest wrote them. No driver of Debian 12 without hardware
// imports memory: a fake one copies what lies there whenever the guest has written.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gfx/gl_presenter.hpp"
#include "tests/unit/gfx/picture.hpp"
#include "tests/unit/gfx/refusing_driver.hpp"
#include "tests/unit/wl/test_client.hpp"

namespace pierglass::gfx::test {
namespace {

using pierglass::test::ToplevelState;
using wl::test::TestClient;
using enum wire::PixelFormat;

constexpr Size kWindow{96, 64};
constexpr std::size_t kSlots = 4;

// A guest's slots, and the driver's view of them.
struct FakeGpu {
  struct Texture {
    GLuint name = 0;
    int slot = 0;
    const Picture* picture = nullptr;
    bool seen = false;
  };
  std::array<Picture, kSlots> slots;
  std::vector<Texture> textures;
  std::optional<ErrorCode> refuses;
  std::function<void(Picture&)> mistake;  // in what it shows
  bool copies = false;                    // what is there when it is imported
  bool done = true;                       // with all that it was told
  int dma_bufs = 0;                       // asked for

  // What a real one needs nothing for.
  void see() {
    GLint bound = 0;
    glActiveTexture(GL_TEXTURE0);
    glGetIntegerv(GL_TEXTURE_BINDING_2D, &bound);
    for (Texture& texture : textures) {
      if (glIsTexture(texture.name) != GL_TRUE) continue;
      if (std::exchange(texture.seen, true) && copies) continue;
      Picture shown = slots[static_cast<std::size_t>(texture.slot)];
      if (shown.size != texture.picture->size || shown.format != texture.picture->format) continue;
      if (mistake) mistake(shown);
      load(texture.name, shown);
    }
    glBindTexture(GL_TEXTURE_2D, static_cast<GLuint>(bound));
  }

  static void load(GLuint texture, const Picture& picture) {
    const bool deep = picture.format == Xbgr2101010;
    const bool half = picture.format == Xbgr16161616f;
    glBindTexture(GL_TEXTURE_2D, texture);
    const auto pixel_bytes = wire::bytes_per_pixel(picture.format);
    glPixelStorei(GL_UNPACK_ROW_LENGTH, static_cast<GLint>(picture.pitch / pixel_bytes));
    glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, static_cast<GLint>(picture.size.width),
                    static_cast<GLint>(picture.size.height), GL_RGBA,
                    deep   ? GL_UNSIGNED_INT_2_10_10_10_REV
                    : half ? GL_HALF_FLOAT
                           : GL_UNSIGNED_BYTE,
                    picture.bytes.data());
    glPixelStorei(GL_UNPACK_ROW_LENGTH, 0);
  }
};

class FakeImporter final : public TextureImporter {
 public:
  explicit FakeImporter(FakeGpu& gpu) : gpu_(gpu) {}

  [[nodiscard]] Result<void> takes(wire::PixelFormat format) const override {
    if (wire::bytes_per_pixel(format) == 3) return fail(ErrorCode::Unsupported, "format");
    return {};
  }
  Result<GlTexture> import(const DmaBufPicture& picture) override {
    if (gpu_.refuses) return fail(*gpu_.refuses, "fake driver");
    GlTexture texture = generate_texture();
    glBindTexture(GL_TEXTURE_2D, texture.get());
    const GLenum internal = picture.format == Xbgr2101010     ? GL_RGB10_A2
                            : picture.format == Xbgr16161616f ? GL_RGBA16F
                                                              : GL_RGBA8;
    glTexStorage2D(GL_TEXTURE_2D, 1, internal, static_cast<GLint>(picture.size.width),
                   static_cast<GLint>(picture.size.height));
    if (picture.format == Xrgb8888) {
      glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_R, GL_BLUE);
      glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_SWIZZLE_B, GL_RED);
    }
    const auto slot = static_cast<std::size_t>(picture.place.fd);
    gpu_.textures.push_back({texture.get(), picture.place.fd, &gpu_.slots[slot]});
    gpu_.see();
    glBindTexture(GL_TEXTURE_2D, texture.get());
    return texture;
  }
  [[nodiscard]] bool passed(GLsync) const override { return gpu_.done; }

 private:
  FakeGpu& gpu_;
};

// In place of a descriptor the slot's number.
class FakeDmaBufs final : public pixel::SlotDmaBufs {
 public:
  std::expected<pixel::DmaBufPlace, std::string> find(std::uint32_t slot) override {
    ++asked;
    if (!refusal.empty()) return std::unexpected(refusal);
    return pixel::DmaBufPlace{.fd = static_cast<int>(slot)};
  }
  void let_go() override { ++let_gone; }
  std::string refusal;
  int asked = 0;
  int let_gone = 0;
};

class ImportedPicture : public ::testing::Test {
 protected:
  ImportedPicture() {
    client_.open_window({.size = kWindow});
    client_.open_queue();
    const wl::NativeSurface native = client_.queue->native();
    auto made = GlPresenter::create({native.display, native.surface, native.shm},
                                    {.importer = std::make_unique<FakeImporter>(gpu_)});
    EXPECT_TRUE(made);
    presenter_ = *std::move(made);
    (void)client_.window->apply_pending();
    EXPECT_TRUE(presenter_->resize(kWindow));
  }

  // The guest's next frame, in the slot after the last one's.
  void publish(Size size = kWindow, wire::PixelFormat format = Xrgb8888) {
    write(random_picture(size, format, random_));
  }
  void write(Picture picture) {
    slot_ = (slot_ + 1) % kSlots;
    ASSERT_FALSE(presenter_->reads(memory())) << "slot " << slot_;
    gpu_.slots[slot_] = std::move(picture);
    gpu_.see();
  }
  // Two pictures in the first slot: imports are believed.
  void prove(Size size = kWindow, wire::PixelFormat format = Xrgb8888) {
    for (int i = 0; i < 2; ++i) {
      slot_ = kSlots - 1;
      publish(size, format);
      EXPECT_EQ(borrow().has_value(), i == 1) << presenter_->borrowing().refusal;
    }
  }
  // But for the last look.
  void prove_but_last() {
    slot_ = kSlots - 1;
    publish();
    EXPECT_FALSE(borrow());
    slot_ = kSlots - 1;
    publish();
  }
  [[nodiscard]] const Picture& newest() const { return gpu_.slots[slot_]; }
  [[nodiscard]] pixel::SlotMemory memory() const { return memory(slot_); }
  [[nodiscard]] pixel::SlotMemory memory(std::size_t slot) const {
    return {.slot = static_cast<std::uint32_t>(slot), .mapping = mapping_, .dma_bufs = &dma_bufs_};
  }
  Result<void> borrow() {
    const Rect all = full_rect(newest().size);
    return presenter_->borrow(newest().stored(), memory(), {&all, 1});
  }
  // As the present loop does.
  void take() {
    if (borrow()) return;
    const Rect all = full_rect(newest().size);
    ASSERT_TRUE(presenter_->upload(newest().stored(), {&all, 1}));
  }
  void shows(const CursorOverlay& cursor = {}, const std::vector<std::string>& panel = {}) {
    const auto drawn = presenter_->draw(cursor);
    ASSERT_TRUE(drawn) << drawn.error().what;
    client_.settle();
    ASSERT_TRUE(client_.queue->dispatch_pending());
    const ToplevelState toplevel = client_.toplevel();
    ASSERT_EQ(toplevel.pixels_size, kWindow);
    Picture shown(kWindow, Xrgb8888, 4);
    std::memcpy(shown.bytes.data(), toplevel.pixels.data(), shown.bytes.size());
    const Picture want = with_panel(reference(newest(), kWindow, cursor), newest(), cursor, panel);
    const Difference wrong = difference(shown, want);
    EXPECT_LE(wrong.worst, tolerance_) << wrong;
  }
  [[nodiscard]] ErrorCode draw_error() {
    const auto drawn = presenter_->draw({});
    return drawn ? ErrorCode{} : drawn.error().code;
  }

  Random random_;
  FakeGpu gpu_;
  mutable FakeDmaBufs dma_bufs_;
  TestClient client_;
  std::unique_ptr<GlPresenter> presenter_;
  std::size_t slot_ = 0;
  std::uint64_t mapping_ = 1;
  int tolerance_ = 0;
};

TEST_F(ImportedPicture, IsImportedOncePerSlotAndShowsEveryFrame) {
  for (std::size_t frame = 0; frame < 12; ++frame) {
    publish();
    EXPECT_EQ(borrow().has_value(), frame >= kSlots) << presenter_->borrowing().refusal;
    take();
    shows();
  }
  EXPECT_EQ(gpu_.textures.size(), kSlots);
  EXPECT_EQ(dma_bufs_.asked, static_cast<int>(kSlots));
  EXPECT_EQ(presenter_->borrowing().refusal, "");
}

TEST_F(ImportedPicture, OfEachFormatThatGpusSampleIsShown) {
  tolerance_ = 1;
  for (const wire::PixelFormat format : {Xrgb8888, Xbgr8888, Xbgr2101010, Xbgr16161616f}) {
    prove(kWindow, format);
    shows();
  }
  const int asked = dma_bufs_.asked;
  publish(kWindow, Bgr888);
  EXPECT_EQ(borrow().error().code, ErrorCode::Unsupported);
  EXPECT_EQ(dma_bufs_.asked, asked) << "no dma-buf is made for nothing";
  take();
  shows();
}

TEST_F(ImportedPicture, IsReadUntilTheGpuIsPastItsFence) {
  prove();
  publish();
  ASSERT_TRUE(borrow());
  EXPECT_TRUE(presenter_->reads(memory())) << "by the next draw";
  gpu_.done = false;
  shows();
  EXPECT_TRUE(presenter_->reads(memory()));
  EXPECT_FALSE(presenter_->reads(memory(slot_ + 1)));
  EXPECT_EQ(borrow().error().code, ErrorCode::Busy);
  gpu_.done = true;
  EXPECT_FALSE(presenter_->reads(memory()));
  EXPECT_EQ(draw_error(), ErrorCode::Stale) << "the guest may write there";
  ASSERT_TRUE(borrow());
  shows();
}

TEST_F(ImportedPicture, IsDrawnAgainWhileItIsHeld) {
  const pixel::CursorImage image = random_pointer(wire::CursorType::Colour, {16, 16}, random_);
  prove();
  ASSERT_TRUE(borrow());
  gpu_.done = false;
  shows();
  shows({&image, 1, {40, 30}});
  const std::vector<std::string> panel = {"a panel"};
  presenter_->set_panel(panel);
  shows({&image, 1, {50, 20}}, panel);
  EXPECT_EQ(gpu_.textures.size(), 1U);
}

TEST_F(ImportedPicture, AfterAnotherOneLeavesTheFirstsFence) {
  prove();
  publish();
  ASSERT_TRUE(borrow());
  gpu_.done = false;
  shows();
  const pixel::SlotMemory first = memory();
  publish();
  ASSERT_TRUE(borrow());
  EXPECT_TRUE(presenter_->reads(first));
  EXPECT_TRUE(presenter_->reads(memory()));
  const Rect all = full_rect(kWindow);
  ASSERT_TRUE(presenter_->upload(newest().stored(), {&all, 1}));
  EXPECT_TRUE(presenter_->reads(first));
  EXPECT_FALSE(presenter_->reads(memory())) << "it was never drawn";
  shows();
  EXPECT_EQ(draw_error(), ErrorCode{});
}

TEST_F(ImportedPicture, ThatShowsSomethingElseIsCopiedUntilTheGeometryChanges) {
  gpu_.mistake = [](Picture& shown) {
    shown.bytes[shown.bytes.size() - shown.pitch + std::size_t{shown.size.width} * 4 - 4] ^=
        std::byte{16};
  };
  for (int frame = 0; frame < 3; ++frame) {
    publish();
    EXPECT_FALSE(borrow());
    EXPECT_EQ(presenter_->borrowing().refusal, "the driver shows other memory than it was given");
    take();
    shows();
  }
  EXPECT_EQ(gpu_.textures.size(), 1U) << "it is not tried again";
  gpu_.mistake = nullptr;
  publish();
  EXPECT_FALSE(borrow());
  prove({48, 32});
  EXPECT_EQ(presenter_->borrowing().refusal, "");
  tolerance_ = 1;
  shows();
}

TEST_F(ImportedPicture, ThatTheDriverRefusesIsCopiedUntilTheMappingChanges) {
  gpu_.refuses = ErrorCode::OsCall;
  publish();
  ASSERT_FALSE(borrow());
  EXPECT_NE(presenter_->borrowing().refusal.find("fake driver"), std::string::npos);
  take();
  shows();
  gpu_.refuses.reset();
  publish();
  EXPECT_FALSE(borrow());
  ++mapping_;
  prove();
  shows();
}

TEST_F(ImportedPicture, WithoutADmaBufIsCopiedForTheReasonThatItsMakerGives) {
  dma_bufs_.refusal = "this is a file";
  for (int frame = 0; frame < 3; ++frame) {
    publish();
    EXPECT_FALSE(borrow());
    EXPECT_EQ(presenter_->borrowing().refusal, "this is a file");
    take();
    shows();
  }
  EXPECT_EQ(dma_bufs_.asked, 1);
}

TEST_F(ImportedPicture, ThatIsACopyOfWhatWasThereIsNeverBelieved) {
  gpu_.copies = true;
  for (int frame = 0; frame < 3; ++frame) {
    slot_ = kSlots - 1;
    publish();
    EXPECT_FALSE(borrow());
    EXPECT_EQ(presenter_->borrowing().refusal,
              frame == 0 ? "" : "the driver stopped showing what is in the memory");
    take();
    shows();
  }
  EXPECT_EQ(dma_bufs_.let_gone, 1) << "they keep the memory from being swapped out";
}

// Of half floats, by the smallest step that there is.
TEST_F(ImportedPicture, ThatDiffersByLessThanDriversDoProvesNothing) {
  gpu_.copies = true;
  const Picture first = random_picture(kWindow, Xbgr16161616f, random_);
  for (int frame = 0; frame < 2; ++frame) {
    slot_ = kSlots - 1;
    Picture picture = first;
    for (std::size_t i = 0; frame == 1 && i < picture.bytes.size(); i += 2) {
      const bool tiny = (std::to_integer<unsigned>(picture.bytes[i + 1]) & 0x7f) < 0x30;
      if (tiny) picture.bytes[i] ^= std::byte{1};
    }
    write(picture);
    EXPECT_FALSE(borrow());
    EXPECT_EQ(presenter_->borrowing().refusal, "");
  }
}

TEST_F(ImportedPicture, ThatIsBelievedIsLookedAtAgainNowAndThen) {
  prove();
  ASSERT_TRUE(presenter_->draw({}));
  int pictures = 0;
  int looks = 0;
  {
    const RefusingDriver counts({.before_reading = [&] { ++looks; }});
    for (; pictures < 500; ++pictures) {
      slot_ = kSlots - 1;
      publish();
      ASSERT_TRUE(borrow());
      ASSERT_TRUE(presenter_->draw({}));
    }
  }
  EXPECT_GE(looks, 2);
  EXPECT_LE(looks, 4) << "each waits for the GPU";
  gpu_.copies = true;
  for (; pictures < 1500 && presenter_->borrowing().refusal.empty(); ++pictures) {
    slot_ = kSlots - 1;
    publish();
    take();
    ASSERT_TRUE(presenter_->draw({}));
  }
  EXPECT_EQ(presenter_->borrowing().refusal, "the driver stopped showing what is in the memory");
}

TEST_F(ImportedPicture, ThatIsNotBelievedHasTheOthersCopiedToo) {
  prove();
  write(Picture(kWindow));
  for (int look = 0; look < 5; ++look) EXPECT_FALSE(borrow());
  slot_ = kSlots - 1;
  publish();
  EXPECT_FALSE(borrow());
  EXPECT_TRUE(borrow()) << "after the pause";
}

TEST_F(ImportedPicture, ThatIsTheSameAsBeforeProvesNothingAndAsksNoGpu) {
  publish();
  EXPECT_FALSE(borrow());
  int looks = 0;
  {
    const RefusingDriver counts({.before_reading = [&] { ++looks; }});
    for (int i = 0; i < 10; ++i) EXPECT_FALSE(borrow());
  }
  EXPECT_EQ(looks, 0);
  EXPECT_EQ(presenter_->borrowing().refusal, "");
  take();
  shows();
}

TEST_F(ImportedPicture, OfOneColourProvesNothing) {
  prove();
  write(Picture(kWindow));
  EXPECT_FALSE(borrow());
  EXPECT_EQ(presenter_->borrowing().refusal, "");
  take();
  shows();
  publish();
  ASSERT_TRUE(borrow());
  shows();
}

TEST_F(ImportedPicture, OfOneColourInAnyQuarterProvesNothing) {
  for (std::size_t quarter = 0; quarter < 4; ++quarter) {
    Picture picture = random_picture(kWindow, Xrgb8888, random_);
    const std::size_t part = std::size_t{picture.pitch} * (kWindow.height / 4);
    std::ranges::fill_n(picture.bytes.begin() + static_cast<std::ptrdiff_t>(quarter * part),
                        static_cast<std::ptrdiff_t>(part), std::byte{0});
    ++mapping_;
    prove();
    write(picture);
    EXPECT_FALSE(borrow()) << quarter;
  }
  publish();
  EXPECT_TRUE(borrow());
}

TEST_F(ImportedPicture, ThatGoesOnProvingNothingIsLookedAtMoreSeldom) {
  prove();
  write(Picture(kWindow));
  int looks = 0;
  {
    const RefusingDriver counts({.before_reading = [&] { ++looks; }});
    for (int i = 0; i < 1000; ++i) EXPECT_FALSE(borrow());
  }
  EXPECT_LE(looks, 30);
  EXPECT_GE(looks, 15) << "it may change";
}

TEST_F(ImportedPicture, ThatTheGuestWritesWhileItIsLookedAtIsLeftOpen) {
  prove();
  publish();
  {
    const RefusingDriver writes({.before_reading = [this] {
      for (std::byte& byte : gpu_.slots[slot_].bytes) byte ^= std::byte{0xff};
    }});
    EXPECT_FALSE(borrow());
  }
  EXPECT_EQ(presenter_->borrowing().refusal, "");
  gpu_.see();
  EXPECT_TRUE(borrow()) << "the next look finds it still";
  shows();
}

TEST_F(ImportedPicture, OfAnotherMappingIsImportedAnew) {
  prove();
  publish();
  ASSERT_TRUE(borrow());
  gpu_.done = false;
  shows();
  const pixel::SlotMemory old = memory();
  ++mapping_;
  EXPECT_FALSE(presenter_->reads(memory()));
  const std::size_t before = gpu_.textures.size();
  gpu_.done = true;
  prove();
  EXPECT_EQ(gpu_.textures.size(), before + 1);
  EXPECT_FALSE(presenter_->reads(old)) << "nobody holds a frame of it any more";
  shows();
}

TEST_F(ImportedPicture, ThatCannotBeBorrowedTakesTheLastOneAlong) {
  prove();
  publish();
  ASSERT_TRUE(borrow());
  gpu_.done = false;
  shows();
  gpu_.refuses = ErrorCode::OsCall;
  write(random_picture({48, 32}, Xrgb8888, random_));
  EXPECT_FALSE(borrow());
  EXPECT_EQ(draw_error(), ErrorCode::Stale);
  take();
  tolerance_ = 1;
  shows();
}

TEST_F(ImportedPicture, IsForgottenWithAMessageAndWhenTheWindowGoes) {
  prove();
  publish();
  ASSERT_TRUE(borrow());
  EXPECT_TRUE(presenter_->draw_message("gone"));
  EXPECT_FALSE(presenter_->reads(memory()));
  EXPECT_EQ(draw_error(), ErrorCode::NotReady);
  ASSERT_TRUE(borrow());
  presenter_->on_unmapped();
  EXPECT_FALSE(presenter_->reads(memory()));
  EXPECT_FALSE(glIsTexture(gpu_.textures.back().name));
  EXPECT_EQ(draw_error(), ErrorCode::Stale);
}

// A clock of the test: what one run takes, by its number.
class RunClock {
 public:
  RunClock(Nanoseconds first_runs, Nanoseconds later) : first_runs_(first_runs), later_(later) {}
  // Sampling is tried first: its start and as many runs as there are at most.
  HostTime operator()() {
    constexpr int kSampling = 5;
    now_ += ++asked_ <= kSampling ? first_runs_ : later_;
    return now_;
  }

 private:
  Nanoseconds first_runs_;
  Nanoseconds later_;
  HostTime now_;
  int asked_ = 0;
};

constexpr Nanoseconds kLong = std::chrono::minutes(1);
constexpr Nanoseconds kMs = std::chrono::milliseconds(1);

TEST_F(ImportedPicture, IsUploadedWhereThatIsMeasuredToBeQuicker) {
  presenter_->weigh_imports({kLong, kLong, RunClock(3 * kMs, 2 * kMs)});
  prove_but_last();
  EXPECT_FALSE(borrow());
  EXPECT_EQ(presenter_->borrowing().refusal,
            "uploads are quicker: pictures sampled where they lie 3.00 ms a frame (uploaded 2.00 "
            "ms)");
  EXPECT_EQ(dma_bufs_.let_gone, 1);
  take();
  shows();
  publish();
  take();
  shows();
  EXPECT_EQ(dma_bufs_.let_gone, 1) << "it is not tried again";
}

TEST_F(ImportedPicture, IsSampledWhereThatIsMeasuredToBeAsQuick) {
  presenter_->weigh_imports({kLong, kLong, RunClock(21 * kMs, 20 * kMs)});
  prove();
  shows();
  EXPECT_THAT(std::string(presenter_->device()),
              ::testing::EndsWith(
                  "; pictures sampled where they lie 21.00 ms a frame (uploaded 20.00 ms)"));
  EXPECT_EQ(presenter_->borrowing().refusal, "");
}

TEST_F(ImportedPicture, IsUploadedWhereSamplingTakesTooLongToWaitFor) {
  presenter_->weigh_imports({kLong, 100 * kMs});
  prove_but_last();
  const RefusingDriver driver({.fences = true});
  EXPECT_FALSE(borrow());
  EXPECT_EQ(presenter_->borrowing().refusal,
            "uploads are quicker: pictures sampled where they lie more than 100.00 ms a frame");
}

TEST_F(ImportedPicture, IsMeasuredAtItsOwnSizeWhateverTheWindows) {
  ASSERT_TRUE(presenter_->resize({kWindow.width * 2, kWindow.height * 2}));
  presenter_->weigh_imports({kLong, kLong, RunClock(3 * kMs, 2 * kMs)});
  prove_but_last();
  EXPECT_FALSE(borrow());
  std::array<GLint, 4> drawn{};
  glGetIntegerv(GL_VIEWPORT, drawn.data());
  EXPECT_EQ(drawn, (std::array<GLint, 4>{0, 0, kWindow.width, kWindow.height}));
}

TEST_F(ImportedPicture, EachSizeIsMeasuredAndAnotherMappingIsNot) {
  presenter_->weigh_imports({kLong, kLong, RunClock(3 * kMs, 2 * kMs)});
  prove_but_last();
  EXPECT_FALSE(borrow());
  ++mapping_;
  prove_but_last();
  EXPECT_FALSE(borrow()) << "as before";
  constexpr Size kOther{48, 32};
  prove(kOther);
  EXPECT_EQ(presenter_->borrowing().refusal, "") << "both take as long by then";
}

}  // namespace
}  // namespace pierglass::gfx::test
