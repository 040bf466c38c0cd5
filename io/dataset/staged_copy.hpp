#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "io/dataset/sample_names.hpp"
#include "io/dataset/staging_plan.hpp"
#include "models/base/box.hpp"

/// The record of a staged copy, DIR/staging.json: of what it is a copy, and which part of that is here.
namespace tessera {

inline constexpr const char* kStagingRecordName = "staging.json";

struct StagedSubset {
  SampleNames names;           // of all samples of the source, in order: they keep their numbers
  std::vector<Interval> here;  // which of them are in the copy
  friend bool operator==(const StagedSubset&, const StagedSubset&) = default;
};

struct StagedCopy {
  std::string source;  // its path, absolute and without links; what isn't UTF-8 in it replaced
  StagingPlan plan = StagingPlan::Replicate;
  bool complete = false;   // false while it is made
  std::optional<Box> box;  // of each sample, where the copy holds no more; its shape is that of the arrays
  StagedSubset train, validation;
  friend bool operator==(const StagedCopy&, const StagedCopy&) = default;
};

/// The record's text, and what one says, which `where` has. The latter throws InputError where it can't be
/// understood.
std::string record_of(const StagedCopy& copy);
StagedCopy staged_copy_of(const std::string& record, const std::filesystem::path& where);

/// Throws InputError where a sample's name isn't UTF-8, as JSON has to be.
void write_staged_copy(const std::filesystem::path& directory, const StagedCopy& copy);
/// nullopt where the directory has no record. Throws InputError where it can't be understood.
std::optional<StagedCopy> read_staged_copy(const std::filesystem::path& directory);

/// Throws InputError unless the copy, which is in `directory`, is complete and holds this box of these
/// samples.
void check_holds(const StagedCopy& copy, const std::filesystem::path& directory, const DrawnSamples& samples,
                 const Box& box);

}  // namespace tessera
