#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "io/dataset/staging_plan.hpp"
#include "models/base/box.hpp"

/// The record of a staged copy, DIR/staging.json: of what it is a copy, and which part of that is here.
namespace tessera {

inline constexpr const char* kStagingRecordName = "staging.json";

struct StagedSubset {
  std::vector<std::string> names;  // of all samples of the source, in order: they keep their numbers
  std::vector<Interval> here;      // which of them are in the copy
  friend bool operator==(const StagedSubset&, const StagedSubset&) = default;
};

struct StagedCopy {
  std::string source;  // its path, absolute and without links
  StagingPlan plan = StagingPlan::Replicate;
  bool complete = false;   // false while it is made
  std::optional<Box> box;  // of each sample, where the copy holds no more; its shape is that of the arrays
  StagedSubset train, validation;
  friend bool operator==(const StagedCopy&, const StagedCopy&) = default;
};

void write_staged_copy(const std::filesystem::path& directory, const StagedCopy& copy);
/// nullopt where the directory has no record. Throws InputError where it can't be understood.
std::optional<StagedCopy> read_staged_copy(const std::filesystem::path& directory);

/// Throws InputError unless the data set there, if it is a staged copy, is complete and holds this box of
/// these samples.
void check_staged_copy(const std::filesystem::path& directory, const DrawnSamples& samples, const Box& box);

}  // namespace tessera
