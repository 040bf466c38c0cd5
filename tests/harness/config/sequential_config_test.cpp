#include "harness/config/sequential_config.hpp"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "harness/config/config_difference.hpp"
#include "harness/plan/run_layout.hpp"
#include "harness/workloads/make_workload.hpp"
#include "support/errors.hpp"

namespace tessera {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// An example of the manual; line 1 is empty.
const std::string kExample = R"(
data: {data_dir: digits, n_train: 60, n_valid: 10, n_epochs: 2, global_batch_size: 4, sample_shape: [28, 28]}
model:
  name: sequential
  benchmark: digits-cnn
  layers:
    - convolution: {filters: 16, kernel: 3, padding: same, activation: relu}
    - max_pooling: {size: 2}
    - residual:
        layers:
          - convolution: {filters: 16, kernel: 3, padding: same}
          - batch_norm: {}
        activation: relu
    - flatten: {}
    - dropout: {rate: 0.25}
    - dense: {units: 32, activation: relu}
    - dense: {units: 10}
  loss: softmax_cross_entropy
  metric: accuracy
train:
  target: ">= 0.985"
)";

Config parse(const std::vector<std::string>& overrides = {}) {
  return parse_config(kExample, "digits.yaml", overrides);
}

const std::vector<sequential::Layer>& layers_of(const Config& config) {
  return std::get<std::vector<sequential::Layer>>(sequential_of(config).network);
}

// With these lines in place of the example's layers, the first of them line 7 of the file.
Config with_layers(const std::string& layers) {
  const std::size_t begin = kExample.find("    - convolution"), end = kExample.find("  loss:");
  return parse_config(kExample.substr(0, begin) + layers + kExample.substr(end), "digits.yaml");
}

TEST(SequentialConfig, ReadsTheExample) {
  const Config config = parse();
  const SequentialConfig& own = sequential_of(config);
  EXPECT_EQ(config.mlperf.benchmark, "sequential");
  EXPECT_EQ(config.mlperf.logged_as, "digits-cnn");
  const std::vector<sequential::Layer>& layers = layers_of(config);
  ASSERT_EQ(layers.size(), 7U);
  const auto& convolution = std::get<sequential::Convolution>(layers[0].what);
  EXPECT_EQ(convolution.filters, 16);
  EXPECT_EQ(convolution.padding.kind, sequential::Padding::Kind::Same);
  EXPECT_EQ(convolution.activation, sequential::Activation::Relu);
  EXPECT_EQ(layers[1].where, "digits.yaml, line 8");
  const auto& residual = std::get<sequential::Residual>(layers[2].what);
  EXPECT_EQ(residual.layers.size(), 2U);
  EXPECT_EQ(residual.layers[1].where, "digits.yaml, line 12");
  EXPECT_EQ(std::get<sequential::Dropout>(layers[4].what).rate, 0.25);
  EXPECT_EQ(own.target_kind, ArrayTarget::Kind::Class) << "that of the loss";
  EXPECT_EQ(own.optimizer, OptimizerKind::Adam);
  EXPECT_EQ(own.lr_schedule.lr, 0.001);
  EXPECT_TRUE(own.target.reached_by(0.985));
  EXPECT_FALSE(own.target.reached_by(0.98));
  EXPECT_EQ(lay_out(config, 1, "", 1).batch.replica, 4);
}

TEST(SequentialConfig, IsWrittenInFullAndReadBackFromThat) {
  const nlohmann::json json = to_json(parse());
  EXPECT_EQ(json.at("model").at("layers").at(1),
            nlohmann::json::parse(R"({"max_pooling": {"size": 2, "stride": null, "padding": "valid"}})"));
  EXPECT_EQ(json.at("train").at("target"), ">= 0.985");
  for (const std::vector<std::string>& overrides :
       {std::vector<std::string>{},
        {"optimizer={name: SGD, nesterov: true}", "lr_schedule.n_warmup_steps=3"},
        {"lr_schedule={schedule: cosine, cosine_epochs: 2}", "model.layers.1.convolution.padding=[1, 0]"},
        {"lr_schedule={schedule: steps, decay_epochs: {2: 0.5}}", "optimizer.name=LAMB"}}) {
    const nlohmann::json record = to_json(parse(overrides));
    EXPECT_EQ(to_json(parse_config(record.dump(), "checkpoint")), record);
  }
}

TEST(SequentialConfig, TakesOverridesOfALayerByItsNumber) {
  const Config config =
      parse({"model.layers.6.dense.units=64", "model.layers.3.residual.layers.1.convolution.kernel=[5, 3]",
             "model.layers.2.max_pooling.padding=1"});
  EXPECT_EQ(std::get<sequential::Dense>(layers_of(config)[5].what).units, 64);
  const auto& residual = std::get<sequential::Residual>(layers_of(config)[2].what);
  EXPECT_EQ(std::get<sequential::Convolution>(residual.layers[0].what).kernel, (sequential::PerAxis{5, 3}));
  EXPECT_THAT(
      message_of<InputError>([] { parse({"model.layers.8.dense.units=64"}); }),
      AllOf(HasSubstr("'8' is no item of a list of 7"), HasSubstr("--set model.layers.8.dense.units=64")));
  EXPECT_EQ(
      config_differences(to_json(parse()), to_json(config)),
      (std::vector<std::string>{"model.layers.2.max_pooling.padding: \"valid\" then, 1 now",
                                "model.layers.3.residual.layers.1.convolution.kernel: 3 then, [5,3] now",
                                "model.layers.6.dense.units: 32 then, 64 now"}));
}

void expect_refusal(const std::string& layers, const std::string& problem, const std::string& line) {
  const auto message = message_of<InputError>([&] { lay_out(with_layers(layers), 1, "", 1); });
  EXPECT_THAT(message,
              AllOf(HasSubstr(problem + "\n"), HasSubstr("where: digits.yaml, line " + line + "\n")));
}

TEST(SequentialConfig, SaysInWhichLineALayerIsWrong) {
  expect_refusal("    - convolutoin: {filters: 16, kernel: 3}\n", "unknown key 'layer 1: convolutoin'", "7");
  expect_refusal("    - flatten\n    - dense: {unit: 16}\n", "unknown key 'layer 2: unit'", "8");
  expect_refusal("    - flatten\n    - dense:\n", "layer 2: units is missing", "8");
  expect_refusal("    - convolution: {filters: 0, kernel: 3}\n",
                 "layer 1: filters is 0, expected a whole number from 1 to 1048576", "7");
  expect_refusal(
      "    - convolution: {filters: 4, kernel: 3, padding: full}\n",
      "layer 1: padding is full, expected valid, same, or a whole number from 0 to 1024, or a list "
      "of them, one for each axis",
      "7");
  expect_refusal("    - convolution: {filters: 4, kernel: 3, activation: gelu}\n",
                 "layer 1: activation is gelu, expected linear, relu, leaky_relu, sigmoid, tanh or null",
                 "7");
  expect_refusal("    - convolution: 16\n", "layer 1: convolution is 16, expected its settings", "7");
  expect_refusal(
      "    - convolution:\n      filters: 16\n      kernel: 3\n",
      "layer 1 is {convolution: nothing, filters: 16, kernel: 3}, expected one kind of layer with its "
      "settings",
      "7");
  expect_refusal("    - dropout: {rate: 1}\n",
                 "layer 1: rate is 1, expected a number of at least 0 and below 1", "7");
  expect_refusal("    - flatten\n    - residual:\n        layers:\n          - dens: {units: 3}\n",
                 "unknown key 'layer 2, layer 1: dens'", "10");
  expect_refusal("    - residual: {projection: [{batch_norm: {}}]}\n", "layer 1: layers is missing", "7");
  expect_refusal("    []\n", "model.layers has no layer", "6");
  expect_refusal("    - max_pooling: {size: 5}\n    - max_pooling\n    - max_pooling: {size: 3}\n",
                 "layer 3: 2 cells can't be pooled by 3", "9");
  expect_refusal("    - convolution: {filters: 10, kernel: 3}\n",
                 "the network answers with 1x26x26x10, and data.target is one for each sample", "6");
  expect_refusal("    - flatten\n    - dense: {units: 1}\n",
                 "the network answers with 1x1x1x1, and the loss is over two classes or more", "6");
  expect_refusal("    - max_pooling\n    - flatten\n",
                 "no layer of the network has weights, so there is nothing to train", "6");
}

TEST(SequentialConfig, RefusesWhatContradictsItself) {
  const auto refused = [](const std::vector<std::string>& overrides, const std::string& problem) {
    EXPECT_THAT(message_of<InputError>([&] { lay_out(parse(overrides), 1, "", 1); }), HasSubstr(problem));
  };
  refused({"train.target=better"}, "train.target is better, expected a number, or one behind >= or <=");
  refused({"model.benchmark=cosmoflow"}, "the name of a benchmark with rules of its own");
  refused({"model.loss=mean_squared_error"}, "data.target is missing: the loss leaves open what y is");
  refused({"data.target=vector"}, "the loss is over classes, and data.target names none");
  refused({"model.metric=mean_absolute_error"},
          "model.metric is mean_absolute_error, and the loss is over classes");
  refused({"model.loss=weighted_pixel_cross_entropy"}, "model.class_weights is missing");
  refused({"model.class_weights=[1, 2]"}, "only weighted_pixel_cross_entropy reads it");
  refused({"optimizer.momentum=0.9"}, "only SGD reads it");
  refused({"optimizer.name=SGD", "optimizer.eps=0.1"}, "the optimizer is SGD");
  refused({"model.loss=mean_squared_error", "data.target=input"}, "the input it should be has 784 numbers");
  refused({"model.batchnorm_group_size=2"},
          "model.batchnorm_group_size is 2, which doesn't divide 1 replica");
}

Config resnet50_config(const std::vector<std::string>& overrides = {}) {
  return parse_config(R"(
data: {data_dir: images, n_train: 60, n_valid: 10, n_epochs: 2, global_batch_size: 4, sample_shape: [64, 64, 3]}
model: {name: resnet50, filters: 16, classes: 16}
train: {target: ">= 0.9"}
)",
                      "images.yaml", overrides);
}

TEST(Resnet50Config, HasTheKeysOfANetworkOfOnesOwnButThoseThatItSettles) {
  const Config config = resnet50_config({"optimizer.name=SGD", "optimizer.momentum=0.9"});
  const SequentialConfig& own = sequential_of(config);
  EXPECT_EQ(std::get<Resnet50Config>(own.network).filters, 16);
  EXPECT_EQ(own.target_kind, ArrayTarget::Kind::Class);
  EXPECT_EQ(config.mlperf.logged_as, "resnet50");
  EXPECT_EQ(to_json(config), to_json(parse_config(to_json(config).dump(), "written")));
  const auto workload = make_workload(config, 1);
  EXPECT_EQ(workload->graph(2).shape(workload->graph(2).output()), (Shape{2, 16, {}}));
  EXPECT_EQ(workload->norm_replicas(4), 4) << "statistics over all replicas";
}

TEST(Resnet50Config, RefusesWhatItHasNot) {
  const auto refused = [](const std::string& override, const std::string& problem) {
    EXPECT_THAT(message_of<InputError>([&] { lay_out(resnet50_config({override}), 1, "", 1); }),
                HasSubstr(problem));
  };
  refused("model.filters=0", "model.filters is 0, expected a whole number from 1 to 1024");
  refused("model.classes=1", "model.classes is 1, expected a whole number from 2 to 1048576");
  refused("model.layers=[flatten]", "unknown key 'model.layers'");
  refused("model.metric=mean_absolute_error",
          "model.metric is mean_absolute_error, expected accuracy or top_5_accuracy");
  refused("data.sample_shape=[8, 64, 64, 3]", "takes images, and data.sample_shape is a volume's");
  refused("data.target=map", "unknown key 'data.target'");
}

TEST(SequentialConfig, TakesTheFormOfSamplesFromTheirShape) {
  const auto form = [](std::vector<std::int64_t> shape) {
    DataConfig data;
    data.sample_shape = std::move(shape);
    const SampleForm found = sample_form(data);
    return std::tuple(found.space, found.channels, found.axes);
  };
  EXPECT_EQ(form({28, 30}), std::tuple(Extents{1, 28, 30}, 1, 2U));
  EXPECT_EQ(form({28, 30, 3}), std::tuple(Extents{1, 28, 30}, 3, 2U));
  EXPECT_EQ(form({11, 11, 40, 1}), std::tuple(Extents{11, 11, 40}, 1, 3U));
  EXPECT_EQ(form({1, 50, 2}), std::tuple(Extents{1, 1, 50}, 2, 1U)) << "a signal";
}

}  // namespace
}  // namespace tessera
