#include "io/dataset/staged_copy.hpp"

#include <nlohmann/json.hpp>

#include "io/dataset/sample_files.hpp"
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
  Json names = Json::array();
  for (std::int64_t i = 0; i < subset.names.size(); ++i) names.push_back(name_in_json(subset.names[i]));
  return {{"here", pairs_of(subset.here)}, {"names", std::move(names)}};
}

/// Parses a record but for its names, which go where they are kept, one by one: of public data sets they
/// would fill more than a hundred megabytes of Json.
Json parse_but_for_names(const std::string& record, SampleNames& train, SampleNames& validation) {
  std::string subset, member;
  const auto keep = [&](int depth, Json::parse_event_t event, const Json& parsed) {
    if (event == Json::parse_event_t::key && depth == 1) subset = parsed.get<std::string>();
    if (event == Json::parse_event_t::key && depth == 2) member = parsed.get<std::string>();
    if (event != Json::parse_event_t::value || depth != 3 || member != "names" || !parsed.is_string())
      return true;
    const std::string name = name_of_json(parsed.get_ref<const std::string&>());
    const bool can_be_a_file = name.find('\0') == std::string::npos;
    if (can_be_a_file) (subset == kTrain ? train : validation).add(name);
    return !can_be_a_file;
  };
  return Json::parse(record, keep);
}

StagedSubset subset_of(const Json& json, SampleNames names) {
  return {std::move(names), intervals_of(json.at("here"))};
}

StagedCopy copy_of(const Json& json, SampleNames train, SampleNames validation) {
  StagedCopy copy{.source = name_of_json(json.at("source").get_ref<const std::string&>()),
                  .plan = staging_plan_named(json.at("plan")),
                  .complete = json.at("complete"),
                  .box = std::nullopt,
                  .train = subset_of(json.at("train"), std::move(train)),
                  .validation = subset_of(json.at("validation"), std::move(validation))};
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

std::string record_of(const StagedCopy& copy) {
  const Json json{{"format", kFormat},
                  {"source", name_in_json(copy.source)},
                  {"plan", to_string(copy.plan)},
                  {"complete", copy.complete},
                  {"box", copy.box ? pairs_of(copy.box->axes()) : Json()},
                  {"train", json_of(copy.train)},
                  {"validation", json_of(copy.validation)}};
  return json.dump(1) + "\n";
}

StagedCopy staged_copy_of(const std::string& record, const fs::path& where) {
  constexpr const char* kFix = "remove the copy with tessera stage --clean and stage again";
  try {
    SampleNames train, validation;
    const Json json = parse_but_for_names(record, train, validation);
    if (json.at("format") != kFormat)
      throw InputError("the record of a staged copy has another format", where.string(), kFix);
    for (const char* subset : {kTrain, kValidation})
      if (const Json& left = json.at(subset).at("names"); !left.is_array() || !left.empty())
        throw InputError("the record of a staged copy holds an invalid file name", where.string(), kFix);
    return copy_of(json, std::move(train), std::move(validation));
  } catch (const nlohmann::json::exception& error) {
    throw InputError(fmt::format("this is not the record of a staged copy ({})", error.what()),
                     where.string(), kFix);
  }
}

void write_staged_copy(const fs::path& directory, const StagedCopy& copy) {
  write_whole_file(directory / kStagingRecordName, record_of(copy));
}

std::optional<StagedCopy> read_staged_copy(const fs::path& directory) {
  const fs::path file = directory / kStagingRecordName;
  if (!fs::exists(file)) return std::nullopt;
  return staged_copy_of(read_whole_file(file), file);
}

void check_holds(const StagedCopy& copy, const fs::path& directory, const DrawnSamples& samples,
                 const Box& box) {
  if (!copy.complete)
    throw InputError("the copy staged here is not complete", directory.string(),
                     "stage again: what is missing is copied");
  if (copy.box && !copy.box->contains(box))
    throw InputError(fmt::format("the staged copy holds the box {} of each sample, and {} is read",
                                 to_string(*copy.box), to_string(box)),
                     directory.string(),
                     "give the split and the ranks for which it was staged, or stage again");
  check_samples("training", copy.train.here, samples.train, directory);
  check_samples("validation", copy.validation.here, samples.validation, directory);
}

}  // namespace tessera
