#include "results/check/run_rules.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <span>

#include "results/sample_log.hpp"

namespace tessera {
namespace {

using nlohmann::json;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::array kRounds{Round::V1_0, Round::V2_0, Round::V3_0};

/// "rule key" of each finding.
std::vector<std::string> names(const std::vector<Finding>& findings) {
  std::vector<std::string> list;
  for (const Finding& f : findings) list.push_back(f.rule + " " + f.key);
  return list;
}

/// A change to a compliant log and the one finding that must come of it; "" if none may.
struct Mutation {
  std::string finding;
  std::function<void(SampleLog&)> apply;
};

void expect_each(const SampleLog& compliant, const std::vector<Mutation>& mutations,
                 std::span<const Round> rounds = kRounds) {
  for (std::size_t i = 0; i < mutations.size(); ++i) {
    SampleLog log = compliant;
    mutations[i].apply(log);
    for (const Round round : rounds) {
      SCOPED_TRACE(fmt::format("mutation {} ({}), round {}", i, mutations[i].finding, name_of(round)));
      const auto found = names(check(log.record(), round).findings);
      if (mutations[i].finding.empty()) {
        EXPECT_THAT(found, IsEmpty());
      } else {
        EXPECT_THAT(found, ElementsAre(mutations[i].finding));
      }
    }
  }
}

Mutation value(const std::string& key, json value, bool allowed = false) {
  return {allowed ? "" : "bad-value " + key, [=](SampleLog& log) { log.set(key, value); }};
}
Mutation allowed(const std::string& key, json of) {
  return value(key, std::move(of), true);
}
Mutation without(const std::string& key, bool allowed = false) {
  return {allowed ? "" : "missing-key " + key, [=](SampleLog& log) { log.erase(key); }};
}
Mutation above(const std::string& finding, const std::string& key, const std::string& other) {
  return {finding, [=](SampleLog& log) { log.move_above(key, other); }};
}
Mutation without_metadata(const std::string& key) {
  return {"missing-metadata " + key, [=](SampleLog& log) { log.line(key).metadata = json::object(); }};
}
Mutation repeated(const std::string& key, json of) {
  return {"repeated-key " + key, [=](SampleLog& log) { log.append_again(key, of); }};
}

const std::vector<Mutation>& common_mutations() {
  static const std::vector<Mutation> mutations{
      without("submission_org"),
      value("submission_org", ""),
      allowed("submission_org", 7),
      without("submission_platform"),
      value("submission_platform", ""),
      without("submission_status"),
      value("submission_status", "cloudy"),
      value("submission_status", 1),
      allowed("submission_status", "preview"),
      allowed("submission_status", "research"),
      without("train_samples"),
      without("eval_samples"),
      without("cache_clear"),
      {"", [](SampleLog& log) { log.append_again("cache_clear", false); }},
      without("run_stop"),
      without_metadata("run_stop"),
      without("epoch_start"),
      without("epoch_stop"),
      without("eval_start"),
      without("eval_stop"),
      without_metadata("epoch_start"),
      without_metadata("epoch_stop"),
      without_metadata("eval_start"),
      without_metadata("eval_stop"),
      {"missing-metadata eval_stop", [](SampleLog& log) { log.line("eval_stop").metadata = nullptr; }},
      above("wrong-order run_stop", "run_stop", "run_start"),
      above("wrong-order staging_stop", "staging_stop", "staging_start"),
      without("staging_stop", true),
      {"",
       [](SampleLog& log) {
         log.erase("staging_stop");
         log.erase("staging_start");
       }},
      repeated("submission_org", "Other"),
      repeated("run_stop", 1),
      repeated("train_samples", "1"),
      {"slow-init init_stop", [](SampleLog& log) { log.line("init_stop").after_seconds = 1800; }},
      {"slow-init init_stop",
       [](SampleLog& log) {
         log.line("init_start").after_seconds = -1e9;
         log.move_above("init_start", "cache_clear");
         log.line("cache_clear").after_seconds = 1e9;
       }},
      {"", [](SampleLog& log) { log.line("init_stop").after_seconds = 1790; }},
      {"", [](SampleLog& log) { log.line("run_start").after_seconds = 1e6; }},
      {"",
       [](SampleLog& log) {
         log.add("tracked_stats", {{"throughput", 3}}).add("eval_accuracy", 0.1);
       }},
      {"",
       [](SampleLog& log) {
         log.add("epoch_start", nullptr, {{"epoch_num", 0}});
       }},
  };
  return mutations;
}

TEST(RunRules, AcceptACompliantLogOfEitherBenchmarkInEitherDivision) {
  for (const Round round : kRounds) {
    for (const SampleLog& log :
         {cosmoflow_log("closed"), cosmoflow_log("open"), deepcam_log("closed"), deepcam_log("open")}) {
      const Verdict verdict = check(log.record(), round);
      EXPECT_THAT(names(verdict.findings), IsEmpty());
      EXPECT_THAT(names(verdict.warnings), IsEmpty());
    }
  }
}

TEST(RunRules, HoldTheCommonRulesInTheClosedDivision) {
  expect_each(cosmoflow_log("closed"), common_mutations());
}

TEST(RunRules, HoldTheCommonRulesInTheOpenDivision) {
  expect_each(cosmoflow_log("open"), common_mutations());
}

TEST(RunRules, NameTheFileTheLineTheExpectedAndTheFound) {
  SampleLog log = cosmoflow_log("closed");
  log.set("submission_status", "cloudy");
  const Finding expected{"bad-value", "sample", "submission_status", 4, "cloud, onprem, preview or research",
                         "\"cloudy\""};
  EXPECT_THAT(check(log.record(), Round::V3_0).findings, ElementsAre(expected));
}

TEST(RunRules, HoldTheOrderOfInitialisationAndRun) {
  SampleLog late = cosmoflow_log("closed");
  late.move_above("init_start", "run_start");
  EXPECT_THAT(names(check(late.record(), Round::V3_0).findings),
              ElementsAre("wrong-order init_stop", "wrong-order init_start"));
  SampleLog again = cosmoflow_log("closed");
  again.append_again("init_start", nullptr);
  EXPECT_THAT(names(check(again.record(), Round::V3_0).findings),
              ElementsAre("wrong-order init_start", "wrong-order init_start"));
  SampleLog swapped = cosmoflow_log("closed");
  swapped.move_above("run_start", "init_stop");
  EXPECT_THAT(names(check(swapped.record(), Round::V3_0).findings),
              ElementsAre("wrong-order run_start", "wrong-order init_stop"));
}

TEST(RunRules, CountOneFindingForManyLinesThatBreakOneRule) {
  SampleLog log = cosmoflow_log("closed");
  for (int i = 0; i < 2048; ++i) log.add("epoch_stop");
  const auto findings = check(log.record(), Round::V3_0).findings;
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_THAT(findings[0].found, testing::HasSubstr("2047 more"));
}

TEST(RunRules, LetStagingStandOutsideTheRunFromRound3OnOnly) {
  const std::vector<Mutation> before{above("wrong-order staging_start", "staging_start", "run_start")};
  expect_each(cosmoflow_log("closed"), before, std::span(kRounds).first(2));
  expect_each(cosmoflow_log("closed"), {above("", "staging_start", "run_start")}, std::span(kRounds).last(1));
}

TEST(RunRules, KnowOpenFoldFromRound3OnOnly) {
  const SampleLog log = openfold_log("closed");
  for (const Round round : {Round::V1_0, Round::V2_0})
    EXPECT_THAT(names(check(log.record(), round).findings), ElementsAre("bad-value submission_benchmark"));
  const Verdict verdict = check(log.record(), Round::V3_0);
  EXPECT_TRUE(verdict.compliant());
  EXPECT_THAT(names(verdict.warnings), IsEmpty());
}

TEST(RunRules, AskOfClosedOC20WhatItsRulesSay) {
  std::vector<Mutation> mutations{{"", [](SampleLog&) {}},
                                  allowed("opt_learning_rate_warmup_steps", 0),
                                  allowed("opt_learning_rate_decay_boundary_steps", "any"),
                                  value("global_batch_size", 0),
                                  value("opt_name", "Adam"),
                                  value("opt_name", "adamw"),
                                  value("opt_base_learning_rate", -1e-9),
                                  value("opt_learning_rate_warmup_steps", -1),
                                  value("opt_learning_rate_warmup_factor", "0.2"),
                                  {"target-missed eval_error",
                                   [](SampleLog& log) {
                                     log.erase("eval_error");
                                     log.add("eval_error", 0.0361, {{"epoch_num", 1}});
                                     log.add("eval_error", 0.0, {{"epoch_num", 2}});
                                   }},
                                  {"missing-key eval_error", [](SampleLog& log) { log.erase("eval_error"); }},
                                  without_metadata("eval_error")};
  for (const char* key : {"global_batch_size", "opt_name", "opt_base_learning_rate",
                          "opt_learning_rate_warmup_steps", "opt_learning_rate_warmup_factor",
                          "opt_learning_rate_decay_boundary_steps", "opt_learning_rate_decay_factor"}) {
    mutations.push_back(without(key));
    mutations.push_back({fmt::format("repeated-key {}", key), [key](SampleLog& log) {
                           log.append_again(key, key == std::string("opt_name") ? json("AdamW ") : json(7.5));
                         }});
  }
  mutations.erase(std::ranges::find(mutations, "repeated-key opt_name", &Mutation::finding));
  expect_each(oc20_log("closed"), mutations);
}

TEST(RunRules, AskOfClosedOpenFoldThatEachValueIsTheOneOfTheRules) {
  const std::array exact{"target_avg_lddt_ca_value",
                         "train_max_pdb_release_date",
                         "val_min_cameo_submission_date",
                         "val_max_cameo_submission_date",
                         "val_max_sequence_length",
                         "val_every_iters",
                         "train_samples",
                         "eval_samples",
                         "model_parameters_count",
                         "init_checkpoint_sha256sum",
                         "train_sequence_crop_size",
                         "num_recycling_iters",
                         "max_msa_clusters",
                         "max_extra_msa",
                         "templates_enabled",
                         "max_templates",
                         "fape_loss_weight",
                         "fape_loss_backbone_weight",
                         "fape_loss_sidechain_weight",
                         "supervised_chi_loss_weight",
                         "distogram_loss_weight",
                         "masked_msa_loss_weight",
                         "plddt_loss_weight",
                         "opt_name",
                         "opt_adam_beta_1",
                         "opt_adam_beta_2",
                         "opt_adam_epsilon",
                         "opt_weight_decay",
                         "opt_amsgrad",
                         "opt_gradient_clipping",
                         "opt_gradient_clip_norm",
                         "swa_enabled",
                         "swa_decay_rate",
                         "initial_training_dataloader_type"};
  std::vector<Mutation> mutations;
  for (const char* key : exact) {
    mutations.push_back(without(key));
    mutations.push_back(value(key, "0.75"));
    mutations.push_back(value(key, 0.8000000001));
    mutations.push_back(value(key, json::array({0.8})));
  }
  expect_each(openfold_log("closed"), mutations, std::span(kRounds).last(1));
}

TEST(RunRules, AskOfOpenFoldItsTargetAndTakeNumbersAsPythonDoes) {
  expect_each(openfold_log("closed"),
              {{"", [](SampleLog&) {}},
               allowed("templates_enabled", 1),
               allowed("opt_amsgrad", 0.0),
               allowed("opt_weight_decay", false),
               allowed("max_templates", 4.0),
               allowed("initial_training_dataloader_type", "InitialTrainingDataloaderPQ"),
               value("global_batch_size", 0),
               value("opt_base_learning_rate", -0.1),
               value("opt_learning_rate_warmup_init", -0.1),
               value("opt_learning_rate_warmup_steps", "0"),
               without("global_batch_size"),
               without("opt_learning_rate_warmup_init"),
               without("opt_learning_rate_warmup_steps"),
               without("opt_base_learning_rate"),
               without_metadata("eval_accuracy"),
               {"missing-key eval_accuracy", [](SampleLog& log) { log.erase("eval_accuracy"); }},
               {"target-missed eval_accuracy",
                [](SampleLog& log) {
                  log.erase("eval_accuracy");
                  log.add("eval_accuracy", 0.79999, {{"epoch_num", 1}});
                  log.add("eval_accuracy", 1.01, {{"epoch_num", 1}});
                }}},
              std::span(kRounds).last(1));
}

TEST(RunRules, AskOfTheOpenDivisionTheTargetAlone) {
  for (const auto& make : {oc20_log, openfold_log}) {
    SampleLog log = make("open");
    log.set("opt_name", "other");
    log.erase("opt_base_learning_rate");
    EXPECT_TRUE(check(log.record(), Round::V3_0).compliant());
    for (const char* key : {"eval_error", "eval_accuracy"}) log.erase(key);
    log.add("eval_error", 0.037, {{"epoch_num", 1}}).add("eval_accuracy", 0.79, {{"epoch_num", 1}});
    EXPECT_THAT(check(log.record(), Round::V3_0).findings,
                ElementsAre(testing::Field(&Finding::rule, "target-missed")));
  }
}

// Targets of benchmarks with one metric are their own.
TEST(RunRules, DontTakeTheTargetOfAnotherBenchmark) {
  SampleLog log = oc20_log("closed");
  log.erase("eval_error");
  log.add("eval_error", 0.1, {{"epoch_num", 1}});
  EXPECT_THAT(names(check(log.record(), Round::V3_0).findings), ElementsAre("target-missed eval_error"));
}

TEST(RunRules, TakeBlocksInPlaceOfEpochsAndEvaluations) {
  SampleLog log = cosmoflow_log("closed");
  for (const char* key : {"epoch_start", "epoch_stop", "eval_start", "eval_stop"}) log.erase(key);
  log.add("block_start", nullptr, {{"first_epoch_num", 1}, {"epoch_count", 2}});
  log.add("block_stop", nullptr, {{"first_epoch_num", 1}});
  expect_each(log, {{"", [](SampleLog&) {}},
                    without_metadata("block_stop"),
                    {"bad-metadata block_start",
                     [](SampleLog& l) { l.line("block_start").metadata["epoch_count"] = 0; }},
                    {"bad-metadata block_start",
                     [](SampleLog& l) { l.line("block_start").metadata["epoch_count"] = "2"; }},
                    {"missing-metadata block_start",
                     [](SampleLog& l) { l.line("block_start").metadata.erase("first_epoch_num"); }},
                    above("wrong-order block_start", "block_start", "run_start")});
}

TEST(RunRules, WarnOnlyOfAKeyRepeatedWithAnEqualValue) {
  SampleLog log = cosmoflow_log("closed");
  log.append_again("global_batch_size", 4.0);
  log.append_again("run_stop", nullptr);
  log.append_again("opt_learning_rate_decay_factor", {0.25, 0.125});
  const Verdict verdict = check(log.record(), Round::V3_0);
  EXPECT_THAT(names(verdict.findings), IsEmpty());
  EXPECT_THAT(names(verdict.warnings),
              testing::UnorderedElementsAre("repeated-key global_batch_size", "repeated-key run_stop",
                                            "repeated-key opt_learning_rate_decay_factor"));
}

// That they differ is held against them all the same.
TEST(RunRules, JudgeTheValueOfSubmissionKeysAtFirstSightOnly) {
  SampleLog log = cosmoflow_log("closed");
  log.append_again("submission_status", "cloudy");
  EXPECT_THAT(names(check(log.record(), Round::V3_0).findings),
              ElementsAre("repeated-key submission_status"));
  SampleLog other = cosmoflow_log("closed");
  other.append_again("global_batch_size", 0);
  EXPECT_THAT(names(check(other.record(), Round::V3_0).findings),
              ElementsAre("repeated-key global_batch_size", "bad-value global_batch_size"));
}

TEST(RunRules, TakeTheDivisionAndBenchmarkNamedFirst) {
  SampleLog log = cosmoflow_log("open");
  log.append_again("submission_division", "closed");
  log.append_again("submission_benchmark", "deepcam");
  log.erase("opt_name");
  EXPECT_THAT(
      names(check(log.record(), Round::V3_0).findings),
      testing::UnorderedElementsAre("repeated-key submission_division", "repeated-key submission_benchmark"));
}

TEST(RunRules, DontJudgeTheEventType) {
  std::string text = cosmoflow_log("closed").text();
  const std::string point = "POINT_IN_TIME", start = "INTERVAL_START";
  for (std::size_t at = text.find(point); at != std::string::npos; at = text.find(point)) {
    text.replace(at, point.size(), start);
  }
  std::istringstream in(text);
  EXPECT_THAT(names(check(read_log(in, "sample"), Round::V3_0).findings), IsEmpty());
}

TEST(RunRules, DontMindEvaluationsThatAreNotFiniteBesideOneThatReachedTheTarget) {
  for (const std::string word : {"NaN", "Infinity", "-Infinity", "1e400"}) {
    const auto found_in = [&](const SampleLog& log) {
      std::string text = log.text();
      const std::string placeholder = "\"here\"";
      text.replace(text.find(placeholder), placeholder.size(), word);
      std::istringstream in(text);
      return names(check(read_log(in, "sample"), Round::V3_0).findings);
    };
    SampleLog log = cosmoflow_log("closed");
    log.set("eval_error", "here");
    EXPECT_THAT(found_in(log), IsEmpty()) << word;
    log.erase("eval_error");
    log.add("eval_error", "here", {{"epoch_num", 1}});
    EXPECT_THAT(found_in(log), ElementsAre("target-missed eval_error")) << word;
  }
}

TEST(RunRules, CountInitialisationFromTheEarliestOfItsStarts) {
  SampleLog log = cosmoflow_log("closed");
  log.line("init_stop").after_seconds = 1700;
  const auto found_with_second_start_at = [&](const std::string& time_ms) {
    std::string text = log.text();
    text.insert(
        text.find('\n', text.find("\"init_start\"")) + 1,
        R"(:::MLLOG {"key": "init_start", "value": null, "metadata": {}, "time_ms": )" + time_ms + "}\n");
    std::istringstream in(text);
    return names(check(read_log(in, "sample"), Round::V3_0).findings);
  };
  EXPECT_THAT(found_with_second_start_at("1600000000000"), IsEmpty());
  EXPECT_THAT(found_with_second_start_at("1599999800000"), ElementsAre("slow-init init_stop"));
  EXPECT_THAT(found_with_second_start_at("NaN"), IsEmpty());
}

TEST(RunRules, KnowTheEntriesOfManyRanksAndOfTimesOutOfOrder) {
  SampleLog log = cosmoflow_log("closed");
  for (int rank = 0; rank < 2048; ++rank) {
    log.append_again("init_start", nullptr);
    log.append_again("epoch_start", nullptr);
  }
  SampleLog in_place = cosmoflow_log("closed");
  in_place.line("run_start").after_seconds = -5000;
  in_place.line("run_stop").after_seconds = -1e6;
  EXPECT_THAT(names(check(in_place.record(), Round::V3_0).findings), IsEmpty());
  EXPECT_THAT(names(check(log.record(), Round::V3_0).findings),
              ElementsAre("wrong-order init_start", "wrong-order init_start"));
}

TEST(RunRules, HoldTheClosedRulesOfCosmoFlow) {
  std::vector<Mutation> mutations{allowed("eval_samples", 0),
                                  value("eval_samples", ""),
                                  value("train_samples", ""),
                                  value("number_of_nodes", 0),
                                  value("number_of_nodes", "2"),
                                  value("number_of_nodes", nullptr),
                                  value("number_of_nodes", json::array({1})),
                                  allowed("number_of_nodes", 0.5),
                                  allowed("number_of_nodes", true),
                                  value("accelerators_per_node", -1),
                                  value("accelerators_per_node", "none"),
                                  value("gradient_accumulation_steps", 0),
                                  value("gradient_accumulation_frequency", -1),
                                  without("gradient_accumulation_steps", true),
                                  without("gradient_accumulation_frequency", true),
                                  value("global_batch_size", 0),
                                  value("global_batch_size", "4"),
                                  value("opt_name", "Sgd"),
                                  allowed("opt_name", "SGD"),
                                  value("opt_name", "adam"),
                                  value("opt_base_learning_rate", -1e-9),
                                  allowed("opt_base_learning_rate", 0),
                                  value("opt_learning_rate_warmup_epochs", -1),
                                  allowed("opt_learning_rate_warmup_epochs", 0),
                                  value("opt_learning_rate_warmup_factor", json::object()),
                                  allowed("opt_learning_rate_warmup_factor", 0.0),
                                  allowed("opt_learning_rate_decay_boundary_epochs", nullptr),
                                  allowed("opt_learning_rate_decay_factor", "0.25"),
                                  value("dropout", 1.0),
                                  value("dropout", -0.1),
                                  value("dropout", nullptr),
                                  allowed("dropout", 0),
                                  without("dropout", true),
                                  value("opt_weight_decay", -1),
                                  without("opt_weight_decay", true)};
  for (const char* key :
       {"number_of_nodes", "accelerators_per_node", "global_batch_size", "opt_name", "opt_base_learning_rate",
        "opt_learning_rate_warmup_epochs", "opt_learning_rate_warmup_factor",
        "opt_learning_rate_decay_boundary_epochs", "opt_learning_rate_decay_factor"}) {
    mutations.push_back(without(key));
    mutations.push_back({"", [=](SampleLog& log) { log.append_again(key, log.line(key).value); }});
  }
  mutations.push_back(repeated("opt_learning_rate_decay_factor", 0.25));
  mutations.push_back(repeated("number_of_nodes", 3));
  expect_each(cosmoflow_log("closed"), mutations);
}

TEST(RunRules, AskOfTheOpenDivisionOnlyTheCommonKeysAndTheTarget) {
  SampleLog log = cosmoflow_log("open");
  for (const char* key :
       {"number_of_nodes", "accelerators_per_node", "global_batch_size", "opt_name", "dropout"}) {
    log.erase(key);
  }
  log.set("opt_base_learning_rate", "fast");
  EXPECT_THAT(names(check(log.record(), Round::V3_0).findings), IsEmpty());
}

std::vector<Mutation> target_mutations(const std::string& key, const json& best, const json& too_good,
                                       const json& short_of) {
  const auto all = [key](json value) {
    return [=](SampleLog& log) {
      const json metadata = log.line(key).metadata;
      log.erase(key);
      log.add(key, value, metadata);
    };
  };
  return {{"", all(best)},
          {"target-missed " + key, all(short_of)},
          {"target-missed " + key, all(too_good)},
          {"bad-value " + key, [key](SampleLog& log) { log.set(key, "low"); }},
          {"bad-value " + key, [key](SampleLog& log) { log.set(key, nullptr); }},
          without(key),
          without_metadata(key)};
}

TEST(RunRules, RejectARunThatMissedTheTargetThoughItSaysSuccess) {
  for (const char* division : {"closed", "open"}) {
    expect_each(cosmoflow_log(division), target_mutations("eval_error", 1e-9, 0.0, 0.12400001));
    expect_each(deepcam_log(division), target_mutations("eval_accuracy", 1.0, 1.01, 0.8199));
  }
}

TEST(RunRules, HoldTheClosedRulesOfDeepCam) {
  std::vector<Mutation> mutations{value("train_samples", 121265),
                                  value("eval_samples", "15158"),
                                  value("seed", 0),
                                  value("batchnorm_group_size", 0),
                                  value("gradient_accumulation_frequency", 0),
                                  value("global_batch_size", 0),
                                  value("opt_lr", 0),
                                  value("opt_betas", json::array({0.9})),
                                  value("opt_betas", 0.9),
                                  value("opt_eps", 1e-8),
                                  allowed("opt_eps", 1.0000000005e-6),
                                  value("opt_eps", "1e-6"),
                                  value("opt_bias_correction", false),
                                  allowed("opt_bias_correction", "true"),
                                  allowed("opt_bias_correction", 2),
                                  value("opt_bias_correction", ""),
                                  value("opt_bias_correction", nullptr),
                                  allowed("opt_bias_correction", 1.0),
                                  allowed("train_samples", 121266.0),
                                  allowed("global_batch_size", 2048.5),
                                  allowed("seed", true),
                                  value("seed", "7"),
                                  value("seed", nullptr),
                                  value("opt_betas", json::array({"0.9", 0.999})),
                                  value("opt_betas", json::array({0.9, 0.99, 0.999})),
                                  allowed("opt_betas", json::array({0, 2})),
                                  value("opt_lr", std::numeric_limits<double>::quiet_NaN()),
                                  allowed("scheduler_lr_warmup_steps", 0),
                                  allowed("scheduler_decay_rate", -1),
                                  allowed("scheduler_milestones", json::array()),
                                  value("opt_grad_averaging", 0),
                                  value("opt_max_grad_norm", 2),
                                  value("scheduler_milestones", 800),
                                  value("scheduler_decay_rate", 1.5),
                                  value("scheduler_decay_rate", nullptr),
                                  value("scheduler_lr_warmup_steps", -1),
                                  value("scheduler_lr_warmup_factor", 0.5),
                                  value("scheduler_type", "linear"),
                                  value("opt_name", "SGD"),
                                  allowed("opt_name", "AdamW")};
  for (const char* key :
       {"seed", "global_batch_size", "batchnorm_group_size", "gradient_accumulation_frequency", "opt_name",
        "opt_lr", "opt_betas", "opt_eps", "opt_bias_correction", "opt_grad_averaging", "opt_max_grad_norm",
        "scheduler_type", "scheduler_milestones", "scheduler_decay_rate", "scheduler_lr_warmup_steps",
        "scheduler_lr_warmup_factor", "train_samples", "eval_samples"}) {
    mutations.push_back(without(key));
  }
  expect_each(deepcam_log("closed"), mutations);
}

TEST(RunRules, HoldTheRulesOfTheSchedulerThatTheLogNames) {
  SampleLog log = deepcam_log("closed");
  log.set("scheduler_type", "cosine_annealing");
  log.erase("scheduler_milestones");
  log.add("scheduler_t_max", 1000).add("scheduler_eta_min", 0.0);
  expect_each(log, {{"", [](SampleLog&) {}},
                    without("scheduler_t_max"),
                    value("scheduler_t_max", 0.5),
                    without("scheduler_eta_min"),
                    value("scheduler_eta_min", -0.1)});
}

TEST(RunRules, RejectAnUnknownDivisionOrBenchmarkWithOneFinding) {
  for (const char* division : {"closed", "open"}) {
    expect_each(cosmoflow_log(division),
                {value("submission_division", "half-open"), without("submission_division"),
                 value("submission_benchmark", "resnet"), without("submission_benchmark"),
                 value("submission_benchmark", json::array({"cosmoflow"}))});
  }
}

TEST(RunRules, JudgeAnOpenLogByTheClosedRulesWhenAsked) {
  const SampleLog open = cosmoflow_log("open");
  EXPECT_THAT(names(check(open.record(), Round::V3_0, Division::Closed).findings), IsEmpty());
  SampleLog lacking = open;
  lacking.erase("number_of_nodes");
  EXPECT_THAT(names(check(lacking.record(), Round::V3_0).findings), IsEmpty());
  EXPECT_THAT(names(check(lacking.record(), Round::V3_0, Division::Closed).findings),
              ElementsAre("missing-key number_of_nodes"));
}

TEST(RunRules, HoldEachMalformedLineAgainstTheLog) {
  std::istringstream in(cosmoflow_log("closed").text() + ":::MLLOG {\n:::MLLOG []\n");
  const auto findings = check(read_log(in, "sample"), Round::V3_0).findings;
  EXPECT_THAT(names(findings), ElementsAre("malformed-line ", "malformed-line "));
}

TEST(RunRules, SayOfALogWithoutEntriesJustThat) {
  EXPECT_THAT(names(check(SampleLog().record(), Round::V3_0).findings), ElementsAre("no-entries "));
}

/// A log of a network that is none of the benchmarks.
SampleLog own_log(json target, const std::string& metric, json value) {
  SampleLog log = common_log("open", "digits-cnn", 60000, 10000);
  log.add("target", std::move(target)).add(metric, std::move(value), {{"epoch_num", 1}});
  return finished(log);
}

std::vector<std::string> own_findings(const SampleLog& log) {
  return names(check_own(log.record(), Round::V3_0).findings);
}

TEST(OwnNetworks, PassWhereTheLoggedTargetIsReached) {
  EXPECT_THAT(own_findings(own_log(0.985, "eval_accuracy", 0.985)), IsEmpty());
  EXPECT_THAT(own_findings(own_log(">= 0.985", "eval_accuracy", 0.99)), IsEmpty());
  EXPECT_THAT(own_findings(own_log("<=0.02", "eval_error", 0.01)), IsEmpty());
  EXPECT_THAT(own_findings(own_log(0.02, "eval_error", 0.02)), IsEmpty());
  EXPECT_THAT(own_findings(own_log("<= 0.3", "eval_accuracy", 0.2)), IsEmpty());
}

TEST(OwnNetworks, FailWhereItIsMissed) {
  EXPECT_THAT(own_findings(own_log(0.985, "eval_accuracy", 0.9849)),
              ElementsAre("target-missed eval_accuracy"));
  EXPECT_THAT(own_findings(own_log("<= 0.02", "eval_error", 0.03)), ElementsAre("target-missed eval_error"));
  EXPECT_THAT(own_findings(own_log(0.5, "eval_accuracy", "high")),
              ElementsAre("bad-value eval_accuracy", "target-missed eval_accuracy"));
  EXPECT_THAT(own_findings(own_log(">= 0.5", "eval_loss", 0.1)), ElementsAre("missing-key eval_accuracy"));
}

TEST(OwnNetworks, FailWhereTheTargetCannotBeTold) {
  EXPECT_THAT(own_findings(own_log("much", "eval_accuracy", 0.9)), ElementsAre("bad-value target"));
  EXPECT_THAT(own_findings(own_log("> 0.5", "eval_accuracy", 0.9)), ElementsAre("bad-value target"));
  SampleLog log = own_log(0.5, "eval_accuracy", 0.9);
  log.add("eval_error", 0.1, {{"epoch_num", 1}});
  EXPECT_THAT(own_findings(log), ElementsAre("missing-metadata target"));
  log.line("target").metadata = {{"metric", "eval_error"}};
  EXPECT_THAT(own_findings(log), IsEmpty());
  log.erase("target");
  EXPECT_THAT(own_findings(log), ElementsAre("missing-key target"));
}

TEST(OwnNetworks, MustKeepToTheCommonRules) {
  SampleLog log = own_log(0.5, "eval_accuracy", 0.9);
  log.erase("cache_clear");
  log.set("submission_status", "here");
  log.set("submission_benchmark", "");
  EXPECT_THAT(own_findings(log),
              testing::UnorderedElementsAre("missing-key cache_clear", "bad-value submission_status",
                                            "bad-value submission_benchmark"));
}

}  // namespace
}  // namespace tessera
