#include "harness/workloads/workload_descriptor.hpp"

#include <gtest/gtest.h>

#include "harness/workloads/make_workload.hpp"
#include "io/forms/data_forms.hpp"
#include "results/check/rule_tables.hpp"

namespace tessera {
namespace {

TEST(Workloads, HaveOneNameOnEveryFloor) {
  ASSERT_EQ(workloads().all().size(), benchmark_tables().all().size());
  for (const WorkloadDescriptor* workload : workloads().all()) {
    EXPECT_EQ(workload->table.name, workload->name);
    EXPECT_EQ(benchmark_tables().find(workload->name), &workload->table);
    EXPECT_EQ(benchmarks().find(workload->name), workload->benchmark);
    const std::string_view form = workload->name == "resnet50" ? "sequential" : workload->name;
    EXPECT_NE(data_forms().find(form), nullptr) << "its data can be read from files";
  }
}

TEST(Workloads, HaveTheTargetOfTheirRulesWhereNoneIsConfigured) {
  for (const char* file : {"cosmoflow-tiny.yaml", "deepcam-tiny.yaml"}) {
    const Config config = load_config(std::string(TESSERA_SOURCE_DIR "/harness/configs/") + file,
                                      std::vector<std::string>{"data.data_dir=none"});
    const auto workload = make_workload(config, 1);
    EXPECT_EQ(workload->metric_key(), find_benchmark_rules(config.mlperf.benchmark)->target.each.key);
    EXPECT_TRUE(workload->reached(workload->target()));
  }
}

TEST(Workloads, MakeTheirSchedulesBeforeTheirDataAreOpen) {
  const Config config = load_config(
      TESSERA_SOURCE_DIR "/harness/configs/cosmoflow-tiny.yaml",
      std::vector<std::string>{"data.data_dir=none", "data.n_train=64", "lr_schedule.n_warmup_epochs=2"});
  if (config.given("lr_schedule.n_warmup_steps")) GTEST_SKIP();
  const auto schedule = make_workload(config, 1)->make_schedule(8);
  EXPECT_LT(schedule->at(0, 0), schedule->at(1, 7)) << "it warms up over two epochs of eight steps";
  EXPECT_EQ(schedule->at(1, 7), schedule->at(2, 0));
}

}  // namespace
}  // namespace tessera
