#include "harness/config/config.hpp"

#include <gmock/gmock.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/config/config_schema.hpp"
#include "harness/config/cosmoflow_config.hpp"
#include "harness/plan/run_layout.hpp"
#include "harness/workloads/batch_size.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

using testing::HasSubstr;

// The keys and values of the reference's cosmo.yaml, in its order and style. Line 1 is the first key.
const std::string kReference = R"(output_dir: results/cosmo-002

mlperf:
    org: LBNL
    division: closed
    status: onprem
    platform: SUBMISSION_PLATFORM_PLACEHOLDER

data:
    name: cosmo
    data_dir: /scratch/cosmoUniverse
    compression: GZIP
    n_train: 524288
    n_valid: 65536
    sample_shape: [128, 128, 128, 4]
    batch_size: 4
    n_epochs: 128
    shard: True
    apply_log: True
    prefetch: 4

model:
    name: cosmoflow
    input_shape: [128, 128, 128, 4]
    kernel_size: 3
    target_size: 4
    conv_size: 32
    fc1_size: 128
    fc2_size: 64
    hidden_activation: LeakyReLU
    pooling_type: MaxPool3D
    dropout: 0.5

optimizer:
    name: SGD
    momentum: 0.9

lr_schedule:
    # a comment
    base_lr: 0.001
    scaling: linear
    base_batch_size: 64
    n_warmup_epochs: 4

    # another
    decay_schedule:
        32: 0.25
        64: 0.125

train:
    loss: mse
    metrics: ['mean_absolute_error']
    #early_stopping_patience: 8

    #target_mae: 0.124
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << "the test isn't testing what it claims to test: no " << from;
  return text.replace(at, from.size(), to);
}

Config parse(const std::string& yaml, std::vector<std::string> overrides = {}) {
  return parse_config(yaml, "cosmo.yaml", overrides);
}

void expect_error(const std::string& yaml, const std::vector<std::string>& overrides,
                  const std::string& where, const std::string& problem, const std::string& fix) {
  try {
    parse(yaml, overrides);
    ADD_FAILURE() << "accepted, in place of: " << problem;
  } catch (const InputError& error) {
    EXPECT_EQ(error.where(), where) << error.what();
    EXPECT_THAT(error.problem(), HasSubstr(problem));
    EXPECT_THAT(error.fix(), HasSubstr(fix));
  }
}

TEST(Config, ReadsTheReferencesOwnFileAsItIs) {
  const Config config = parse(kReference);
  EXPECT_EQ(config.output_dir, "results/cosmo-002");
  EXPECT_EQ(config.mlperf.org, "LBNL");
  EXPECT_EQ(config.mlperf.division, "closed");
  EXPECT_EQ(config.mlperf.benchmark, "cosmoflow");
  EXPECT_EQ(config.data.n_train, 524288);
  EXPECT_EQ(config.data.batch_size, 4);
  EXPECT_FALSE(config.data.global_batch_size);
  EXPECT_EQ(config.data.sample_shape, (std::vector<std::int64_t>{128, 128, 128, 4}));
  EXPECT_FALSE(cosmoflow_of(config).standardize);
  EXPECT_EQ(cosmoflow_of(config).augment, Augmentation::None);
  EXPECT_EQ(cosmoflow_of(config).n_conv_layers, 5);
  EXPECT_EQ(cosmoflow_of(config).l2, 0);
  EXPECT_EQ(cosmoflow_of(config).dropout, 0.5);
  EXPECT_EQ(cosmoflow_of(config).momentum, 0.9);
  EXPECT_EQ(cosmoflow_of(config).lr_schedule.schedule, ScheduleKind::Reference);
  EXPECT_EQ(cosmoflow_of(config).lr_schedule.base_lr, 0.001);
  EXPECT_EQ(cosmoflow_of(config).lr_schedule.scaling, RateScaling::Linear);
  EXPECT_EQ(cosmoflow_of(config).lr_schedule.base_batch_size, 64);
  EXPECT_EQ(cosmoflow_of(config).lr_schedule.n_warmup_epochs, 4);
  EXPECT_EQ(cosmoflow_of(config).lr_schedule.decay_schedule,
            (std::map<std::int64_t, double>{{32, 0.25}, {64, 0.125}}));
  EXPECT_FALSE(config.train.early_stopping_patience);
  EXPECT_EQ(cosmoflow_of(config).target_mae, 0.124);
  EXPECT_EQ(config.compute.kernels, KernelChoice::OneDnn);
}

TEST(Config, RemembersTheLineOfEachKeyGiven) {
  const Config config = parse(kReference);
  EXPECT_EQ(config.where("data.n_train"), "cosmo.yaml, line 13");
  EXPECT_EQ(config.where("lr_schedule.decay_schedule"), "cosmo.yaml, line 46");
  EXPECT_EQ(config.where("data.standardize"), "cosmo.yaml");
  EXPECT_FALSE(config.given("data.standardize"));
}

TEST(Config, ReadsTheSchedulesOfTheRecipes) {
  const std::string head = kReference.substr(0, kReference.find("lr_schedule:"));
  const Config steps = parse(
      head +
      "lr_schedule: {schedule: steps, lr: 0.05, n_warmup_epochs: 1, decay_epochs: {8: 0.25, 16: 0.0625}}\n");
  EXPECT_EQ(cosmoflow_of(steps).lr_schedule.schedule, ScheduleKind::Steps);
  EXPECT_EQ(cosmoflow_of(steps).lr_schedule.decay_epochs,
            (std::map<std::int64_t, double>{{8, 0.25}, {16, 0.0625}}));
  const Config cosine =
      parse(head + "lr_schedule: {schedule: cosine, lr: 3e-2, n_warmup_steps: 128, cosine_epochs: 14}\n");
  EXPECT_EQ(cosmoflow_of(cosine).lr_schedule.lr, 0.03);
  EXPECT_EQ(cosmoflow_of(cosine).lr_schedule.n_warmup_steps, 128);
  EXPECT_EQ(cosmoflow_of(cosine).lr_schedule.cosine_epochs, 14);
}

TEST(Config, ExpandsEnvironmentVariablesInPaths) {
  ::setenv("TESSERA_TEST_SCRATCH", "/scratch/me", 1);
  EXPECT_EQ(
      parse(kReference, {"data.data_dir=${TESSERA_TEST_SCRATCH}/a/$TESSERA_TEST_SCRATCH"}).data.data_dir,
      "/scratch/me/a//scratch/me");
  expect_error(kReference, {"data.data_dir=$TESSERA_TEST_UNSET/a"},
               "--set data.data_dir=$TESSERA_TEST_UNSET/a", "TESSERA_TEST_UNSET", "export");
}

struct Bad {
  std::string from, to;  // what of the reference's file is replaced
  int line;              // 0: the error is about the file
  std::string problem, fix;
};

class BadConfig : public testing::TestWithParam<Bad> {};

TEST_P(BadConfig, IsRefusedWithFileLineAndRemedy) {
  const Bad& bad = GetParam();
  const std::string where = bad.line == 0 ? "cosmo.yaml" : "cosmo.yaml, line " + std::to_string(bad.line);
  expect_error(replaced(kReference, bad.from, bad.to), {}, where, bad.problem, bad.fix);
}

INSTANTIATE_TEST_SUITE_P(
    UnknownKeys, BadConfig,
    testing::Values(Bad{"    batch_size: 4", "    batchsize: 4", 16, "unknown key 'data.batchsize'",
                        "did you mean 'batch_size'?"},
                    Bad{"    dropout: 0.5", "    drpoout: 0.5", 32, "unknown key 'model.drpoout'",
                        "did you mean 'dropout'?"},
                    Bad{"optimizer:", "optimiser:", 34, "unknown key 'optimiser'",
                        "did you mean 'optimizer'?"},
                    Bad{"output_dir:", "output:", 1, "unknown key 'output'", "did you mean 'output_dir'?"},
                    Bad{"    momentum: 0.9", "    dropout: 0.5", 36, "unknown key 'optimizer.dropout'",
                        "write it as 'model.dropout'"},
                    Bad{"    momentum: 0.9", "    momentum: @fast", 36, "not YAML", "indentation"},
                    Bad{"    momentum: 0.9", "    name: SGD", 36, "key 'name' is given twice", "keep one"},
                    Bad{"        64: 0.125", "        32: 0.125", 48, "key '32' is given twice", "keep one"},
                    Bad{"\ntrain:", "\ndata:", 50, "key 'data' is given twice", "keep one"}));

INSTANTIATE_TEST_SUITE_P(
    WrongTypes, BadConfig,
    testing::Values(
        Bad{"n_train: 524288", "n_train: many", 13,
            "data.n_train is many, expected a whole number from 1 to 1000000000", "n_train"},
        Bad{"n_train: 524288", "n_train: 1.5", 13, "data.n_train is 1.5", "a whole number"},
        Bad{"n_train: 524288", "n_train: \"524288\"", 13, "data.n_train is \"524288\"", "a whole number"},
        Bad{"n_train: 524288", "n_train: 99999999999999999999", 13, "data.n_train is 9999", "a whole number"},
        Bad{"n_train: 524288", "n_train:", 13, "data.n_train is nothing", "a whole number"},
        Bad{"n_train: 524288", "n_train: [1]", 13, "data.n_train is [1]", "a whole number"},
        Bad{"sample_shape: [128, 128, 128, 4]", "sample_shape: 128", 15, "data.sample_shape is 128",
            "D, H, W, C"},
        Bad{"sample_shape: [128, 128, 128, 4]", "sample_shape: [128, 128, x, 4]", 15, "[128, 128, x, 4]",
            "whole numbers"},
        Bad{"momentum: 0.9", "momentum: fast", 36, "optimizer.momentum is fast, expected a number",
            "below 1"},
        Bad{"momentum: 0.9", "momentum: .nan", 36, "optimizer.momentum is .nan", "a number"},
        Bad{"apply_log: True", "apply_log: 1", 19, "data.apply_log is 1", "true"},
        Bad{"    org: LBNL", "    org: [a]", 4, "mlperf.org is [a], expected text", "text"},
        Bad{"decay_schedule:\n        32: 0.25\n        64: 0.125", "decay_schedule: 0.5", 46,
            "lr_schedule.decay_schedule is 0.5", "a map of epoch: factor"},
        Bad{"        32: 0.25", "        soon: 0.25", 46, "{soon: 0.25, 64: 0.125}",
            "a map of epoch: factor"},
        Bad{"optimizer:\n    name: SGD\n    momentum: 0.9", "optimizer: SGD", 34, "optimizer is SGD",
            "indented"}));

INSTANTIATE_TEST_SUITE_P(
    OutOfRange, BadConfig,
    testing::Values(
        Bad{"n_train: 524288", "n_train: 2000000000", 13, "data.n_train is 2000000000", "to 1000000000"},
        Bad{"n_train: 524288", "n_train: 0", 13, "data.n_train is 0", "from 1"},
        Bad{"dropout: 0.5", "dropout: 1", 32, "model.dropout is 1", "below 1"},
        Bad{"kernel_size: 3", "kernel_size: 4", 25, "model.kernel_size is 4", "symmetric"},
        Bad{"target_size: 4", "target_size: 3", 26, "model.target_size is 3, expected 4", "four parameters"},
        Bad{"base_lr: 0.001", "base_lr: 0", 40, "lr_schedule.base_lr is 0", "above 0"},
        Bad{"        64: 0.125", "        64: -1", 46, "64: -1", "factors above 0"},
        Bad{"sample_shape: [128, 128, 128, 4]", "sample_shape: [128, 128, 4]", 15, "[128, 128, 4]",
            "D, H, W, C"},
        Bad{"division: closed", "division: both", 5, "mlperf.division is both, expected open or closed",
            "open or closed"},
        Bad{"platform: SUBMISSION_PLATFORM_PLACEHOLDER", "platform: ''", 7, "mlperf.platform",
            "isn't empty"}));

INSTANTIATE_TEST_SUITE_P(
    WhatTheReferenceOffersAndWeDoNot, BadConfig,
    testing::Values(
        Bad{"apply_log: True", "apply_log: False", 19, "data.apply_log is False, expected true",
            "division by the mean"},
        Bad{"shard: True", "shard: False", 18, "data.shard is False, expected true", "own part"},
        Bad{"name: cosmo\n", "name: dummy\n", 10, "data.name is dummy, expected cosmo", "tessera generate"},
        Bad{"name: SGD", "name: Adam", 35, "optimizer.name is Adam, expected SGD", "SGD"},
        Bad{"MaxPool3D", "AveragePooling3D", 31, "model.pooling_type", "MaxPool3D"},
        Bad{"LeakyReLU", "relu", 30, "model.hidden_activation", "LeakyReLU"},
        Bad{"loss: mse", "loss: mae", 51, "train.loss is mae", "mse"},
        Bad{"['mean_absolute_error']", "['mse']", 52, "train.metrics is [\"mse\"]", "mean_absolute_error"}));

INSTANTIATE_TEST_SUITE_P(
    Contradictions, BadConfig,
    testing::Values(
        Bad{"    n_train: 524288\n", "", 0, "data.n_train is missing", "add n_train"},
        Bad{"    batch_size: 4\n", "", 0, "data.batch_size is missing", "global_batch_size"},
        Bad{"    base_lr: 0.001\n", "", 0, "lr_schedule.base_lr is missing", "add lr_schedule.base_lr"},
        Bad{"    base_batch_size: 64\n", "", 0, "lr_schedule.base_batch_size is missing", "add"},
        Bad{"input_shape: [128, 128, 128, 4]", "input_shape: [64, 64, 64, 4]", 24, "differ", "both"},
        Bad{"target_size: 4", "n_conv_layers: 8", 26, "128x128x128 can be halved 7 times only", "at most 7"},
        Bad{"conv_size: 32", "conv_size: 1000000", 27, "a million filters", "lower model.conv_size"},
        Bad{"scaling: linear", "cosine_epochs: 9", 41, "lr_schedule.cosine_epochs has no meaning", "remove"},
        Bad{"scaling: linear", "schedule: steps", 40, "lr_schedule.base_lr has no meaning", "remove"}));

TEST(Config, RefusesAKeyOfAnotherSchedule) {
  const std::string head = kReference.substr(0, kReference.find("lr_schedule:"));
  const auto refuse = [&](const std::string& lr, const std::string& problem) {
    expect_error(head + "lr_schedule: {" + lr + "}\n", {}, "cosmo.yaml, line 38", problem, "");
  };
  refuse("schedule: steps, lr: 0.1", "decay_epochs is missing");
  refuse("schedule: cosine, lr: 0.1", "cosine_epochs is missing");
  refuse("schedule: constant", "lr_schedule.lr is missing");
  refuse("schedule: constant, lr: 0.1, cosine_epochs: 3", "cosine_epochs has no meaning");
  refuse("schedule: constant, lr: 0.1, n_warmup_epochs: 1, n_warmup_steps: 9",
         "n_warmup_epochs has no meaning");
}

TEST(Config, RefusesACosineThatEndsWithinTheWarmUp) {
  const std::string head = kReference.substr(0, kReference.find("lr_schedule:"));
  const std::string cosine = head + "lr_schedule: {schedule: cosine, lr: 0.1, cosine_epochs: 3, ";
  expect_error(cosine + "n_warmup_epochs: 3}\n", {}, "cosmo.yaml, line 38", "the warm-up takes 3 epochs", "");
  EXPECT_NO_THROW(parse(cosine + "n_warmup_epochs: 2}\n"));
  const auto with_steps = [&](int steps) {
    return parse(cosine + "n_warmup_steps: " + std::to_string(steps) + "}\n", {"data.n_train=640"});
  };
  EXPECT_THROW(check_warmup_steps(with_steps(30), cosmoflow_of(with_steps(30)).lr_schedule, 64),
               InputError);  // an epoch has 10 steps
  EXPECT_NO_THROW(check_warmup_steps(with_steps(29), cosmoflow_of(with_steps(29)).lr_schedule, 64));
}

TEST(Config, RefusesWhatIsNotOneMapOfSections) {
  expect_error("", {}, "cosmo.yaml", "data.data_dir is missing", "add data_dir");
  expect_error("- data", {}, "cosmo.yaml, line 1", "not a map", "data:");
  expect_error("data: [1, 2", {}, "cosmo.yaml, line 1", "not YAML", "brackets");
  expect_error("a: 1\n---\nb: 2\n", {}, "cosmo.yaml, line 3", "more than one", "keep one");
  expect_error("data: &d\n  name: *d\n", {}, "cosmo.yaml, line 2", "nested too deeply", "alias");
}

TEST(Config, OfAFileThatCantBeReadSaysWhy) {
  try {
    load_config("no/such/file.yaml");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.where(), "no/such/file.yaml");
    EXPECT_THAT(error.problem(), HasSubstr("No such file"));
  }
  EXPECT_THROW(load_config("."), InputError);
}

TEST(Override, ReplacesAValueAndTheLastOneWins) {
  const Config config =
      parse(kReference,
            {"data.n_train=64", "model.dropout=0.25", "data.n_train=128", "data.sample_shape=[16, 16, 16, 4]",
             "model.input_shape=[16,16,16,4]", "model.n_conv_layers=4", "output_dir=elsewhere"});
  EXPECT_EQ(config.data.n_train, 128);
  EXPECT_EQ(cosmoflow_of(config).dropout, 0.25);
  EXPECT_EQ(config.data.sample_shape[0], 16);
  EXPECT_EQ(config.output_dir, "elsewhere");
  EXPECT_EQ(config.where("data.n_train"), "--set data.n_train=128");
}

TEST(Override, ReachesSectionsThatTheFileLacksAndSingleEntriesOfMaps) {
  const Config config = parse(kReference, {"compute.threads=2", "lr_schedule.decay_schedule.96=0.0625"});
  EXPECT_EQ(config.compute.threads, 2);
  EXPECT_EQ(cosmoflow_of(config).lr_schedule.decay_schedule.at(96), 0.0625);
  EXPECT_EQ(cosmoflow_of(config).lr_schedule.decay_schedule.size(), 3U);
}

TEST(Override, MayTakeAnOptionalKeyAway) {
  const Config config = parse(kReference, {"data.batch_size=null", "data.global_batch_size=64"});
  EXPECT_FALSE(config.data.batch_size);
  EXPECT_EQ(config.data.global_batch_size, 64);
}

TEST(Override, IsNamedByItsErrors) {
  const auto refuse = [](const std::string& assignment, const std::string& problem, const std::string& fix) {
    expect_error(kReference, {assignment}, "--set " + assignment, problem, fix);
  };
  refuse("data.batchsize=8", "unknown key 'data.batchsize'", "'batch_size'");
  refuse("data.batch_size=eight", "data.batch_size is eight", "a whole number");
  refuse("data.batch_size", "needs a key and a value", "path.to.key=value");
  refuse("=8", "needs a key and a value", "path.to.key=value");
  refuse("data..batch_size=8", "is not the path of a key", "section.key=value");
  refuse("data.batch_size.x=8", "is not the path of a key", "section.key=value");
  refuse("data=8", "data is 8, expected a section", "indented");
  refuse("data.batch_size=[", "not YAML", "brackets");
}

TEST(Config, HasFloat64ForTheReferenceKernelsAlone) {
  const Config config = parse(kReference, {"compute.kernels=reference", "compute.element=float64"});
  EXPECT_EQ(config.compute.element, Element::F64);
  EXPECT_EQ(parse(kReference).compute.element, Element::F32);
  expect_error(kReference, {"compute.element=float64"}, "--set compute.element=float64",
               "only the reference kernels",
               "compute.kernels to reference (slow), or compute.element to float32 or bf16");
}

TEST(Config, HasBfloat16ForAllKernels) {
  for (const char* kernels : {"onednn", "reference"}) {
    const Config config =
        parse(kReference, {std::string("compute.kernels=") + kernels, "compute.element=bf16"});
    EXPECT_EQ(config.compute.element, Element::BF16);
    EXPECT_EQ(to_json(config)["compute"]["element"], "bf16");
  }
  expect_error(kReference, {"compute.element=bfloat16"}, "--set compute.element=bfloat16",
               "float32, float64 or bf16", "");
}

TEST(ConfigJson, HoldsEverySectionWithDefaultsUnderTheKeysOfTheYaml) {
  const nlohmann::json json = to_json(parse(kReference));
  EXPECT_EQ(json["data"]["batch_size"], 4);
  EXPECT_EQ(json["data"]["global_batch_size"], nullptr);
  EXPECT_EQ(json["data"]["augment"], "none");
  EXPECT_EQ(json["data"]["apply_log"], true);
  EXPECT_EQ(json["model"]["n_conv_layers"], 5);
  EXPECT_EQ(json["lr_schedule"]["schedule"], "reference");
  EXPECT_EQ(json["lr_schedule"]["decay_schedule"]["32"], 0.25);
  EXPECT_EQ(json["train"]["target_mae"], 0.124);
  EXPECT_EQ(json["compute"]["kernels"], "onednn");
  EXPECT_EQ(json["compute"]["convolution"], "auto");
  EXPECT_EQ(json["output_dir"], "results/cosmo-002");
}

TEST(ConfigJson, ReadsBackAsTheSameConfigurationBecauseJsonIsYaml) {
  const nlohmann::json json = to_json(parse(kReference));
  nlohmann::json given = json;
  for (const char* key : {"lr", "n_warmup_steps", "decay_epochs", "cosine_epochs"})
    given["lr_schedule"].erase(key);
  EXPECT_EQ(to_json(parse(given.dump())), json);
}

TEST(BatchSize, OfTheReferenceIsSamplesAReplica) {
  EXPECT_EQ(resolve_batch(parse(kReference), 16), (BatchSize{64, 4}));
}

TEST(BatchSize, MayBeGivenForAllReplicasTogether) {
  const Config config = parse(kReference, {"data.batch_size=null", "data.global_batch_size=16"});
  EXPECT_EQ(resolve_batch(config, 1), (BatchSize{16, 16}));
  EXPECT_EQ(resolve_batch(config, 4), (BatchSize{16, 4}));
}

TEST(BatchSize, MayBeGivenBothWaysWhenTheyAgree) {
  const Config config = parse(kReference, {"data.global_batch_size=16"});
  EXPECT_EQ(resolve_batch(config, 4), (BatchSize{16, 4}));
  try {
    resolve_batch(config, 2);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.problem(),
                HasSubstr("batch_size 4 on 2 replicas makes 8, but data.global_batch_size is 16"));
    EXPECT_EQ(error.where(), "--set data.global_batch_size=16");
  }
}

TEST(BatchSize, ThatCantBeDividedNamesTheNumbersThatWouldDo) {
  const auto fix = [](const std::string& global, int replicas) -> std::string {
    try {
      resolve_batch(parse(kReference, {"data.batch_size=null", "data.global_batch_size=" + global}),
                    replicas);
    } catch (const InputError& error) {
      return error.fix();
    }
    return "";
  };
  EXPECT_THAT(fix("16", 3), HasSubstr("data.global_batch_size to 15 or 18"));
  EXPECT_THAT(fix("16", 3), HasSubstr("1, 2, 4, 8, 16 replicas"));
  EXPECT_THAT(fix("4", 6), HasSubstr("data.global_batch_size to 6, or"));
  EXPECT_THAT(fix("7", 2), HasSubstr("1, 7 replicas"));
}

TEST(BatchSize, MustNotBeLargerThanAnEpoch) {
  const Config config = parse(kReference, {"data.n_train=63"});
  EXPECT_EQ(resolve_batch(config, 15), (BatchSize{60, 4}));
  EXPECT_THROW(resolve_batch(config, 16), InputError);
}

class ShippedConfig : public testing::TestWithParam<const char*> {};

TEST_P(ShippedConfig, LoadsAndFitsTwoRanks) {
  const Config config =
      load_config(std::string(TESSERA_SOURCE_DIR) + "/harness/configs/" + GetParam() + ".yaml");
  EXPECT_NO_THROW(lay_out(config, 1, "", 2));
}

INSTANTIATE_TEST_SUITE_P(All, ShippedConfig,
                         testing::Values("cosmoflow-tiny", "cosmoflow-small", "cosmoflow-full", "cosmoflow",
                                         "deepcam-tiny", "deepcam-small", "deepcam-full", "deepcam"));

TEST(ShippedConfig, OfTheReferenceHasTheReferencesSettings) {
  const nlohmann::json ours =
      to_json(load_config(std::string(TESSERA_SOURCE_DIR) + "/harness/configs/cosmoflow.yaml"));
  const nlohmann::json reference = to_json(parse(kReference));
  for (const char* section : {"model", "optimizer", "lr_schedule", "train"})
    EXPECT_EQ(ours[section], reference[section]);
  for (const char* key :
       {"n_train", "n_valid", "sample_shape", "n_epochs", "apply_log", "standardize", "augment"})
    EXPECT_EQ(ours["data"][key], reference["data"][key]) << key;
}

}  // namespace
}  // namespace tessera
