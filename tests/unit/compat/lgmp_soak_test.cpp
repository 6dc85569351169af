// SPDX-License-Identifier: GPL-2.0-or-later
// A host and readers in threads of their own. Meant for ThreadSanitizer, which sees a missing order
// as a data race on the plain bytes of the payloads; useful without it too.
#include <atomic>
#include <thread>

#include "tests/unit/compat/lgmp_rig.hpp"

namespace pierglass::compat {
namespace {

using namespace test;

constexpr std::uint64_t kMessages = 3000;
constexpr std::size_t kWords = 32;  // of a payload

// The host's clock stands still: nobody is timed out, however slow the machine is.
class LgmpSoak : public LgmpRig {
 protected:
  LgmpSoak() {
    for (std::uint32_t i = 0; i <= depth_; ++i) {
      buffers_.push_back(host().allocate(kWords * sizeof(std::uint64_t), 64));
    }
  }

  std::uint64_t* words_at(std::uint64_t offset) const {
    return reinterpret_cast<std::uint64_t*>(memory().data() + offset);
  }

  // One buffer more than the ring holds, and all finish in order: the next buffer is always free.
  void post_all() {
    for (std::uint64_t serial = 1; serial <= kMessages && !stuck();) {
      const LgmpHost::Allocation buffer = buffers_[serial % buffers_.size()];
      std::fill_n(words_at(buffer.offset), kWords, serial);
      while (host().post(kQueue, serial, buffer) == LgmpHost::Posted::Full && !stuck()) {
        host().process();
        take_mail();
        std::this_thread::yield();
      }
      ++serial;
    }
    posted_ = true;
    while (!done_) {
      host().process();
      take_mail();
      std::this_thread::yield();
    }
  }

  void take_mail() {
    while (const auto mail = host().take_mail(kQueue)) {
      EXPECT_EQ(mail->size, sizeof(std::uint64_t));
      std::uint64_t seen = 0;
      std::memcpy(&seen, mail->data.data(), sizeof seen);
      EXPECT_LE(seen, kMessages);
      host().acknowledge(kQueue);
    }
  }

  // Reads every message, in order, whole.
  void read_all(LgmpQueue& queue) {
    std::uint64_t seen = 0;
    std::optional<std::uint32_t> sent;
    std::array<LgmpMessage, 8> list;
    while (seen < kMessages && !stuck()) {
      const std::size_t found = queue.has_message() ? queue.messages(list) : 0;
      if (found == 0) std::this_thread::yield();
      for (const LgmpMessage& message : std::span(list).first(found)) {
        ASSERT_EQ(message.flags, ++seen);
        check_payload(message);
        queue.finish(message.slot);
      }
      if (!sent || queue.acted_upon(*sent)) {
        const auto serial = queue.send(std::as_bytes(std::span(&seen, 1)));
        if (serial) sent = *serial;
      }
    }
    EXPECT_EQ(queue.standing(), Standing::Subscribed);
    EXPECT_EQ(seen, kMessages);
  }

  void check_payload(const LgmpMessage& message) const {
    for (std::size_t i = 0; i < kWords; ++i) {
      ASSERT_EQ(words_at(message.offset)[i], message.flags);
    }
  }

  // Comes, takes what there is, and goes, again and again.
  void come_and_go() {
    while (!posted_ && !stuck()) {
      auto queue = try_subscribe(0x3333, {.subscribe = std::chrono::milliseconds(200)});
      ASSERT_TRUE(queue);
      std::array<LgmpMessage, 8> list;
      for (int i = 0; i < 20; ++i) {
        for (const LgmpMessage& m : std::span(list).first(queue->messages(list))) {
          check_payload(m);
          if (i % 2 == 0) queue->finish(m.slot);
        }
      }
      ASSERT_EQ(queue->standing(), Standing::Subscribed);
      ASSERT_TRUE(queue->unsubscribe());
      ++visits_;
    }
  }

  [[nodiscard]] bool stuck() const {
    return std::chrono::steady_clock::now() - began_ > std::chrono::seconds(50);
  }

  std::vector<LgmpHost::Allocation> buffers_;
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
  std::atomic<bool> posted_{false};
  std::atomic<bool> done_{false};
  std::atomic<int> visits_{0};
};

TEST_P(LgmpSoak, OneReaderGetsEveryMessageWhole) {
  LgmpQueue queue = subscribe();
  std::jthread host([&] { post_all(); });
  read_all(queue);
  done_ = true;
}

TEST_P(LgmpSoak, TwoReadersGetEveryMessageWhole) {
  LgmpQueue a = subscribe(kMe);
  LgmpQueue b = subscribe(kOther);
  {
    std::jthread first([&] { read_all(a); });
    std::jthread second([&] { read_all(b); });
    std::jthread host([&] { post_all(); });
    first.join();
    second.join();
    done_ = true;
  }
  EXPECT_EQ(host().pending(kQueue), 0u);
}

TEST_P(LgmpSoak, AReaderThatComesAndGoesHoldsNobodyUp) {
  LgmpQueue steady = subscribe();
  {
    std::jthread visitor([&] { come_and_go(); });
    std::jthread host([&] { post_all(); });
    read_all(steady);
    visitor.join();
    done_ = true;
  }
  EXPECT_GT(visits_, 0);
  EXPECT_EQ(host().readers_on(kQueue), 1u);
}

PIERGLASS_FOR_EACH_DIALECT(LgmpSoak);

}  // namespace
}  // namespace pierglass::compat
