#include "harness/machine/cpu_quota.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

/// A system of files that tests make.
class CpuQuotaTest : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& text) const {
    fs::create_directories((root / path).parent_path());
    std::ofstream(root / path) << text;
  }
  // Where process groups of v2 are mounted, and which one is the process's.
  void in_v2(const std::string& group, const std::string& mount_root = "/") const {
    write("proc/self/cgroup", "0::" + group + "\n");
    write("proc/self/mountinfo", "22 1 0:20 / /proc rw,nosuid - proc proc rw\n31 23 0:28 " + mount_root +
                                     " /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n");
  }
  void in_v1(const std::string& group, const std::string& mount_root) const {
    write("proc/self/cgroup", "5:memory:/elsewhere\n4:cpu,cpuacct:" + group + "\n0::/none\n");
    write("proc/self/mountinfo",
          "30 23 0:27 " + mount_root + " /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n31 23 0:28 " +
              mount_root + " /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n");
  }
  double cpus() const {
    const std::optional<CpuQuota> quota = cpu_quota(root.path());
    return quota ? quota->cpus : 0;
  }

  const TemporaryDirectory root;
};

TEST_F(CpuQuotaTest, OfV2IsTheTightestOfTheGroupAndThoseAboveIt) {
  in_v2("/slurm/job_7/step_0");
  write("sys/fs/cgroup/slurm/cpu.max", "800000 100000\n");
  write("sys/fs/cgroup/slurm/job_7/cpu.max", "150000 100000\n");
  write("sys/fs/cgroup/slurm/job_7/step_0/cpu.max", "max 100000\n");
  EXPECT_DOUBLE_EQ(cpus(), 1.5);
  write("sys/fs/cgroup/slurm/job_7/step_0/cpu.max", "50000 200000\n");
  EXPECT_DOUBLE_EQ(cpus(), 0.25);
}

TEST_F(CpuQuotaTest, IsThatOfOneGroupForAllProcessesBelowIt) {
  write("sys/fs/cgroup/job/cpu.max", "200000 100000\n");
  write("sys/fs/cgroup/job/other/cpu.max", "max 100000\n");
  in_v2("/job/step");
  const auto one = cpu_quota(root.path());
  in_v2("/job/other");
  const auto other = cpu_quota(root.path());
  write("sys/fs/cgroup/next/cpu.max", "200000 100000\n");
  in_v2("/next");
  const auto next = cpu_quota(root.path());
  ASSERT_TRUE(one && other && next);
  EXPECT_EQ(one->group, other->group);
  EXPECT_NE(one->group, next->group);
}

TEST_F(CpuQuotaTest, OfAContainerIsAtTheMountPointWhateverItIsCalledOutside) {
  write("sys/fs/cgroup/cpu.max", "300000 100000\n");
  for (const char* group : {"/", "/../../kubepods/pod7", "/docker/0123"}) {
    in_v2(group, "/docker/0123");
    EXPECT_DOUBLE_EQ(cpus(), 3) << group;
  }
}

TEST_F(CpuQuotaTest, OfV1IsAFractionOfItsPeriod) {
  in_v1("/docker/0123", "/docker/0123");
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "100000\n");
  write("sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "50000\n");
  EXPECT_DOUBLE_EQ(cpus(), 2);
  in_v1("/batch/job", "/");
  write("sys/fs/cgroup/cpu,cpuacct/batch/job/cpu.cfs_quota_us", "25000\n");
  write("sys/fs/cgroup/cpu,cpuacct/batch/job/cpu.cfs_period_us", "50000\n");
  EXPECT_DOUBLE_EQ(cpus(), 0.5);
}

TEST_F(CpuQuotaTest, IsNothingWhereNoneIsSetOrVisible) {
  EXPECT_FALSE(cpu_quota(root.path())) << "there is no /proc";
  in_v2("/job");
  EXPECT_FALSE(cpu_quota(root.path())) << "there are no files of quotas";
  write("sys/fs/cgroup/job/cpu.max", "max 100000\n");
  EXPECT_FALSE(cpu_quota(root.path()));
  in_v1("/job", "/");
  write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_quota_us", "-1\n");
  write("sys/fs/cgroup/cpu,cpuacct/job/cpu.cfs_period_us", "100000\n");
  EXPECT_FALSE(cpu_quota(root.path()));
}

}  // namespace
}  // namespace tessera
