#include "io/dataset/data_listing.hpp"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "io/dataset/data_origin.hpp"
#include "io/dataset/generated_set.hpp"
#include "io/dataset/staged_copy.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

// The first N of an unfinished set would be others than those of the whole.
void check_finished(const fs::path& directory) {
  std::error_code error;
  if (fs::exists(directory / kUnfinishedName, error) && !fs::exists(directory / kManifestName, error))
    throw InputError("the data set is unfinished", directory.string(),
                     "repeat the tessera generate or tessera convert that writes it");
}

}  // namespace

DataListing list_data(const fs::path& directory) {
  check_finished(directory);
  DataListing listing;
  listing.directory = directory;
  if (std::optional<StagedCopy> copy = read_staged_copy(directory)) {
    listing.train = std::exchange(copy->train.names, {});
    listing.validation = std::exchange(copy->validation.names, {});
    listing.staging_record = record_of(*copy);
  } else {
    listing.train = list_samples(directory / kTrain);
    listing.validation = list_samples(directory / kValidation);
  }
  listing.manifest = text_of(manifest_head(directory));
  return listing;
}

void check_staged_copy(const DataListing& listing, const DrawnSamples& samples, const Box& box) {
  if (listing.staging_record.empty()) return;
  const fs::path where = listing.directory / kStagingRecordName;
  check_holds(staged_copy_of(listing.staging_record, where), listing.directory, samples, box);
}

DrawnSamples drawn_files(const DataListing& listing, DrawnSamples samples, std::int64_t train,
                         std::int64_t validation) {
  if (listing.train.size() < train) samples.train = {{0, listing.train.size()}};
  if (listing.validation.size() < validation) samples.validation = {{0, listing.validation.size()}};
  return samples;
}

SampleFiles take_files(DataListing& listing, const std::string& folder) {
  SampleFiles files{listing.directory / folder,
                    std::exchange(folder == kTrain ? listing.train : listing.validation, {})};
  if (!listing.staging_record.empty())
    files.box = staged_copy_of(listing.staging_record, listing.directory / kStagingRecordName).box;
  return files;
}

}  // namespace tessera
