#pragma once

#include <memory>
#include <span>
#include <string>

#include "io/convert/conversion.hpp"
#include "io/convert/files_in_flight.hpp"
#include "io/hdf5/hdf5.hpp"

namespace tessera {

/// One sample of a conversion while it is written; it appears whole or not at all.
class SampleFile {
 public:
  /// DESTINATION/NAME. Throws as PartialFile.
  SampleFile(const std::filesystem::path& destination, std::string name, Hdf5Compression compression)
      : name_(std::move(name)),
        compression_(compression),
        file_(std::make_unique<PartialFile>(destination / name_)),
        hdf5_(std::make_unique<Hdf5PartialFile>(*file_, 0)) {}

  /// Adds an array, compressed as the conversion's samples are.
  template <class T>
  void add(const std::string& array, std::span<const std::int64_t> shape, std::span<const T> values) {
    hdf5_->create<T>(array, shape, compression_);
    std::vector<Interval> all;
    for (const std::int64_t extent : shape) all.push_back({0, extent});
    hdf5_->write<T>(array, all, values);
  }
  Hdf5Writer& hdf5() { return *hdf5_; }
  Hdf5Compression compression() const { return compression_; }

  /// Completes it and sends it on its way.
  void finish(FilesInFlight& flights) {
    hdf5_->close();
    hdf5_.reset();
    flights.add(name_, std::move(file_));
  }

 private:
  std::string name_;
  Hdf5Compression compression_;
  std::unique_ptr<PartialFile> file_;
  std::unique_ptr<Hdf5PartialFile> hdf5_;  // goes before the file that it fills
};

}  // namespace tessera
