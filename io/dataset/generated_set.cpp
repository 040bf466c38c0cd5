#include "io/dataset/generated_set.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <vector>

#include "io/dataset/sample_files.hpp"
#include "io/files/checksum.hpp"
#include "io/files/json_text.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

// Samples made before they are written together.
constexpr std::size_t kFilesAtATime = 64, kBytesAtATime = std::size_t{128} << 20;

void make_directory(const fs::path& directory) {
  try {
    fs::create_directories(directory);
  } catch (const fs::filesystem_error& error) {
    throw InputError("cannot make a directory: " + error.code().message(), directory.string(),
                     "name a directory that may be written");
  }
}

}  // namespace

Json parse_manifest(const std::string& text,
                    const std::function<void(const std::string& name, const std::string& checksum)>& take) {
  std::string member, name;
  const auto visit = [&](int depth, Json::parse_event_t event, const Json& parsed) {
    if (event == Json::parse_event_t::key && depth <= 2)
      (depth == 1 ? member : name) = parsed.get<std::string>();
    const bool of_checksums = depth == 2 && member == "checksums";
    if (event == Json::parse_event_t::value && of_checksums) take(name, parsed.get<std::string>());
    return !of_checksums || event != Json::parse_event_t::key;
  };
  return Json::parse(text, visit);
}

Json manifest_entry(const fs::path& directory, const char* key) {
  const fs::path path = directory / kManifestName;
  const std::string text = read_whole_file(path);
  // Of the rest nothing is kept: a search in Json passes over all keys, which checksums have many of.
  const auto keep = [key](int depth, Json::parse_event_t event, const Json& parsed) {
    return depth != 1 || event != Json::parse_event_t::key || parsed == key;
  };
  try {
    return Json::parse(text, keep).at(key);
  } catch (const nlohmann::json::exception& error) {
    throw InputError(fmt::format("this is not the manifest of a generated data set ({})", error.what()),
                     path.string(), "generate the data set again, in another directory");
  }
}

std::string GeneratedSample::file(const char* stem) const {
  return fmt::format("{}/{}_{:06d}.hdf5", train ? kTrain : kValidation, stem, number);
}

GeneratedSample generated_sample(std::int64_t train, std::int64_t sample) {
  return sample < train ? GeneratedSample{true, sample} : GeneratedSample{false, sample - train};
}

void check_sample_counts(std::int64_t train, std::int64_t validation, const char* where) {
  constexpr std::int64_t kMost = 1000000;  // each is bounded before the sum, which could overflow
  if (train < 1 || train > kMost || validation < 1 || validation > kMost || train + validation > kMost)
    throw InputError(fmt::format("{} training and {} validation samples", train, validation), where,
                     "ask for at least one of each and no more than a million");
}

std::unique_ptr<DirectoryLock> lock_to_generate(const fs::path& directory, JobHasEnded job_has_ended) {
  if (fs::exists(directory / kManifestName)) return nullptr;
  make_directory(directory);
  return std::make_unique<DirectoryLock>(
      directory, LockOptions{.what = "the directory to generate into",
                             .fix = "wait for that process, or name another directory",
                             .job_has_ended = std::move(job_has_ended)});
}

DirectoryState prepare_directory(const fs::path& directory, const std::string& recipe) {
  const fs::path unfinished = directory / kUnfinishedName;
  const auto refuse = [&directory](const char* problem) {
    throw InputError(problem, directory.string(), "name a new or empty directory, or empty this one");
  };
  if (fs::exists(directory / kManifestName)) {
    if (text_of(manifest_entry(directory, "recipe")) + "\n" == recipe) return DirectoryState::Complete;
    refuse("the directory holds a data set made by another recipe");
  }
  if (fs::exists(unfinished)) {
    if (read_whole_file(unfinished) != recipe)
      refuse("the directory holds an unfinished data set of another recipe");
  } else if (fs::exists(directory) && !is_empty_but_for_lock(directory)) {
    refuse("the directory holds other files");
  }
  make_directory(directory / kTrain);
  make_directory(directory / kValidation);
  write_whole_file(unfinished, recipe);
  return DirectoryState::ToGenerate;
}

void write_samples(Interval samples, const std::function<FileToWrite(std::int64_t sample)>& make,
                   const GenerateProgress& progress) {
  std::vector<FileToWrite> files;
  for (std::int64_t sample = samples.begin; sample < samples.end; ++sample) {
    files.push_back(make(sample));
    if (progress) progress(sample + 1 - samples.begin, samples.size());
    if (files.size() * files.back().bytes.size() < kBytesAtATime && files.size() < kFilesAtATime &&
        sample + 1 < samples.end)
      continue;
    write_whole_files(files);
    files.clear();
  }
}

std::string generator_of(const fs::path& directory) {
  const Json generator = manifest_entry(directory, "generator");
  return generator.is_string() ? generator.get<std::string>() : "";
}

void read_checksums(const fs::path& directory,
                    const std::function<void(const std::string& name, std::uint64_t checksum)>& take) {
  const fs::path path = directory / kManifestName;
  if (!fs::exists(path)) return;
  const std::string text = read_whole_file(path);
  try {
    parse_manifest(text, [&](const std::string& name, const std::string& checksum) {
      take(name_of_json(name), checksum_of_text(checksum));
    });
  } catch (const std::exception& error) {
    throw InputError(fmt::format("the manifest of a data set can't be understood ({})", error.what()),
                     path.string(), "copy or generate the data set again");
  }
}

void complete_directory(const fs::path& directory, const std::string& manifest) {
  write_whole_file(directory / kManifestName, manifest);
  fs::remove(directory / kUnfinishedName);
}

}  // namespace tessera
