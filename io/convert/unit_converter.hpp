#pragma once

#include <filesystem>
#include <memory>

#include "io/convert/conversion.hpp"
#include "io/convert/files_in_flight.hpp"

namespace tessera {

/// Makes samples of published files of one form.
class UnitConverter {
 public:
  explicit UnitConverter(ConvertRecipe recipe) : recipe_(std::move(recipe)) {}
  UnitConverter(const UnitConverter&) = delete;
  UnitConverter& operator=(const UnitConverter&) = delete;
  virtual ~UnitConverter() = default;

  /// Writes the unit's samples below `destination`, where the folders of subsets stand. Units of one source
  /// are best converted in order. Throws InputError, naming file and record or sample, where the source is
  /// damaged, is none of this form or of another shape; MachineError as the disk fails.
  virtual void convert(const ConvertUnit& unit, const std::filesystem::path& destination,
                       FilesInFlight& flights) = 0;

 protected:
  const ConvertRecipe recipe_;
};

std::unique_ptr<UnitConverter> make_converter(const ConvertRecipe& recipe);

/// One for each form.
std::unique_ptr<UnitConverter> make_tfrecord_converter(const ConvertRecipe& recipe);
std::unique_ptr<UnitConverter> make_universe_converter(const ConvertRecipe& recipe);
std::unique_ptr<UnitConverter> make_sample_converter(const ConvertRecipe& recipe);
std::unique_ptr<UnitConverter> make_idx_converter(const ConvertRecipe& recipe);

}  // namespace tessera
