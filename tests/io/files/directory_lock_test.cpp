#include "io/files/directory_lock.hpp"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <thread>

#include "io/files/process_start.hpp"
#include "io/files/whole_file.hpp"
#include "support/errors.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;

class DirectoryLocked : public testing::Test {
 protected:
  LockOptions options() const {
    return {
        .what = "the directory", .fix = "wait", .refresh = milliseconds(20), .patience = milliseconds(300)};
  }
  fs::path file() const { return directory_ / kLockName; }
  LockRecord holder() const { return lock_record_of(read_whole_file(file())).value(); }
  std::string refused() const {
    return message_of<InputError>([&] { const DirectoryLock lock(directory_.path(), options()); });
  }
  /// Seconds until it is locked.
  double taken(const LockOptions& patiently) const {
    const auto begin = std::chrono::steady_clock::now();
    const DirectoryLock lock(directory_.path(), patiently);
    EXPECT_EQ(holder().process, getpid());
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }
  /// The file that a process of another host leaves.
  void leave_one_of_another_host(const std::string& job = "") const {
    LockRecord record = record_of_this_process();
    record.host = "elsewhere";
    record.system = "another kernel";
    record.process = 4321;
    record.job = job;
    write_whole_file(file(), to_text(record));
  }
  /// Until it says that it is lost.
  static bool is_seen_to_be_lost(const DirectoryLock& lock) {
    for (int i = 0; i < 200 && !lock.is_lost(); ++i) std::this_thread::sleep_for(milliseconds(10));
    return lock.is_lost();
  }

  TemporaryDirectory directory_;
};

TEST_F(DirectoryLocked, NamesHostProcessStartAndJobAndIsFreeAfterwards) {
  setenv("SLURM_JOB_ID", "77", 1);
  setenv("SLURM_CLUSTER_NAME", "north", 1);
  {
    const DirectoryLock lock(directory_.path(), options());
    char host[256] = {};
    gethostname(host, sizeof host - 1);
    EXPECT_EQ(holder().host, host);
    EXPECT_EQ(holder().process, getpid());
    EXPECT_EQ(holder().started, start_of_process(getpid()));
    EXPECT_EQ(holder().job, "77@north");
    EXPECT_THAT(refused(),
                AllOf(HasSubstr(fmt::format("the directory is in use by process {} on {}, of job 77@north",
                                            getpid(), host)),
                      HasSubstr("wait")));
  }
  EXPECT_TRUE(fs::is_empty(directory_.path()));
  unsetenv("SLURM_JOB_ID");
  unsetenv("SLURM_CLUSTER_NAME");
}

TEST_F(DirectoryLocked, IsRefreshedWhileItIsHeld) {
  DirectoryLock lock(directory_.path(), options());
  const LockRecord before = holder();
  for (int i = 0; i < 200 && holder().refreshed == before.refreshed; ++i)
    std::this_thread::sleep_for(milliseconds(10));
  EXPECT_GT(holder().refreshed, before.refreshed);
  EXPECT_EQ(holder().token, before.token);
  EXPECT_NO_THROW(lock.check());
}

TEST_F(DirectoryLocked, IsFreeAtOnceWhereItsProcessOfThisHostWasKilled) {
  int ready[2];
  ASSERT_EQ(pipe(ready), 0);
  const pid_t child = fork();
  if (child == 0) {
    const DirectoryLock lock(directory_.path(), options());
    [[maybe_unused]] const ssize_t told = write(ready[1], "x", 1);
    pause();
    _exit(0);
  }
  char told = 0;
  ASSERT_EQ(read(ready[0], &told, 1), 1);
  EXPECT_THAT(refused(), HasSubstr(fmt::format("process {} ", child)));
  kill(child, SIGKILL);
  LockOptions patient = options();
  patient.patience = std::chrono::hours(1);
  // Before its parent has heard of its end, too.
  for (int i = 0; i < 200 && start_of_process(child); ++i) std::this_thread::sleep_for(milliseconds(10));
  EXPECT_LT(taken(patient), 10);
  waitpid(child, nullptr, 0);
  close(ready[0]);
  close(ready[1]);
}

TEST_F(DirectoryLocked, IsFreeWhereAnotherProcessHasTheNumberOfItsOwn) {
  LockRecord record = record_of_this_process();
  ++record.started;
  write_whole_file(file(), to_text(record));
  LockOptions patient = options();
  patient.patience = std::chrono::hours(1);
  EXPECT_LT(taken(patient), 10);
}

TEST_F(DirectoryLocked, OnAnotherHostIsTakenOverWhenItWasNotRefreshedForLongEnough) {
  leave_one_of_another_host();
  fs::last_write_time(file(), fs::file_time_type::clock::now() - std::chrono::hours(1));  // by whatever clock
  EXPECT_GE(taken(options()), 0.3);
}

TEST_F(DirectoryLocked, OnAnotherHostIsRefusedWhileItIsRefreshed) {
  leave_one_of_another_host();
  std::atomic<bool> ends = false;
  std::thread other_host([&] {
    LockRecord record = holder();
    while (!ends) {
      ++record.refreshed;
      write_whole_file(file(), to_text(record));
      std::this_thread::sleep_for(milliseconds(50));
    }
  });
  EXPECT_THAT(refused(), HasSubstr("process 4321 on elsewhere"));
  ends = true;
  other_host.join();
}

TEST_F(DirectoryLocked, OnAnotherHostIsFreeAtOnceWhereItsJobHasEnded) {
  LockOptions patient = options();
  patient.patience = std::chrono::hours(1);
  patient.job_has_ended = [](const std::string& job) { return job == "12@north"; };
  leave_one_of_another_host("12@north");
  EXPECT_LT(taken(patient), 10);
}

TEST_F(DirectoryLocked, WithAFileThatSaysNothingIsTakenOverAfterAWhile) {
  write_whole_file(file(), std::string());
  EXPECT_GE(taken(options()), 0.3);
}

TEST_F(DirectoryLocked, IsLostWhereItsFileIsGoneOrAnothers) {
  std::optional<DirectoryLock> lock;
  lock.emplace(directory_.path(), options());
  fs::remove(file());
  EXPECT_THAT(message_of<MachineError>([&] { lock->check(); }), HasSubstr("the file of its lock is gone"));
  lock.reset();
  lock.emplace(directory_.path(), options());
  leave_one_of_another_host();
  EXPECT_TRUE(is_seen_to_be_lost(*lock)) << "by the thread that refreshes it";
  EXPECT_THAT(message_of<MachineError>([&] { lock->check(); }),
              HasSubstr("the directory was taken over by process 4321 on elsewhere"));
  lock.reset();
  EXPECT_EQ(holder().host, "elsewhere") << "another's file stays";
}

TEST_F(DirectoryLocked, IsHeldByOneOfManyThatFindItGivenUp) {
  for (int round = 0; round < 20; ++round) {
    LockRecord record = record_of_this_process();
    ++record.started;
    write_whole_file(file(), to_text(record));
    std::atomic<int> held = 0, tried = 0;
    std::vector<std::thread> all;
    for (int i = 0; i < 8; ++i)
      all.emplace_back([&] {
        try {
          DirectoryLock lock(directory_.path(), options());
          ++held;
          ++tried;
          while (tried < 8) std::this_thread::sleep_for(milliseconds(1));
          lock.check();
        } catch (const InputError&) {
          ++tried;
        }
      });
    for (std::thread& one : all) one.join();
    EXPECT_EQ(held, 1);
  }
  EXPECT_TRUE(fs::is_empty(directory_.path()));
}

TEST_F(DirectoryLocked, IsGivenUpWhereItsFileIsALinkThatLeadsNowhere) {
  fs::create_symlink(directory_ / "nowhere", file());
  EXPECT_THAT(message_of<MachineError>([&] { const DirectoryLock lock(directory_.path(), options()); }),
              AllOf(HasSubstr("can be neither read nor made"), HasSubstr(file().string())));
  EXPECT_TRUE(fs::is_symlink(file())) << "it isn't touched";
}

TEST_F(DirectoryLocked, NeedsADirectoryThatMayBeWritten) {
  EXPECT_THROW(DirectoryLock(directory_ / "none", options()), InputError);
  EXPECT_THROW(DirectoryLock("/proc/self", options()), InputError);
  EXPECT_TRUE(is_empty_but_for_lock(directory_.path()));
  const DirectoryLock lock(directory_.path(), options());
  EXPECT_TRUE(is_empty_but_for_lock(directory_.path()));
  write_whole_file(directory_ / "other", std::string());
  EXPECT_FALSE(is_empty_but_for_lock(directory_.path()));
}

TEST(ProcessStart, TellsHowLongThisProcessHasBeenThere) {
  const auto begin = std::chrono::steady_clock::now();
  const double age = age_of_this_process();
  std::this_thread::sleep_for(milliseconds(50));
  const double older = age_of_this_process() - age;
  EXPECT_GE(older, 0.03);
  EXPECT_LE(older, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count() + 0.03);
  EXPECT_FALSE(start_of_process(-1));
}

}  // namespace
}  // namespace tessera
