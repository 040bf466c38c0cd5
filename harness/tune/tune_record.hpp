#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/tune/trials.hpp"
#include "harness/tune/tuning.hpp"

/// tune.json: how a search stands, from which the same search goes on.
namespace tessera {

inline constexpr const char* kTuneRecordName = "tune.json";

/// How far a search is.
struct SearchState {
  std::vector<Trial> trials;
  double seconds = 0;  // that were searched, over all calls
  bool finished = false;
};

nlohmann::json tune_record(const Tuning& tuning, const SearchState& state);

/// Takes over what the record in the output directory says of the trials, if there is one. Throws InputError
/// where it is of another search, or there are trials without a record.
void restore_record(const Tuning& tuning, SearchState& state);

}  // namespace tessera
