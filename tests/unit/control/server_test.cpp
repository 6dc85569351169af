// SPDX-License-Identifier: GPL-2.0-or-later
#include "control/server.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <deque>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "control/client.hpp"
#include "control/instance.hpp"
#include "tests/support/runtime_dir.hpp"
#include "tests/unit/control/caller.hpp"

namespace pierglass::control {
namespace {

constexpr ServerLimits kPatientLimits{.silence = kTestPatience, .answer = kTestPatience};
const std::string kShow = encode(Request{.verb = "show"});
const std::string kDone = encode(Reply{.done = true});

struct ControlServer : testing::Test {
  test::RuntimeDir runtime;
  std::unique_ptr<loop::EventLoop> loop = loop::EventLoop::create().value();
  Instance instance = Instance::acquire("vm").value();
  std::vector<Request> requests;
  std::deque<Answer> answers;
  std::optional<Server> server;

  // Keeps each request and its answer.
  void keep(const ServerLimits& limits = kPatientLimits) {
    serve(
        [this](const Request& request, Answer answer) {
          requests.push_back(request);
          answers.push_back(std::move(answer));
        },
        limits);
  }
  void serve(Server::Handler handler, const ServerLimits& limits = kPatientLimits) {
    server.emplace(Server::create(*loop, instance.listener(), std::move(handler), limits).value());
  }
  [[nodiscard]] Caller caller() const { return Caller(runtime.socket("vm")); }
  // A caller whose request has been handed over.
  [[nodiscard]] Caller asker() {
    const std::size_t before = answers.size();
    Caller one = caller();
    EXPECT_TRUE(one.say(kShow));
    EXPECT_TRUE(serve_until(*loop, [&] { return answers.size() > before; }));
    return one;
  }
  [[nodiscard]] bool counts(std::size_t connections) {
    return serve_until(*loop, [&] { return server->connections() == connections; });
  }
};

TEST_F(ControlServer, AnswersARequest) {
  serve([](const Request& request, Answer answer) {
    request.verb == "toggle" && request.token == "abc" ? answer.done() : answer.refuse("no");
  });
  std::optional<Result<Reply>> toggle;
  std::optional<Result<Reply>> hide;
  std::atomic<bool> ended = false;
  std::thread client([&] {
    const HostTime deadline = HostClock::now() + kTestPatience;
    toggle = send_request("vm", {.verb = "toggle", .token = "abc"}, deadline);
    hide = send_request("vm", {.verb = "hide"}, deadline);
    ended = true;
  });
  EXPECT_TRUE(serve_until(*loop, [&] { return ended.load(); }));
  client.join();
  EXPECT_TRUE(toggle->value().done);
  EXPECT_EQ(hide->value(), (Reply{.refusal = "no"}));
}

TEST_F(ControlServer, AnAnswerMayComeLater) {
  keep();
  const Caller one = asker();
  const Caller two = asker();
  ASSERT_TRUE(loop->step(std::chrono::milliseconds(0)));
  EXPECT_FALSE(one.heard());
  EXPECT_TRUE(answers[0].wanted());
  answers[1].done();
  answers[0].refuse("too late");
  EXPECT_EQ(answer_to(*loop, one), encode(Reply{.refusal = "too late"}));
  EXPECT_EQ(answer_to(*loop, two), kDone);
  EXPECT_FALSE(answers[0].wanted());
  EXPECT_EQ(server->connections(), 0U);
}

TEST_F(ControlServer, AnswersOnce) {
  keep();
  const Caller one = asker();
  answers[0].done();
  answers[0].refuse("changed my mind");
  EXPECT_EQ(answer_to(*loop, one), kDone);
  EXPECT_EQ(answer_to(*loop, one), "") << "closed";
}

TEST_F(ControlServer, AnAnswerThatIsForgottenRefuses) {
  serve([](const Request&, const Answer&) {});
  const Caller one = caller();
  ASSERT_TRUE(one.say(kShow));
  EXPECT_NE(answer_to(*loop, one).find("refused the running pierglass gave no answer"),
            std::string::npos);
}

TEST_F(ControlServer, AnAnswerThatIsReplacedRefuses) {
  keep();
  const Caller one = asker();
  const Caller two = asker();
  answers[0] = std::move(answers[1]);
  EXPECT_NE(answer_to(*loop, one).find("refused"), std::string::npos);
  answers[0].done();
  EXPECT_EQ(answer_to(*loop, two), kDone);
}

TEST_F(ControlServer, TellsWhoWaitsThatItEnds) {
  keep();
  const Caller asked = asker();
  const Caller silent = caller();
  ASSERT_TRUE(counts(2));
  server.reset();
  EXPECT_NE(answer_to(*loop, asked).find("refused pierglass ended"), std::string::npos);
  EXPECT_EQ(answer_to(*loop, silent), "");
  EXPECT_FALSE(answers[0].wanted());
  answers[0].done();
}

TEST_F(ControlServer, MayEndInItsOwnHandler) {
  serve([this](const Request&, Answer answer) {
    server.reset();
    answer.done();
  });
  const Caller one = caller();
  ASSERT_TRUE(one.say(kShow));
  EXPECT_NE(answer_to(*loop, one).find("refused pierglass ended"), std::string::npos);
}

TEST_F(ControlServer, CutsOffWhoStaysSilent) {
  keep({.silence = std::chrono::milliseconds(20), .answer = kTestPatience});
  const HostTime begin = HostClock::now();
  const Caller silent = caller();
  EXPECT_EQ(answer_to(*loop, silent), "");
  EXPECT_GE(HostClock::now() - begin, std::chrono::milliseconds(20));
  EXPECT_EQ(server->connections(), 0U);
}

TEST_F(ControlServer, RefusesWhatItsProgramDoesNotAnswer) {
  keep({.silence = kTestPatience, .answer = std::chrono::milliseconds(20)});
  const Caller one = asker();
  EXPECT_NE(answer_to(*loop, one).find("refused the running pierglass took too long"),
            std::string::npos);
  EXPECT_FALSE(answers[0].wanted());
}

TEST_F(ControlServer, RefusesGarbage) {
  keep();
  for (const std::string& garbage : {std::string("hello"), std::string(5000, '\n')}) {
    const Caller one = caller();
    ASSERT_TRUE(one.say(garbage));
    EXPECT_NE(answer_to(*loop, one).find("refused the request is not understood"),
              std::string::npos);
  }
  const Caller later = caller();
  ASSERT_TRUE(later.say("pierglass-control 2\nverb show\n"));
  EXPECT_NE(answer_to(*loop, later).find("of another release"), std::string::npos);
  EXPECT_TRUE(requests.empty());
  EXPECT_EQ(server->connections(), 0U);
}

TEST_F(ControlServer, ForgetsWhoLeaves) {
  keep();
  {
    const Caller one = asker();
    const Caller silent = caller();
    ASSERT_TRUE(counts(2));
  }
  ASSERT_TRUE(counts(0));
  EXPECT_FALSE(answers[0].wanted());
  answers[0].done();
}

TEST_F(ControlServer, CutsOffWhoAsksTwice) {
  keep();
  const Caller one = asker();
  ASSERT_TRUE(one.say(kShow));
  ASSERT_TRUE(counts(0));
  EXPECT_EQ(requests.size(), 1U);
}

// A half-closed connection stays readable: kept open, it would keep the loop busy.
TEST_F(ControlServer, CutsOffWhoStopsListeningHalfway) {
  keep();
  const Caller one = asker();
  ASSERT_EQ(shutdown(one.fd(), SHUT_WR), 0);
  ASSERT_TRUE(counts(0));
}

TEST_F(ControlServer, TheLongestSilentCallerMakesRoom) {
  keep({.connections = 3, .silence = kTestPatience, .answer = kTestPatience});
  const Caller asked = asker();
  const Caller oldest = caller();
  const Caller silent = caller();
  ASSERT_TRUE(counts(3));
  const Caller newest = asker();
  EXPECT_EQ(answer_to(*loop, oldest), "");
  EXPECT_FALSE(silent.heard());
  const Caller next = asker();
  const Caller one_too_many = caller();
  EXPECT_NE(answer_to(*loop, one_too_many).find("refused too much"), std::string::npos);
  for (Answer& answer : answers) answer.done();
  for (const Caller* one : {&asked, &newest, &next}) EXPECT_EQ(answer_to(*loop, *one), kDone);
}

TEST_F(ControlServer, HearsOnlyThisUsersProcesses) {
  keep();
  ASSERT_EQ(chmod(runtime.socket("vm").c_str(), 0777), 0);
  EXPECT_EQ(asker().connect_error(), 0);
  ASSERT_EQ(chmod(runtime.path().c_str(), 0755), 0);
  ASSERT_EQ(chmod(runtime.folder().c_str(), 0755), 0);
  // Only root can become somebody else; for others this is once more themselves.
  const uid_t us = geteuid();
  ASSERT_EQ(seteuid(us == 0 ? 65534 : us), 0);
  const Caller stranger = caller();
  ASSERT_EQ(seteuid(us), 0);
  ASSERT_EQ(stranger.connect_error(), 0);
  (void)stranger.say(kShow);
  ASSERT_TRUE(serve_until(*loop, [&] { return requests.size() == 2 || stranger.heard() == ""; }));
  EXPECT_EQ(requests.size(), us == 0 ? 1U : 2U);
}

}  // namespace
}  // namespace pierglass::control
