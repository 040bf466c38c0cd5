#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "io/dataset/data_form.hpp"
#include "io/hdf5/hdf5.hpp"

/// The vocabulary of `tessera convert`: a conversion makes a data set of one sample a file, or of packs,
/// DIR/train/*.hdf5 and DIR/validation/*.hdf5, of published files, in pieces of work that ranks share.
namespace tessera {

/// The forms in which data sets were published.
enum class SourceForm {
  TfRecord,  // CosmoFlow's TFRecords
  Universe,  // CosmoFlow's HDF5 universes, to be cut into cubes
  Samples,   // HDF5 samples, which are in the form to be
  Idx        // images and labels, as of MNIST
};

/// How a published set in the form IDX departs from MNIST.
struct IdxConvention {
  bool transposed = false;       // images are stored column by column
  std::int64_t first_label = 0;  // the number of the first class
  friend bool operator==(const IdxConvention&, const IdxConvention&) = default;
};

/// What a conversion makes of all its sources; the same in every call that adds to a data set.
struct ConvertRecipe {
  SourceForm form = SourceForm::TfRecord;
  std::vector<std::int64_t>
      shape;                // of a sample's array: D H W C of universes, as the form has it, H W of images
  std::int64_t extent = 0;  // of universes: cells an axis before they are cut
  Hdf5Compression compression = Hdf5Compression::None;
  bool generated = false;             // the source comes of a generator, and what is made of it does
  const DataForm* samples = nullptr;  // the form of Samples
  std::int64_t pack = 0;              // samples a file, of images; 0: one, and no pack
  IdxConvention idx{};                // of images
  friend bool operator==(const ConvertRecipe&, const ConvertRecipe&) = default;
};

/// "CosmoFlow TFRecords" and so on: what the sources are, for people.
std::string sources_of(const ConvertRecipe& recipe);

/// The names of --compression: "none", "fast", "gzip".
std::string to_string(Hdf5Compression compression);
Hdf5Compression compression_named(const std::string& name);  // throws InputError

/// One piece of work: a source file, or a run of the samples in it.
struct ConvertUnit {
  std::filesystem::path source;
  std::string subset;         // "train" or "validation"
  std::string stem;           // of the samples' names
  std::int64_t first = 0;     // number of its first sample within the source
  std::int64_t count = 0;     // of samples; 0: as many as the source holds, to be seen
  std::uint64_t work = 0;     // bytes of the source that it takes
  std::uint64_t bytes = 0;    // of the source file
  std::int64_t modified = 0;  // when it was, in nanoseconds since some epoch

  /// Tells it from all others of a conversion: "train/NAME", of a run with its first sample
  /// "train/NAME[1000]".
  std::string name() const;
};

/// A unit that is done: what its source was then, and its samples' checksums.
struct ConvertedUnit {
  std::string name;
  std::uint64_t bytes = 0;
  std::int64_t modified = 0;
  std::map<std::string, std::string> checksums;  // "train/STEM_000012.hdf5" -> XXH3 64, hexadecimal
};

/// "train/STEM.hdf5", the name of the sample of a source that has one; "train/STEM_000012.hdf5" of one of
/// several.
std::string sample_name(const ConvertUnit& unit);
std::string sample_name(const ConvertUnit& unit, std::int64_t number);

}  // namespace tessera
