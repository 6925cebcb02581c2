#include "output/interruption.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <thread>

using namespace intratumor;

namespace {

void wait_ms(int ms) {
  std::this_thread::sleep_for(std::chrono::milliseconds(ms));
}

[[noreturn]] void wait_for_the_end() {
  wait_ms(10000);
  _exit(99);
}

}  // namespace

TEST(Interruption, EndsTheProgramAtOnce) {
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGUSR1})
    EXPECT_EXIT(
        {
          const Interruption interruption([] { return 7; });
          raise(number);
          wait_for_the_end();
        },
        testing::ExitedWithCode(7), "");
}

TEST(Interruption, RemembersTheFirstSignalWhenAskedTo) {
  EXPECT_EXIT(
      {
        std::atomic<int> told{0};
        Interruption interruption([] { return 7; }, [&] { ++told; });
        interruption.remember(true);
        raise(SIGTERM);
        raise(SIGUSR1);  // the same one, by another way
        wait_ms(300);
        if (!interruption.requested() || told != 1) _exit(1);
        wait_ms(700);
        raise(SIGTERM);
        wait_for_the_end();
      },
      testing::ExitedWithCode(7), "");
  EXPECT_EXIT(
      {
        {
          Interruption interruption([] { return 7; });
          interruption.remember(true);
          interruption.remember(false);
          if (interruption.requested()) _exit(1);
        }
        _exit(0);
      },
      testing::ExitedWithCode(0), "");
}
