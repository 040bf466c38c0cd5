#pragma once

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "io/convert/conversion.hpp"

/// How far a conversion is, as its directory tells: complete with manifest.json, which lists its units; else
/// with unfinished.json, the recipe, and journals, in which each process notes what it has done.
namespace tessera {

struct ConversionState {
  bool complete = false;                       // nothing was under way when it was last left
  std::map<std::string, ConvertedUnit> units;  // done by all calls, by name
};

/// What is in DIR; nothing where that is empty or missing. Throws InputError where DIR holds something else,
/// or a conversion by another recipe.
ConversionState read_conversion(const std::filesystem::path& directory, const ConvertRecipe& recipe);

/// Whether all samples of the unit are in DIR as they were written.
bool is_sound(const std::filesystem::path& directory, const ConvertedUnit& unit);

/// Makes DIR ready to go on from `state`, on one process; what was left half-written is removed, and in an
/// unfinished conversion the samples that `state` doesn't know.
void begin_conversion(const std::filesystem::path& directory, const ConvertRecipe& recipe,
                      const ConversionState& state);

/// What one process has done, noted in DIR as it goes.
class ConversionJournal {
 public:
  ConversionJournal(const std::filesystem::path& directory, int rank);
  /// Throws MachineError where it can't be written.
  void note(const ConvertedUnit& unit);

 private:
  std::filesystem::path path_;
  std::ofstream file_;
};

/// A unit as one line of JSON, and back; throws nlohmann's exceptions.
std::string to_line(const ConvertedUnit& unit);
ConvertedUnit unit_of_line(const std::string& line);

/// Writes the manifest of these units and of `others` (name in DIR -> checksum), which makes the data set
/// complete, on one process.
void complete_conversion(const std::filesystem::path& directory, const ConvertRecipe& recipe,
                         const std::map<std::string, ConvertedUnit>& units,
                         const std::map<std::string, std::string>& others);

/// What the manifest of a converted data set says, for people and programs.
struct ConvertManifest {
  std::string version;
  std::string recipe;  // as JSON
  std::map<std::string, std::string> checksums;
};
ConvertManifest read_convert_manifest(const std::filesystem::path& directory);

}  // namespace tessera
