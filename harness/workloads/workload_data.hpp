#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "harness/workloads/data_share.hpp"
#include "io/dataset/data_listing.hpp"
#include "io/dataset/dataset.hpp"

namespace tessera {

/// What a benchmark trains on.
class WorkloadData {
 public:
  virtual ~WorkloadData() = default;

  /// Whether a process reads the same box of a sample in every epoch, however samples are split.
  virtual bool keeps_boxes() const = 0;
  /// Of an element of a sample's input as the files hold it.
  virtual std::int64_t stored_bytes_an_element() const { return sizeof(float); }
  /// Whether the data are files, to be listed first; see broadcast_listing().
  virtual bool in_files() const { return true; }
  /// Whether a file may hold many samples, see io/arrays/array_sample.hpp: then a folder may have fewer files
  /// than samples.
  virtual bool reads_packs() const { return false; }
  /// Takes the data set, opening no sample; before the two calls that follow. It may be called again, for a
  /// copy of the same set. Throws InputError where the set doesn't fit the configuration, or is a staged copy
  /// without what is to be read.
  virtual void open_data(DataListing listing, const DataShare& share) = 0;
  virtual const Dataset& training() const = 0;
  virtual const Dataset& validation() const = 0;
  virtual std::string target_name() const = 0;  // what the network is to answer: "cosmology"
  virtual std::int64_t target_channels() const = 0;
  /// How many classes there are, where each number of the target names one; 0 where they are values.
  virtual std::int64_t target_classes() const { return 0; }
  /// The axes that preprocessing leaves alone because samples are split along them, such as "DH", or "none":
  /// runs that differ in them train on other samples.
  virtual std::string kept_axes() const = 0;
};

}  // namespace tessera
