#include "harness/run/run_checkpoint.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>

#include <numeric>

#include "harness/run/training_state.hpp"
#include "io/files/whole_file.hpp"
#include "models/train/sgd.hpp"
#include "support/errors.hpp"
#include "support/temporary_directory.hpp"

namespace tessera {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

RunIdentity identity() {
  return {.configuration = {{"output_dir", "runs/a"},
                            {"data", {{"data_dir", "here"}, {"n_train", 96}, {"n_epochs", 4}}},
                            {"model", {{"dropout", 0.5}, {"conv_size", 16}}}},
          .data_set = "0123",
          .seed = 7,
          .global_batch = 8,
          .version = "0.1.0",
          .ranks = 2,
          .threads = 1};
}

RunPosition position() {
  return {.epochs = {{1, 0.1, 0.2, 0.3, 1.0 / 3, 5, 6, 7}, {2, 0.1, 0.19, 0.29, 0.4, 5, 6, 7}},
          .under_way = {.epoch = 3, .learning_rate = 0.05, .loss = 0.1 / 3},
          .step_of_epoch = 5,
          .steps = 29,
          .init_seconds = 1.5,
          .times = {{1, 2, 3, 4, 5}, {5, 6, 7, 8, 9}},
          .precisions = {{0, {}}, {7, {Element::BF16, Element::F32}}}};
}

class RunCheckpoint : public testing::Test {
 protected:
  void write(const Checkpoint& checkpoint) const { write_run_checkpoint(directory_.path(), checkpoint); }
  std::string refusal(const std::string& name = kCheckpointName) const {
    return message_of<InputError>([&] { read_checkpoint_to_resume(directory_.path(), name); });
  }
  void damage(const std::string& name) const {
    std::string bytes = read_whole_file(directory_ / name);
    bytes[bytes.size() / 2] ^= 1;
    write_whole_file(directory_ / name, bytes);
  }
  const TemporaryDirectory directory_;
};

TEST_F(RunCheckpoint, BringsBackHowFarTheRunCame) {
  write(make_checkpoint(identity(), position()));
  const RunPosition read = position_of(read_checkpoint_to_resume(directory_.path(), kCheckpointName), "a.h5");
  ASSERT_EQ(read.epochs.size(), 2U);
  EXPECT_EQ(read.epochs[0].metric, 1.0 / 3);
  EXPECT_EQ(read.epochs[1].epoch, 2);
  EXPECT_EQ(read.under_way.loss, 0.1 / 3);
  EXPECT_EQ(read.step_of_epoch, 5);
  EXPECT_EQ(read.steps, 29);
  EXPECT_EQ(read.init_seconds, 1.5);
  ASSERT_EQ(read.times.size(), 2U);
  EXPECT_EQ(read.times[1].exposed_exchange, 7);
  EXPECT_EQ(read.times[1].evaluation, 9);
  EXPECT_EQ(read.precisions, position().precisions);
}

TEST_F(RunCheckpoint, KeepsTheLastTwo) {
  RunPosition later = position();
  for (const std::int64_t steps : {29, 30, 31}) {
    later.steps = steps;
    write(make_checkpoint(identity(), later));
  }
  EXPECT_EQ(integer_of(read_checkpoint(directory_ / kCheckpointName), "step", ""), 31);
  EXPECT_EQ(integer_of(read_checkpoint(directory_ / kPreviousCheckpointName), "step", ""), 30);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_.path()), {}), 2);
}

// What a run leaves that is killed between keeping the previous checkpoint and writing the next.
TEST_F(RunCheckpoint, IsWrittenWithoutLeftoversWhereBothNamesAreOneFile) {
  write(make_checkpoint(identity(), position()));
  std::filesystem::create_hard_link(directory_ / kCheckpointName, directory_ / kPreviousCheckpointName);
  write(make_checkpoint(identity(), position()));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(directory_.path()), {}), 2);
}

TEST_F(RunCheckpoint, ThatIsDamagedIsRefusedByNameAndTheOneBeforeOffered) {
  write(make_checkpoint(identity(), position()));
  write(make_checkpoint(identity(), position()));
  damage(kCheckpointName);
  EXPECT_THAT(refusal(), AllOf(HasSubstr((directory_ / kCheckpointName).string()), HasSubstr("damaged"),
                               HasSubstr("--resume=checkpoint-previous.h5")));
  EXPECT_NO_THROW(read_checkpoint_to_resume(directory_.path(), kPreviousCheckpointName));
  damage(kPreviousCheckpointName);
  EXPECT_THAT(refusal(), Not(HasSubstr(kPreviousCheckpointName)));
  EXPECT_THAT(refusal(kPreviousCheckpointName), HasSubstr("damaged"));
}

TEST_F(RunCheckpoint, ThatIsNotThereIsAnInputError) {
  EXPECT_THAT(refusal(), AllOf(HasSubstr("no checkpoint to go on from"), HasSubstr("without --resume")));
}

TEST_F(RunCheckpoint, OfAnotherFormatIsRefusedWithBothVersions) {
  Checkpoint checkpoint = make_checkpoint(identity(), position());
  checkpoint.attributes["format"] = std::int64_t{9};
  write(checkpoint);
  EXPECT_THAT(refusal(), HasSubstr("format version 9, this program reads 4"));
}

TEST_F(RunCheckpoint, OfTheSameRunMayHaveMovedOrGoFurther) {
  RunIdentity now = identity();
  now.configuration["output_dir"] = "runs/b";
  now.configuration["data"]["data_dir"] = "there";
  now.configuration["data"]["n_epochs"] = 8;
  EXPECT_NO_THROW(check_same_run(make_checkpoint(identity(), position()), "a.h5", now, false));
}

RunIdentity in_element(const char* element) {
  RunIdentity run = identity();
  run.configuration["compute"]["element"] = element;
  return run;
}

TEST_F(RunCheckpoint, GoesOnInAnotherElementOnlyIfThatIsAllowedAndParametersStayAsTheyAre) {
  const auto refused = [](const char* then, const char* now, bool allowed) {
    return message_of<InputError>([&] {
      check_same_run(make_checkpoint(in_element(then), position()), "a.h5", in_element(now), allowed);
    });
  };
  for (const auto& [then, now] : {std::pair{"float32", "bf16"}, std::pair{"bf16", "float32"}}) {
    EXPECT_THAT(refused(then, now, false),
                AllOf(HasSubstr(fmt::format("compute.element: \"{}\" then, \"{}\" now", then, now)),
                      HasSubstr("--allow-element-change"), HasSubstr("a.h5")));
    EXPECT_NO_THROW(
        check_same_run(make_checkpoint(in_element(then), position()), "a.h5", in_element(now), true));
  }
  for (const char* other : {"float32", "bf16"})
    EXPECT_THAT(refused("float64", other, true), AllOf(HasSubstr("compute.element: \"float64\" then"),
                                                       Not(HasSubstr("--allow-element-change"))));
}

TEST_F(RunCheckpoint, OfAnotherRunIsRefusedWhateverElementIsAllowed) {
  RunIdentity now = in_element("bf16");
  now.seed = 8;
  EXPECT_THAT(message_of<InputError>([&] {
                check_same_run(make_checkpoint(in_element("float32"), position()), "a.h5", now, true);
              }),
              HasSubstr("seed: 7 then, 8 now"));
}

TEST_F(RunCheckpoint, ThatDoesNotSayItsPrecisionHasThatOfTheParameters) {
  for (const auto& [name, element] :
       {std::pair{"float32", Element::F32}, std::pair{"float64", Element::F64}}) {
    Checkpoint checkpoint = make_checkpoint(in_element(name), position());
    checkpoint.attributes.erase("precision");
    EXPECT_EQ(position_of(checkpoint, "a.h5").precisions,
              (std::vector<PrecisionSince>{{0, {element, element}}}));
  }
}

TEST_F(RunCheckpoint, WithAPrecisionThatIsNoneIsRefused) {
  for (const char* text : {"", "[]", "bf16", R"([{"step": 0, "element": "bf17", "comm": "float32"}])",
                           R"([{"step": "0", "element": "bf16", "comm": "float32"}])"}) {
    Checkpoint checkpoint = make_checkpoint(identity(), position());
    checkpoint.attributes["precision"] = std::string(text);
    EXPECT_THAT(message_of<InputError>([&] { position_of(checkpoint, "a.h5"); }), HasSubstr("'precision'"))
        << text;
  }
}

TEST(RunPrecision, IsBfloat16BetweenRanksOnlyWhereSamplesAreSplit) {
  EXPECT_EQ(precision_of(Element::BF16, true), (NumericalPrecision{Element::BF16, Element::BF16}));
  EXPECT_EQ(precision_of(Element::BF16, false), (NumericalPrecision{Element::BF16, Element::F32}));
  EXPECT_EQ(precision_of(Element::F64, false), (NumericalPrecision{Element::F64, Element::F64}));
}

TEST(RunPrecision, IsNotedFromTheStepOnWhereItChangesAndItsLowestIsOfAllSteps) {
  const NumericalPrecision whole{}, half{Element::BF16, Element::F32}, split{Element::BF16, Element::BF16};
  std::vector<PrecisionSince> noted;
  note_precision(noted, 0, whole);
  note_precision(noted, 5, whole);
  EXPECT_EQ(noted, (std::vector<PrecisionSince>{{0, whole}}));
  note_precision(noted, 8, half);
  note_precision(noted, 8, split);  // no step was done in between
  note_precision(noted, 9, whole);
  EXPECT_EQ(noted, (std::vector<PrecisionSince>{{0, whole}, {8, split}, {9, whole}}));
  EXPECT_EQ(lowest(noted), split);
  note_precision(noted, 9, split);
  EXPECT_EQ(noted, (std::vector<PrecisionSince>{{0, whole}, {8, split}}));
}

TEST_F(RunCheckpoint, OfAnotherRunIsRefusedWithAllThatDiffers) {
  RunIdentity now = identity();
  now.configuration["model"]["dropout"] = 0.1;
  now.configuration["model"].erase("conv_size");
  now.configuration["train"] = {{"target_mae", 0.2}};
  now.global_batch = 16;
  now.data_set = "4567";
  EXPECT_THAT(
      message_of<InputError>(
          [&] { check_same_run(make_checkpoint(identity(), position()), "a.h5", now, false); }),
      AllOf(HasSubstr("model.dropout: 0.5 then, 0.1 now"), HasSubstr("model.conv_size: 16 then, absent now"),
            HasSubstr("train.target_mae: absent then, 0.2 now"),
            HasSubstr("global batch: 8 samples then, 16 now"), HasSubstr("0123 then, 4567 now"),
            HasSubstr("a.h5")));
  now = identity();
  now.seed = 8;
  EXPECT_THAT(message_of<InputError>(
                  [&] { check_same_run(make_checkpoint(identity(), position()), "a.h5", now, false); }),
              HasSubstr("seed: 7 then, 8 now"));
}

TEST_F(RunCheckpoint, OnOtherRanksMayChangeTheLastBits) {
  RunIdentity now = identity();
  const Checkpoint checkpoint = make_checkpoint(identity(), position());
  EXPECT_TRUE(differences_of_bits(checkpoint, "a.h5", now).empty());
  now.ranks = 4;
  EXPECT_THAT(differences_of_bits(checkpoint, "a.h5", now), testing::ElementsAre("ranks 2 then, 4 now"));
}

TEST_F(RunCheckpoint, ThatContradictsItselfIsRefused) {
  Checkpoint checkpoint = make_checkpoint(identity(), position());
  checkpoint.attributes["epoch"] = std::int64_t{3};
  EXPECT_THROW(position_of(checkpoint, "a.h5"), InputError);
  checkpoint = make_checkpoint(identity(), position());
  checkpoint.tensors.erase("history");
  EXPECT_THAT(message_of<InputError>([&] { position_of(checkpoint, "a.h5"); }),
              HasSubstr("lacks the data set 'history'"));
}

/// A small network's parameters with their optimizer, after one step.
template <class T>
struct Training {
  explicit Training(std::vector<ParameterSpec> specs)
      : parameters(std::move(specs), element_of<T>()), optimizer(parameters, 0.9, 0.0) {
    T next = 0.1F;
    for (int p = 0; p < parameters.count(); ++p)
      for (std::size_t i = 0; i < parameters.value<T>(p).size(); ++i) {
        parameters.value<T>(p)[i] = next;
        parameters.gradient<T>(p)[i] = next / 7;
        next += T(0.3);
      }
    optimizer.step(0.01, 0);
  }
  std::vector<std::byte> bytes() {
    const std::byte* momentum = optimizer.state().front().values;
    std::vector<std::byte> all(parameters.values(), parameters.values() + parameters.bytes());
    all.insert(all.end(), momentum, momentum + parameters.bytes());
    return all;
  }
  ParameterStore parameters;
  Sgd optimizer;
};

std::vector<ParameterSpec> two_parameters() {
  return {{.name = "dense/kernel", .dims = {3, 5}}, {.name = "dense/bias", .dims = {5}}};
}

template <class T>
void expect_round_trip() {
  Training<T> then(two_parameters()), now(two_parameters());
  Checkpoint checkpoint;
  add_tensors(then.parameters, then.optimizer, checkpoint);
  EXPECT_EQ(checkpoint.tensors.size(), 4U);
  EXPECT_EQ(checkpoint.tensors.at("parameter/dense/kernel").dims, (std::vector<std::int64_t>{3, 5}));
  EXPECT_TRUE(checkpoint.tensors.contains("optimizer/dense/bias/momentum"));
  now.optimizer.step(0.5, 1);
  ASSERT_NE(now.bytes(), then.bytes());
  load_tensors(checkpoint, "a.h5", now.parameters, now.optimizer);
  EXPECT_EQ(now.bytes(), then.bytes());
}

TEST(TrainingState, ComesBackToTheBitInBothElements) {
  expect_round_trip<float>();
  expect_round_trip<double>();
}

TEST(TrainingState, OfAnotherNetworkIsRefusedWithEachTensorAndChangesNothing) {
  Training<float> training(two_parameters());
  Checkpoint checkpoint;
  add_tensors(training.parameters, training.optimizer, checkpoint);
  checkpoint.tensors.erase("parameter/dense/bias");
  checkpoint.tensors["optimizer/dense/kernel/momentum"].dims = {5, 3};
  checkpoint.tensors["parameter/dense_1/bias"] = owning_tensor({1}, Element::F32, std::vector<std::byte>(4));
  const std::vector<std::byte> before = training.bytes();
  EXPECT_THAT(message_of<InputError>(
                  [&] { load_tensors(checkpoint, "a.h5", training.parameters, training.optimizer); }),
              AllOf(HasSubstr("parameter/dense/bias is missing"),
                    HasSubstr("optimizer/dense/kernel/momentum is float32 (5,3), expected float32 (3,5)"),
                    HasSubstr("parameter/dense_1/bias is no tensor of this network"), HasSubstr("a.h5")));
  EXPECT_EQ(training.bytes(), before);

  Training<double> other(two_parameters());
  EXPECT_THAT(
      message_of<InputError>([&] { load_tensors(checkpoint, "a.h5", other.parameters, other.optimizer); }),
      HasSubstr("is float32 (3,5), expected float64 (3,5)"));
}

}  // namespace
}  // namespace tessera
