#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "harness/tune/tune_record.hpp"

/// What a search says to people, and what it leaves for them.
namespace tessera {

inline constexpr const char* kBestName = "best.yaml";
inline constexpr const char* kTunePageName = "tune.html";

/// "lr_schedule.lr 0.0123, model.conv_size 16"
std::string values_text(const Trial& trial);
/// What will be trained: trials, brackets and epochs.
std::string plan_text(const Tuning& tuning);
/// The trials of a rung, the best first.
std::string rung_text(const Tuning& tuning, const std::vector<Trial>& trials,
                      const std::vector<std::size_t>& ranked, std::int64_t epochs);
/// A table of all trials, the best first, and where the best configuration is.
std::string results_text(const Tuning& tuning, const SearchState& state);

/// The configuration of a trial with its seed, as YAML to train.
std::string yaml_of(const Tuning& tuning, const Trial& trial);
/// Writes best.yaml, where there is a best trial, and tune.html.
void write_results(const Tuning& tuning, const SearchState& state);

}  // namespace tessera
