// SPDX-License-Identifier: GPL-2.0-or-later
// Memory of a broker, from the option to the source.
#include "app/open_broker.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "app/open_source.hpp"
#include "ring/guest_session.hpp"
#include "shm/file_linux.hpp"
#include "tests/support/ivshmem_server.hpp"
#include "tests/support/temp_dir.hpp"
#include "tests/support/unix_socket.hpp"
#include "tests/support/wait_until.hpp"

namespace pierglass::app {
namespace {

using source::GuestStatus;

constexpr std::uint64_t kBytes = std::uint64_t{16} << 20;

// A user's folder for brokers, and other places for memory.
class Broker : public testing::Test {
 protected:
  Broker() {
    setenv("XDG_RUNTIME_DIR", folder_.path().c_str(), 1);
    std::filesystem::create_directory(folder_.path() / "pierglass-broker");
    const std::string path = folder_.path();
    places_ = {path + "/pierglass", path + "/kvmfr0", path + "/looking-glass"};
    options_.name = "pierglass-test-vm";
    options_.memory = "unix:" + options_.name;
  }

  std::string socket() const {
    return folder_.path() / "pierglass-broker" / (options_.name + ".sock");
  }

  // A broker that answers while the client waits.
  void serve(Fd memory) {
    server_ = std::make_unique<test::IvshmemServer>(socket(), std::move(memory));
    answers_ = std::jthread([this] { server_->admit(1); });
  }

  std::string refusal() {
    auto opened = open_source(options_, places_);
    if (answers_.joinable()) answers_.join();
    if (!opened) return opened.error();
    opened_ = std::move(*opened);
    return {};
  }
  static bool contains(const std::string& text, const std::string& words) {
    return text.find(words) != std::string::npos;
  }

  test::TempDir folder_;
  MemoryPlaces places_;
  Options options_;
  std::unique_ptr<test::IvshmemServer> server_;
  std::jthread answers_;
  OpenedSource opened_;
  HostTime now_ = HostTime(std::chrono::hours(1)) + HostClock::now().time_since_epoch();
};

TEST_F(Broker, GivesTheGuestsPicturesAtOnce) {
  const Fd memory = test::new_memory(kBytes);
  const auto mapped = shm::map_fd(memory.get());
  ASSERT_TRUE(mapped);
  const auto guest = ring::GuestSession::create(mapped->bytes(), {}, 1);
  ASSERT_TRUE(guest);
  for (const SourceChoice choice : {SourceChoice::Auto, SourceChoice::Pierglass}) {
    server_.reset();
    std::filesystem::remove(socket());
    serve(test::copy_of(memory));
    options_.source = choice;
    ASSERT_EQ(refusal(), "");
    EXPECT_EQ(opened_.memory, options_.memory);
    EXPECT_EQ(opened_.source->tick(now_), GuestStatus::Live);
    EXPECT_EQ(opened_.source->error(), "");
    EXPECT_GE(opened_.source->doorbell(), 0);
    EXPECT_TRUE(contains(opened_.zero_copy, "dma-bufs can be made")) << opened_.zero_copy;
    opened_ = {};
  }
}

TEST_F(Broker, IsFirstOfTheUsualPlacesWhenItHasTheInstancesName) {
  ASSERT_TRUE(shm::create_file(places_[0], kBytes));
  options_.memory.clear();
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(opened_.memory, places_[0]) << "there is no broker";
  serve(test::new_memory(kBytes));
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(opened_.memory, "unix:" + options_.name);
}

TEST_F(Broker, ThatLeftItsSocketBehindIsPassedOverForOtherMemory) {
  options_.memory.clear();
  (void)test::listen_at(socket(), {});
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(opened_.memory, "unix:" + options_.name) << "there is nothing else";
  ASSERT_TRUE(shm::create_file(places_[0], kBytes));
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(opened_.memory, places_[0]);
}

TEST_F(Broker, ThatIsNotThereYetIsWaitedForOnTheScreen) {
  ASSERT_EQ(refusal(), "");
  EXPECT_EQ(opened_.source->tick(now_), GuestStatus::Absent);
  EXPECT_TRUE(contains(opened_.source->error(), "no broker at " + socket()))
      << opened_.source->error();
  EXPECT_TRUE(contains(opened_.source->error(), "/run/pierglass-broker/"));
  server_ = std::make_unique<test::IvshmemServer>(socket(), test::new_memory(kBytes));
  opened_.source->tick(now_ += std::chrono::seconds(1));
  server_->admit(1);
  EXPECT_EQ(opened_.source->tick(now_ += std::chrono::seconds(1)), GuestStatus::Absent);
  opened_.source->tick(now_ += std::chrono::seconds(1));
  EXPECT_EQ(opened_.source->error(), "");
}

TEST_F(Broker, ThatSaysNothingHoldsNobodyUp) {
  server_ = std::make_unique<test::IvshmemServer>(socket(), test::new_memory(kBytes));
  const auto began = std::chrono::steady_clock::now();
  EXPECT_EQ(refusal(), "");
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(5));
  EXPECT_EQ(opened_.source->tick(now_), GuestStatus::Absent);
}

TEST_F(Broker, ThatLetsNobodyInIsAnEndWithItsRemedy) {
  server_ = std::make_unique<test::IvshmemServer>(socket(), test::new_memory(kBytes));
  answers_ = std::jthread([this] {
    for (int i = 0; i < 3; ++i) (void)server_->accept();
  });
  EXPECT_TRUE(contains(refusal(), "--allow-user"));
}

TEST_F(Broker, OfAnotherProtocolDoesNotHideThatOfTheNextPlace) {
  const std::string second = folder_.path() / "second.sock";
  server_ = std::make_unique<test::IvshmemServer>(socket(), test::new_memory(kBytes));
  test::IvshmemServer other(second, test::new_memory(kBytes));
  answers_ = std::jthread([&] {
    const Fd caller = server_->accept();
    (void)ivshmem::send_message(caller.get(), 77);
    other.admit(1);
  });
  const auto opened = open_broker_at({socket(), second});
  answers_.join();  // which has the other
  ASSERT_TRUE(opened) << opened.error();
  EXPECT_NE(opened->link->generation(), 0u);
}

TEST_F(Broker, ThatIsKilledWhileItGreetsIsAskedAgain) {
  server_ = std::make_unique<test::IvshmemServer>(socket(), test::new_memory(kBytes));
  answers_ = std::jthread([this] {
    (void)server_->accept();
    server_->admit(1);
  });
  EXPECT_EQ(refusal(), "");
  EXPECT_EQ(opened_.source->error(), "");
}

TEST_F(Broker, ThatIsKilledWhileItGreetsIsWaitedFor) {
  server_ = std::make_unique<test::IvshmemServer>(socket(), test::new_memory(kBytes));
  answers_ = std::jthread([this] {
    const Fd connection = server_->accept();
    std::filesystem::remove(socket());
  });
  EXPECT_EQ(refusal(), "");
  (void)opened_.source->tick(now_);
  EXPECT_NE(opened_.source->error(), "") << "on the screen";
}

TEST_F(Broker, WithTooLittleMemoryIsAnEndWithItsRemedy) {
  serve(test::new_memory(4096));
  const std::string said = refusal();
  EXPECT_TRUE(contains(said, "4096 bytes")) << said;
  EXPECT_TRUE(contains(said, "--for")) << said;
}

TEST_F(Broker, WhoseSocketIsAPlainFileIsNobody) {
  std::ofstream{socket()};
  EXPECT_EQ(refusal(), "");
  EXPECT_TRUE(contains((opened_.source->tick(now_), opened_.source->error()), "pierglass-broker"));
}

TEST_F(Broker, ThatNobodyMayUseIsAnEndWithItsRemedy) {
  (void)test::listen_at(socket(), {});
  std::filesystem::permissions(socket(), std::filesystem::perms::none);
  constexpr uid_t kNobody = 65534;
  const bool root = geteuid() == 0;
  ASSERT_TRUE(!root || seteuid(kNobody) == 0);
  const std::string said = refusal();
  ASSERT_TRUE(!root || seteuid(0) == 0);
  EXPECT_TRUE(contains(said, "may not use the broker")) << said;
}

}  // namespace
}  // namespace pierglass::app
