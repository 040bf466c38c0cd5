#include "io/dataset/staged_copy.hpp"

#include <nlohmann/json.hpp>

#include "io/dataset/sample_share.hpp"
#include "io/files/json_text.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

constexpr int kFormat = 1;

Json pairs_of(std::span<const Interval> intervals) {
  Json pairs = Json::array();
  for (const Interval interval : intervals) pairs.push_back({interval.begin, interval.end});
  return pairs;
}

std::vector<Interval> intervals_of(const Json& pairs) {
  std::vector<Interval> intervals;
  for (const Json& pair : pairs) intervals.push_back({pair.at(0), pair.at(1)});
  return intervals;
}

Json json_of(const StagedSubset& subset) {
  return {{"here", pairs_of(subset.here)}, {"names", subset.names}};
}

StagedSubset subset_of(const Json& json) {
  return {json.at("names"), intervals_of(json.at("here"))};
}

StagedCopy copy_of(const Json& json) {
  StagedCopy copy{.source = json.at("source"),
                  .plan = staging_plan_named(json.at("plan")),
                  .complete = json.at("complete"),
                  .box = std::nullopt,
                  .train = subset_of(json.at("train")),
                  .validation = subset_of(json.at("validation"))};
  if (const Json& box = json.at("box"); !box.is_null()) {
    const std::vector<Interval> axes = intervals_of(box);
    copy.box = Box{axes.at(0), axes.at(1), axes.at(2)};
  }
  return copy;
}

std::string text_of_samples(std::span<const Interval> intervals) {
  std::string text;
  for (const Interval interval : intervals)
    text += fmt::format("{}{} to {}", text.empty() ? "" : ", ", interval.begin, interval.end - 1);
  return text;
}

void check_samples(const char* subset, std::span<const Interval> here, std::span<const Interval> drawn,
                   const fs::path& directory) {
  if (!contains(here, drawn))
    throw InputError(fmt::format("the staged copy holds the {} samples {}, and {} are drawn", subset,
                                 text_of_samples(here), text_of_samples(drawn)),
                     directory.string(),
                     "set data.shuffle to local where the plan was shard, with the ranks, nodes and numbers "
                     "of samples for which it was staged, or stage again by the plan replicate");
}

}  // namespace

// The path may hold any bytes, JSON may not: so it is compared as it is written.
void write_staged_copy(const fs::path& directory, const StagedCopy& copy) {
  const Json json{{"format", kFormat},
                  {"source", copy.source},
                  {"plan", to_string(copy.plan)},
                  {"complete", copy.complete},
                  {"box", copy.box ? pairs_of(copy.box->axes()) : Json()},
                  {"train", json_of(copy.train)},
                  {"validation", json_of(copy.validation)}};
  write_whole_file(directory / kStagingRecordName,
                   json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n");
}

std::optional<StagedCopy> read_staged_copy(const fs::path& directory) {
  const fs::path file = directory / kStagingRecordName;
  if (!fs::exists(file)) return std::nullopt;
  const std::string text = read_whole_file(file);
  constexpr const char* kFix = "remove the copy with tessera stage --clean and stage again";
  try {
    const Json json = parse_json(text);
    if (json.at("format") != kFormat)
      throw InputError("the record of a staged copy has another format", file.string(), kFix);
    return copy_of(json);
  } catch (const nlohmann::json::exception& error) {
    throw InputError(fmt::format("this is not the record of a staged copy ({})", error.what()), file.string(),
                     kFix);
  }
}

void check_staged_copy(const fs::path& directory, const DrawnSamples& samples, const Box& box) {
  const std::optional<StagedCopy> copy = read_staged_copy(directory);
  if (!copy) return;
  if (!copy->complete)
    throw InputError("the copy staged here is not complete", directory.string(),
                     "stage again: what is missing is copied");
  if (copy->box && !copy->box->contains(box))
    throw InputError(fmt::format("the staged copy holds the box {} of each sample, and {} is read",
                                 to_string(*copy->box), to_string(box)),
                     directory.string(),
                     "give the split and the ranks for which it was staged, or stage again");
  check_samples("training", copy->train.here, samples.train, directory);
  check_samples("validation", copy->validation.here, samples.validation, directory);
}

}  // namespace tessera
