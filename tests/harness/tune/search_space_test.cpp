#include "harness/tune/search_space.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"
#include "support/errors.hpp"

namespace tessera {
namespace {

using testing::HasSubstr;

constexpr const char* kConfig = TESSERA_SOURCE_DIR "/harness/configs/cosmoflow-tiny.yaml";

SearchSpace space_of(const std::string& yaml) {
  return parse_space(yaml, "space.yaml", load_config(kConfig), parse_tree(read_whole_file(kConfig), kConfig));
}

constexpr const char* kSpace = R"(lr_schedule.lr: {log_uniform: [1e-4, 1e-1]}
data.global_batch_size: {choice: [32, 64, 128]}
model.dropout: {uniform: [0, 0.5]}
model.conv_size: {step: 4, integer: [8, 33]}
)";

std::map<std::string, std::string> drawn(const SearchSpace& space, std::uint64_t seed, std::int64_t trial) {
  std::map<std::string, std::string> values;
  for (const auto& [path, yaml] : space.draw(seed, trial)) values[path] = yaml;
  return values;
}

TEST(SearchSpace, DrawsWhatEachKeyMayHave) {
  const SearchSpace space = space_of(kSpace);
  std::set<std::string> batches, filters;
  for (std::int64_t trial = 1; trial <= 500; ++trial) {
    auto values = drawn(space, 7, trial);
    const double rate = std::stod(values["lr_schedule.lr"]), dropout = std::stod(values["model.dropout"]);
    EXPECT_TRUE(rate >= 1e-4 && rate <= 1e-1) << rate;
    EXPECT_TRUE(dropout >= 0 && dropout <= 0.5) << dropout;
    batches.insert(values["data.global_batch_size"]);
    filters.insert(values["model.conv_size"]);
    std::vector<std::string> overrides;
    overrides.reserve(values.size());
    for (const auto& [path, yaml] : values) overrides.push_back(path + "=" + yaml);
    EXPECT_NO_THROW(load_config(kConfig, overrides));
  }
  EXPECT_EQ(batches, (std::set<std::string>{"32", "64", "128"}));
  EXPECT_EQ(filters, (std::set<std::string>{"8", "12", "16", "20", "24", "28", "32"}));
}

// The greatest distance of the drawn distribution from the wanted one (Kolmogorov and Smirnov): of 4000
// values it exceeds 0.031 once in a thousand cases.
TEST(SearchSpace, DrawsValuesOrTheirLogarithmsUniformly) {
  constexpr int kDraws = 4000;
  const SearchSpace space = space_of(kSpace);
  std::vector<double> linear, logarithmic;
  for (std::int64_t trial = 1; trial <= kDraws; ++trial) {
    auto values = drawn(space, 1, trial);
    linear.push_back(std::stod(values["model.dropout"]) / 0.5);
    logarithmic.push_back((std::log10(std::stod(values["lr_schedule.lr"])) + 4) / 3);
  }
  for (std::vector<double>* sample : {&linear, &logarithmic}) {
    std::ranges::sort(*sample);
    double farthest = 0;
    for (int i = 0; i < kDraws; ++i)
      farthest = std::max(farthest, std::abs((*sample)[i] - (i + 0.5) / kDraws));
    EXPECT_LT(farthest, 0.031);
  }
}

TEST(SearchSpace, DrawsEachKeyWhateverOthersThereAre) {
  const auto all = drawn(space_of(kSpace), 3, 5);
  const auto alone = drawn(space_of("model.dropout: {uniform: [0, 0.5]}"), 3, 5);
  EXPECT_EQ(alone.at("model.dropout"), all.at("model.dropout"));
  EXPECT_NE(drawn(space_of(kSpace), 4, 5), all);
  EXPECT_NE(drawn(space_of(kSpace), 3, 6), all);
  const auto twins = drawn(
      space_of("lr_schedule.lr: {uniform: [0.1, 0.9]}\noptimizer.momentum: {uniform: [0.1, 0.9]}"), 3, 5);
  EXPECT_NE(twins.at("lr_schedule.lr"), twins.at("optimizer.momentum"));
}

TEST(SearchSpace, TakesWordsListsAndNothingAsChoices) {
  const SearchSpace space = space_of(
      "data.augment: {choice: [all, none]}\ndata.sample_shape: {choice: [[16, 16, 16, 4]]}\n"
      "train.early_stopping_patience: {choice: [null, 3]}");
  std::set<std::string> words, patience;
  for (std::int64_t trial = 1; trial <= 50; ++trial) {
    words.insert(drawn(space, 1, trial).at("data.augment"));
    patience.insert(drawn(space, 1, trial).at("train.early_stopping_patience"));
  }
  EXPECT_EQ(words, (std::set<std::string>{"all", "none"}));
  EXPECT_EQ(patience, (std::set<std::string>{"~", "3"}));
  EXPECT_EQ(drawn(space, 1, 1).at("data.sample_shape"), "[16, 16, 16, 4]");
}

TEST(SearchSpace, TakesKeysInsideOfMaps) {
  const SearchSpace space = space_of("lr_schedule.decay_epochs.8: {uniform: [0.1, 0.5]}");
  const std::string factor = drawn(space, 1, 1).at("lr_schedule.decay_epochs.8");
  const std::vector<std::string> overrides = {"lr_schedule.decay_epochs.8=" + factor};
  EXPECT_EQ(to_json(load_config(kConfig, overrides))["lr_schedule"]["decay_epochs"],
            nlohmann::json({{"8", std::stod(factor)}, {"16", 0.0625}}));
}

TEST(SearchSpace, IsTheSameInJson) {
  EXPECT_EQ(to_json(space_of(kSpace)),
            nlohmann::json::parse(R"([{"key": "lr_schedule.lr", "log_uniform": [1e-4, 1e-1]},
    {"key": "data.global_batch_size", "choice": ["32", "64", "128"]},
    {"key": "model.dropout", "uniform": [0.0, 0.5]},
    {"key": "model.conv_size", "integer": [8, 33], "step": 4}])"));
}

struct Refused {
  const char *yaml, *problem, *fix;
};

TEST(SearchSpace, RefusesWhatNoTrialCouldHave) {
  const Refused cases[] = {
      {"", "has no keys", "write lines"},
      {"[1, 2]", "has no keys", "write lines"},
      {"optimizer.lr: {log_uniform: [1e-4, 1e-1]}", "unknown key 'optimizer.lr'",
       "write it as 'lr_schedule.lr'"},
      {"lr: {log_uniform: [1e-4, 1e-1]}", "unknown key 'lr'", "write it as 'lr_schedule.lr'"},
      {"model.conv_sise: {integer: [8, 32]}", "unknown key 'model.conv_sise'", "did you mean 'conv_size'?"},
      {"modell.conv_size: {integer: [8, 32]}", "unknown key 'modell'", "did you mean 'model'?"},
      {"data.n_epochs: {integer: [1, 9]}", "can't be searched over", "remove data.n_epochs"},
      {"train.seed: {integer: [1, 9]}", "can't be searched over", "remove train.seed"},
      {"output_dir: {choice: [a, b]}", "can't be searched over", "remove output_dir"},
      {"model.name: {choice: [cosmoflow, deepcam]}", "can't be searched over", "remove model.name"},
      {"data.compression: {choice: [GZIP, ZLIB]}", "has no effect", "remove data.compression"},
      {"model.dropout: 0.5", "model.dropout is 0.5, which is no distribution", "{uniform: [LOW, HIGH]}"},
      {"model.dropout:", "is nothing, which is no distribution", "write {uniform"},
      {"model.dropout: {}", "which is no distribution", "write {uniform"},
      {"model.dropout: {unifrom: [0, 0.5]}", "has 'unifrom'", "did you mean 'uniform'?"},
      {"model.dropout: {uniform: [0, 0.5], step: 0.1}", "has 'step'", "write {uniform"},
      {"model.dropout: {uniform: [0, 0.5], choice: [0]}", "two distributions", "keep one"},
      {"model.dropout: {uniform: [0.5, 0.5]}", "the empty range [0.5, 0.5]", "the lower end first"},
      {"model.dropout: {uniform: [0.5, 0]}", "the empty range", "the lower end first"},
      {"model.dropout: {uniform: [0]}", "expected two numbers", "write {uniform"},
      {"model.dropout: {uniform: [0, half]}", "expected two numbers", "write {uniform"},
      {"model.dropout: {uniform: [0, .inf]}", "expected two numbers", "write {uniform"},
      {"model.dropout: {uniform: [0, 1.5]}", "could be 1.5, expected a number of at least 0 and below 1",
       "draw"},
      {"model.dropout: {log_uniform: [0, 0.5]}", "log_uniform from 0, which has no logarithm",
       "begin above 0"},
      {"lr_schedule.lr: {log_uniform: [-1, 0.5]}", "no logarithm", "begin above 0"},
      {"model.conv_size: {uniform: [8, 32]}", "could be 8.0, expected a whole number", "draw"},
      {"model.conv_size: {integer: [8.5, 32]}", "expected two whole numbers", "write"},
      {"model.conv_size: {integer: [32, 8]}", "the empty range", "the lower end first"},
      {"model.conv_size: {integer: [8, 32], step: 0}", "has the step 0", "within the range"},
      {"model.conv_size: {integer: [8, 32], step: 25}", "from 1 to 24", "within the range"},
      {"model.conv_size: {integer: [8, 32], step: four}", "has the step four", "within the range"},
      {"model.kernel_size: {integer: [3, 7]}", "could be 4, expected a whole number that is odd",
       "no symmetric"},
      {"model.conv_size: {integer: [0, 8]}", "could be 0, expected", "draw"},
      {"data.global_batch_size: {choice: []}", "expected a list of values", "write"},
      {"data.global_batch_size: {choice: 32}", "expected a list of values", "write"},
      {"data.global_batch_size: {choice: [32, large]}", "could be large, expected a whole number", "draw"},
      {"data.global_batch_size: {choice: [32, \"64\"]}", "could be \"64\", expected a whole number", "draw"},
      {"lr_schedule.decay_epochs.8: {uniform: [-1, 0]}", "could be -1.0, expected a map of epoch: factor",
       "draw"},
      {"model.dropout.x: {uniform: [0, 1]}", "'model.dropout.x' is not the path of a key", "section.key"},
      {"data.augment: {choice: [all, some]}", "could be some, expected all, keep_split_axes or none", "draw"},
  };
  for (const auto& [yaml, problem, fix] : cases) {
    const std::string message = message_of<InputError>([yaml = yaml] { space_of(yaml); });
    EXPECT_THAT(message, HasSubstr(problem)) << yaml;
    EXPECT_THAT(message.substr(message.find("fix:")), HasSubstr(fix)) << yaml;
    EXPECT_THAT(message, HasSubstr("where: space.yaml")) << yaml;
  }
}

TEST(SearchSpace, NamesTheLineOfWhatItRefuses) {
  EXPECT_THAT(
      message_of<InputError>([] { space_of(std::string(kSpace) + "model.depth: {integer: [1, 4]}"); }),
      HasSubstr("where: space.yaml, line 5\n"));
}

TEST(SearchSpace, TakesOddKernelsByTheirStep) {
  EXPECT_NO_THROW(space_of("model.kernel_size: {integer: [3, 8], step: 2}"));
}

}  // namespace
}  // namespace tessera
