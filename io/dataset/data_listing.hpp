#pragma once

#include <filesystem>
#include <string>

#include "io/dataset/sample_files.hpp"
#include "io/dataset/staging_plan.hpp"
#include "models/base/box.hpp"

namespace tessera {

/// What is to be known of a data set before a sample is opened. Where samples are many, finding it out asks
/// much of a file system: one process of a node does, and sends it to the others as the texts that it is made
/// of.
struct DataListing {
  std::filesystem::path directory;
  SampleNames train, validation;
  std::string staging_record;     // of a staged copy, without names; of another data set empty
  std::string manifest = "null";  // the JSON of manifest_head()
};

/// Lists DIR/train and DIR/validation. In a staged copy samples keep the numbers they had in the source, and
/// not all of their files need be here. Throws InputError where there is no such directory, it can't be
/// listed, the data set is unfinished or the record of a staged copy can't be understood.
DataListing list_data(const std::filesystem::path& directory);

/// Throws InputError unless the data set, if it is a staged copy, is complete and holds this box of these
/// samples.
void check_staged_copy(const DataListing& listing, const DrawnSamples& samples, const Box& box);

/// Which files a run reads that draws these of so many samples: a file each, or, where a subset has fewer
/// files than samples, so that these are packed, all of its files.
DrawnSamples drawn_files(const DataListing& listing, DrawnSamples samples, std::int64_t train,
                         std::int64_t validation);

/// The files of the folder kTrain or kValidation, whose names are moved out of the listing.
SampleFiles take_files(DataListing& listing, const std::string& folder);

}  // namespace tessera
