#include "results/study/study.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "models/base/error.hpp"

namespace tessera {
namespace {

Study sample_study() {
  StudyMeasurement measured{
      .step_seconds = {0.5, 0.25},
      .ranks = {{.step = 0.5, .compute = 0.25, .exposed_exchange = 0.125}, {}},
      .ideal_step_seconds = 0.375,
      .nodes = 2,
      .training_flop_a_sample = 1e9,
      .peak_memory_bytes = {1000, 2000},
      .joules_a_step = 3.5,
      .solution = StudyMeasurement::Solution{.seconds = 60, .epochs = 9, .reached = true}};
  Study study;
  study.benchmark = "cosmoflow";
  study.element = "float32";
  study.system = "two cores";
  study.peak_flop_a_core = 1e11;
  study.points.resize(2);
  study.points[0].layout = {
      .mode = StudyMode::WeakVolume, .ranks = 2, .depth = 2, .global_batch = 4, .extents = {16, 8, 8}};
  study.points[0].name = "weak_volume-2x1";
  study.points[0].measurement = measured;
  study.points[1].name = "strong-1";
  study.points[1].failure = "exit code 3";
  return study;
}

TEST(Study, ComesBackFromItsJson) {
  const Study study = sample_study();
  EXPECT_EQ(study_of_json(nlohmann::json::parse(to_json(study).dump()), "study.json"), study);
}

TEST(Study, OfAnotherShapeIsRefusedByTheKeyThatIsMissing) {
  nlohmann::json changed = to_json(sample_study());
  changed["points"][0]["layout"].erase("ranks");
  try {
    study_of_json(changed, "study.json");
    FAIL() << "was read";
  } catch (const InputError& e) {
    EXPECT_NE(std::string(e.what()).find("'ranks'"), std::string::npos) << e.what();
  }
}

TEST(Study, WithNumbersThatCannotBeDividedByIsRefused) {
  const nlohmann::json study = to_json(sample_study());
  for (const auto& [where, value] : std::vector<std::pair<const char*, nlohmann::json>>{
           {"/points/0/layout/ranks", 0},
           {"/points/0/layout/ranks", 3},  // of two parts a sample
           {"/points/0/layout/split/width", 0},
           {"/points/0/layout/extents/1", 0},
           {"/points/0/layout/global_batch", -4},
           {"/points/0/measurement/step_seconds", nlohmann::json::array()},
           {"/points/0/measurement/step_seconds/0", 0.0}}) {
    nlohmann::json changed = study;
    changed[nlohmann::json::json_pointer(where)] = value;
    EXPECT_THROW(study_of_json(changed, "study.json"), InputError) << where << ' ' << value;
  }
}

TEST(Study, OfAnUnknownModeIsRefused) {
  nlohmann::json changed = to_json(sample_study());
  changed["points"][0]["layout"]["mode"] = "sideways";
  EXPECT_THROW(study_of_json(changed, "study.json"), InputError);
}

}  // namespace
}  // namespace tessera
