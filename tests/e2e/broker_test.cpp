// SPDX-License-Identifier: GPL-2.0-or-later
#include <gtest/gtest.h>

#include "tests/support/broker_process.hpp"

namespace pierglass::test {
namespace {

TEST(BrokerProcess, ServesAndComesBackAfterACrash) {
  Lab lab;
  BrokerProcess broker(lab, "win11", {"--for", "640x480"});
  EXPECT_TRUE(std::filesystem::is_socket(broker.socket()));
  broker.kill();
  broker.start();
  EXPECT_EQ(broker.process().stop(std::chrono::seconds(10)), (Exit{.code = 0, .signal = 0}));
  EXPECT_FALSE(std::filesystem::exists(broker.socket()));
}

}  // namespace
}  // namespace pierglass::test
