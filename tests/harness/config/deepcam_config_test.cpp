#include "harness/config/deepcam_config.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/config/config.hpp"
#include "harness/plan/run_layout.hpp"
#include "models/base/error.hpp"
#include "support/errors.hpp"

namespace tessera {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

const std::string kFull = R"(
mlperf: {benchmark: deepcam, division: closed}
data: {name: deepcam, data_dir: /scratch/All-Hist, n_train: 121266, n_valid: 15158, sample_shape: [768, 1152, 16],
       batch_size: 2, n_epochs: 200}
model: {name: deepcam, batchnorm_group_size: 4}
optimizer: {name: LAMB, betas: [0.9, 0.99], eps: 1.0e-6, weight_decay: 0.02}
lr_schedule: {type: multistep, start_lr: 0.0055, lr_warmup_steps: 400, lr_warmup_factor: 2, milestones: [800, 1600],
              decay_rate: 0.25}
train: {target_iou: 0.8, gradient_accumulation_frequency: 3, seed: 7}
)";

Config parse(const std::vector<std::string>& overrides = {}) {
  return parse_config(kFull, "deepcam.yaml", overrides);
}

TEST(DeepcamConfig, HasTheNamesOfTheReferencesArguments) {
  const Config config = parse();
  const DeepcamConfig& deepcam = deepcam_of(config);
  EXPECT_EQ(config.mlperf.benchmark, "deepcam");
  EXPECT_EQ(deepcam.channels.size(), 16U);
  EXPECT_EQ(deepcam.width_factor, 1);
  EXPECT_EQ(deepcam.middle_blocks, 16);
  EXPECT_EQ(deepcam.batchnorm_group_size, 4);
  EXPECT_EQ(deepcam.optimizer, MomentOptimizer::Lamb);
  EXPECT_EQ(deepcam.betas, (std::vector{0.9, 0.99}));
  EXPECT_EQ(deepcam.eps, 1e-6);
  EXPECT_EQ(deepcam.weight_decay, 0.02);
  EXPECT_EQ(deepcam.lr_schedule.start_lr, 0.0055);
  EXPECT_EQ(deepcam.lr_schedule.lr_warmup_steps, 400);
  EXPECT_EQ(deepcam.lr_schedule.lr_warmup_factor, 2);
  EXPECT_EQ(deepcam.lr_schedule.milestones, (std::vector<std::int64_t>{800, 1600}));
  EXPECT_EQ(deepcam.lr_schedule.decay_rate, 0.25);
  EXPECT_EQ(deepcam.target_iou, 0.8);
  EXPECT_EQ(config.train.gradient_accumulation_frequency, 3);
}

TEST(DeepcamConfig, AsJsonReadsBackAsTheSame) {
  const nlohmann::json json = to_json(parse());
  EXPECT_EQ(json["lr_schedule"]["t_max"], nullptr);
  EXPECT_EQ(json["model"]["name"], "deepcam");
  EXPECT_EQ(to_json(parse_config(json.dump(), "run.json")), json);
}

TEST(DeepcamConfig, HasTheReferencesBatchInEachOfTheAccumulatedPasses) {
  EXPECT_EQ(resolve_batch(parse(), 4), (BatchSize{24, 2, 3}));
  EXPECT_EQ(resolve_batch(parse(), 4).replicas(), 4);
  EXPECT_THAT(message_of<InputError>([] { resolve_batch(parse({"data.global_batch_size=25"}), 4); }),
              AllOf(HasSubstr("25 samples can't be divided among 4 replicas in 3 passes each"),
                    HasSubstr("24 or 36"), HasSubstr("lower train.gradient_accumulation_frequency")));
  EXPECT_THAT(message_of<InputError>([] { resolve_batch(parse({"data.global_batch_size=48"}), 4); }),
              HasSubstr("batch_size 2 on 4 replicas in 3 passes makes 24"));
}

struct Bad {
  std::string assignment, problem;
};

class BadDeepcamConfig : public ::testing::TestWithParam<Bad> {};

TEST_P(BadDeepcamConfig, IsRefusedNamingTheKey) {
  EXPECT_THAT(message_of<InputError>([] { parse({GetParam().assignment}); }),
              AllOf(HasSubstr(GetParam().problem), HasSubstr("--set " + GetParam().assignment)));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadDeepcamConfig,
    ::testing::Values(
        Bad{"mlperf.benchmark=cosmoflow", "mlperf.benchmark is cosmoflow, expected deepcam"},
        Bad{"model.name=deepcan", "expected cosmoflow, deepcam, sequential or resnet50"},
        Bad{"data.sample_shape=[768, 1150, 16]", "multiples of 16"},
        Bad{"data.sample_shape=[0, 1152, 16]", "multiples of 16"},
        Bad{"data.sample_shape=[768, 1152, 4]", "16 channels"},
        Bad{"data.sample_shape=[1, 768, 1152, 16]", "H, W, C"}, Bad{"data.channels=[0, 16]", "from 0 to 15"},
        Bad{"data.channels=[]", "at least one"}, Bad{"data.channels=[3, 3]", "none twice"},
        Bad{"data.standardize=true", "unknown key 'data.standardize'"},
        Bad{"model.dropout=0.5", "unknown key 'model.dropout'"}, Bad{"model.width_factor=0", "above 0"},
        Bad{"model.middle_blocks=17", "from 0 to 16"},
        Bad{"model.batchnorm_group_size=-1", "0 means all replicas"},
        Bad{"optimizer.name=SGD", "expected LAMB, AdamW or Adam"}, Bad{"optimizer.betas=[0.9]", "of two"},
        Bad{"optimizer.betas=[0.9, 1]", "below 1"}, Bad{"optimizer.eps=0", "above 0"},
        Bad{"lr_schedule.type=cosine", "expected multistep or cosine_annealing"},
        Bad{"lr_schedule.start_lr=0", "above 0"}, Bad{"lr_schedule.lr_warmup_factor=0.5", "at least 1"},
        Bad{"lr_schedule.milestones=[-1]", "from 0"}, Bad{"lr_schedule.decay_rate=1.5", "at most 1"},
        Bad{"lr_schedule.t_max=10", "no meaning here: the schedule is `multistep`"},
        Bad{"train.target_iou=1.1", "at most 1"}, Bad{"train.gradient_accumulation_frequency=0", "from 1"}));

TEST(DeepcamConfig, OfACosineWantsItsLengthAndNoMilestones) {
  const std::string cosine = "lr_schedule.type=cosine_annealing", none = "lr_schedule.milestones=null",
                    rate = "lr_schedule.decay_rate=null";
  EXPECT_THAT(message_of<InputError>([&] { parse({cosine, none, rate}); }), HasSubstr("t_max is missing"));
  EXPECT_THAT(message_of<InputError>([&] {
                parse({cosine, rate, "lr_schedule.t_max=9"});
              }),
              HasSubstr("milestones has no meaning"));
  EXPECT_NO_THROW(parse({cosine, none, rate, "lr_schedule.t_max=9"}));
}

// A checkpoint holds it as JSON, which is YAML as well.
TEST(DeepcamConfig, IsReadBackFromItsJson) {
  for (const auto& overrides : std::vector<std::vector<std::string>>{
           {},
           {"optimizer.name=AdamW", "data.channels=[0, 1, 2]", "model.width_factor=0.125"},
           {"lr_schedule.type=cosine_annealing", "lr_schedule.milestones=null", "lr_schedule.decay_rate=null",
            "lr_schedule.t_max=9", "data.batch_size=null", "data.global_batch_size=8"}}) {
    const nlohmann::json json = to_json(parse(overrides));
    EXPECT_EQ(to_json(parse_config(json.dump(), "checkpoint.h5")), json);
  }
}

TEST(DeepcamConfig, WantsNormGroupsThatDivideTheReplicas) {
  const Config config = parse({"data.sample_shape=[96, 144, 16]", "model.width_factor=0.125"});
  EXPECT_EQ(lay_out(config, 1, "2x1", 16).batch, (BatchSize{48, 2, 3}));
  EXPECT_THAT(message_of<InputError>([&] { lay_out(config, 1, "2x1", 12); }),
              AllOf(HasSubstr("batchnorm_group_size is 4, which doesn't divide 6 replicas"),
                    HasSubstr("deepcam.yaml, line 5")));
}

TEST(DeepcamConfig, SplitsHeightThenWidth) {
  const Config config =
      parse({"data.sample_shape=[96, 144, 16]", "model.width_factor=0.125", "model.batchnorm_group_size=0"});
  EXPECT_EQ(lay_out(config, 1, "4x2", 8).grid, (GridDims{1, 1, 4, 2}));
  EXPECT_EQ(lay_out(config, 1, "2", 8).grid, (GridDims{4, 1, 2, 1}));
  EXPECT_THAT(message_of<InputError>([&] { lay_out(config, 1, "2x2x2", 8); }),
              HasSubstr("splits 3 axes, where samples have height and width"));
  EXPECT_THAT(message_of<InputError>([&] { lay_out(config, 1, "3x1", 8); }),
              HasSubstr("samples can be split as 2x1, 1x2, 4x1"));
  EXPECT_THAT(message_of<InputError>([&] { lay_out(config, 1, "97x1", 97); }),
              HasSubstr("97 parts along height, where the largest layer has 96"));
}

}  // namespace
}  // namespace tessera
