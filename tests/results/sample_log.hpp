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

}  // namespace tessera
