#pragma once

#include <fmt/format.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "results/check/log_reader.hpp"
#include "results/log/log_value.hpp"

namespace tessera {

/// A record with all its entries, which a record alone doesn't keep.
struct WholeLog : RunRecord {
  std::vector<LogEntry> entries;
};

inline WholeLog read_whole(std::istream& in) {
  WholeLog log;
  static_cast<RunRecord&>(log) =
      read_log(in, "sample", [&](const LogEntry& entry) { log.entries.push_back(entry); });
  return log;
}

/// One line of a log made up for a test.
struct SampleLine {
  std::string key;
  nlohmann::json value;
  nlohmann::json metadata = nlohmann::json::object();
  double after_seconds = 1;  // time since the line above
};

/// A log as a list of lines that a test changes before it is written.
class SampleLog {
 public:
  SampleLog& add(std::string key, nlohmann::json value = nullptr,
                 nlohmann::json metadata = nlohmann::json::object()) {
    lines_.push_back({std::move(key), std::move(value), std::move(metadata)});
    return *this;
  }

  /// The first line of a key.
  SampleLine& line(const std::string& key) { return lines_[index(key)]; }
  void set(const std::string& key, nlohmann::json value) { line(key).value = std::move(value); }
  void erase(const std::string& key) {
    std::erase_if(lines_, [&](const SampleLine& line) { return line.key == key; });
  }
  void append_again(const std::string& key, nlohmann::json value) {
    SampleLine again = line(key);
    again.value = std::move(value);
    lines_.push_back(again);
  }
  /// Moves the first line of a key to just above the first one of another.
  void move_above(const std::string& key, const std::string& other) {
    const SampleLine moved = line(key);
    lines_.erase(lines_.begin() + index(key));
    lines_.insert(lines_.begin() + index(other), moved);
  }

  std::string text() const {
    std::string text;
    double time_ms = 1.6e12;
    for (const SampleLine& line : lines_) {
      time_ms += line.after_seconds * 1000;
      const nlohmann::json entry{{"namespace", ""}, {"time_ms", time_ms},  {"event_type", "POINT_IN_TIME"},
                                 {"key", line.key}, {"value", line.value}, {"metadata", line.metadata}};
      text += ":::MLLOG " + entry.dump() + "\n";
    }
    return text;
  }

  RunRecord record() const {
    std::istringstream in(text());
    return read_log(in, "sample");
  }

 private:
  std::ptrdiff_t index(const std::string& key) const {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      if (lines_[i].key == key) return static_cast<std::ptrdiff_t>(i);
    }
    throw std::logic_error("the test isn't testing what it claims to test: no line with key " + key);
  }

  std::vector<SampleLine> lines_;
};

/// The common keys up to the start of the run, and an epoch with its evaluation; compliant under every rule
/// set.
inline SampleLog common_log(const std::string& division, const std::string& benchmark,
                            const nlohmann::json& train_samples, const nlohmann::json& eval_samples) {
  SampleLog log;
  log.add("submission_org", "Example").add("submission_platform", "two nodes");
  log.add("submission_division", division).add("submission_status", "onprem");
  log.add("submission_benchmark", benchmark);
  log.add("cache_clear", true).add("init_start").add("number_of_nodes", 2).add("accelerators_per_node", 0);
  log.add("train_samples", train_samples).add("eval_samples", eval_samples).add("init_stop");
  log.add("run_start").add("staging_start").add("staging_stop");
  log.add("epoch_start", nullptr, {{"epoch_num", 1}}).add("epoch_stop", nullptr, {{"epoch_num", 1}});
  log.add("eval_start", nullptr, {{"epoch_num", 1}});
  return log;
}

inline SampleLog finished(SampleLog log) {
  log.add("eval_stop", nullptr, {{"epoch_num", 1}}).add("run_stop", nullptr, {{"status", "success"}});
  return log;
}

inline SampleLog cosmoflow_log(const std::string& division) {
  SampleLog log = common_log(division, "cosmoflow", 1024, 256);
  log.add("eval_error", 0.3, {{"epoch_num", 0}}).add("eval_error", 0.124, {{"epoch_num", 1}});
  log.add("global_batch_size", 4).add("opt_name", "sgd").add("opt_base_learning_rate", 0.001);
  log.add("opt_learning_rate_warmup_epochs", 4).add("opt_learning_rate_warmup_factor", 1);
  log.add("opt_learning_rate_decay_boundary_epochs", {32, 64})
      .add("opt_learning_rate_decay_factor", {0.25, 0.125});
  log.add("dropout", 0.5).add("opt_weight_decay", 0.0);
  log.add("gradient_accumulation_steps", 1).add("gradient_accumulation_frequency", 1);
  return finished(log);
}

inline SampleLog deepcam_log(const std::string& division) {
  SampleLog log = common_log(division, "deepcam", 121266, 15158);
  log.add("eval_accuracy", 0.7, {{"epoch_num", 0}}).add("eval_accuracy", 0.82, {{"epoch_num", 1}});
  log.add("seed", 7).add("global_batch_size", 2048).add("batchnorm_group_size", 1);
  log.add("gradient_accumulation_frequency", 1).add("opt_name", "LAMB").add("opt_lr", 0.0055);
  log.add("opt_betas", {0.9, 0.999}).add("opt_eps", 1e-6).add("opt_bias_correction", true);
  log.add("opt_grad_averaging", true).add("opt_max_grad_norm", 1.0).add("scheduler_type", "multistep");
  log.add("scheduler_milestones", {800}).add("scheduler_decay_rate", 0.1);
  log.add("scheduler_lr_warmup_steps", 400).add("scheduler_lr_warmup_factor", 1);
  return finished(log);
}

inline SampleLog oc20_log(const std::string& division) {
  SampleLog log = common_log(division, "oc20", 134000000, 999866);
  log.add("eval_error", 0.05, {{"epoch_num", 0.5}}).add("eval_error", 0.036, {{"epoch_num", 1}});
  log.add("global_batch_size", 256).add("opt_name", "AdamW").add("opt_base_learning_rate", 0.0004);
  log.add("opt_learning_rate_warmup_steps", 3908).add("opt_learning_rate_warmup_factor", 0.2);
  log.add("opt_learning_rate_decay_boundary_steps", {31268, 46902})
      .add("opt_learning_rate_decay_factor", 0.1);
  return finished(log);
}

inline SampleLog openfold_log(const std::string& division) {
  SampleLog log = common_log(division, "openfold", 594595, 180);
  log.add("eval_accuracy", 0.7, {{"epoch_num", 5120}}).add("eval_accuracy", 0.8, {{"epoch_num", 10240}});
  log.add("global_batch_size", 128).add("target_avg_lddt_ca_value", 0.8);
  log.add("train_max_pdb_release_date", "2021-09-16").add("val_min_cameo_submission_date", "2021-09-17");
  log.add("val_max_cameo_submission_date", "2021-12-11").add("val_max_sequence_length", 700);
  log.add("val_every_iters", 40).add("model_parameters_count", 93229082);
  log.add("init_checkpoint_sha256sum", "b518be4677048f2c0f94889c91e2da73655a73b825a8aa7f8b6f5e580d8ffbed");
  log.add("train_sequence_crop_size", 256).add("num_recycling_iters", 3).add("max_msa_clusters", 124);
  log.add("max_extra_msa", 1024).add("templates_enabled", true).add("max_templates", 4);
  log.add("fape_loss_weight", 1.0)
      .add("fape_loss_backbone_weight", 0.5)
      .add("fape_loss_sidechain_weight", 0.5);
  log.add("supervised_chi_loss_weight", 1.0).add("distogram_loss_weight", 0.3);
  log.add("masked_msa_loss_weight", 2.0).add("plddt_loss_weight", 0.01);
  log.add("opt_name", "Adam").add("opt_adam_beta_1", 0.9).add("opt_adam_beta_2", 0.999);
  log.add("opt_adam_epsilon", 1e-6).add("opt_weight_decay", 0.0).add("opt_amsgrad", false);
  log.add("opt_gradient_clipping", true).add("opt_gradient_clip_norm", 0.1);
  log.add("swa_enabled", true).add("swa_decay_rate", 0.9).add("opt_base_learning_rate", 0.001);
  log.add("opt_learning_rate_warmup_init", 1e-5).add("opt_learning_rate_warmup_steps", 0);
  log.add("initial_training_dataloader_type", "InitialTrainingDataloaderPT");
  return finished(log);
}

}  // namespace tessera
