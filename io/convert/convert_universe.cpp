#include <algorithm>
#include <vector>

#include "io/convert/published_universe.hpp"
#include "io/convert/sample_file.hpp"
#include "io/convert/unit_converter.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

/// CosmoFlow's universes, cut into cubes that are numbered by depth, height, width. A unit is a row of cubes
/// along the width, of which a few planes at a time are in memory: whole rows of the file, each read once.
class UniverseConverter final : public UnitConverter {
 public:
  using UnitConverter::UnitConverter;

  void convert(const ConvertUnit& unit, const std::filesystem::path& destination,
               FilesInFlight& flights) override {
    const Hdf5File file(unit.source);
    const UniverseForm form = checked_form(file);
    const CosmoflowTarget target = read_universe_target(file);
    std::vector<SampleFile> cubes;
    for (std::int64_t cube = 0; cube < unit.count; ++cube) {
      cubes.emplace_back(destination, sample_name(unit, unit.first + cube), recipe_.compression);
      cubes.back().hdf5().create<std::int16_t>("x", recipe_.shape, recipe_.compression);
    }
    const std::int64_t a_slab = planes_at_a_time();
    for (std::int64_t plane = 0; plane < size(); plane += a_slab)
      write_planes(file, form, unit, {plane, std::min(size(), plane + a_slab)}, cubes);
    for (SampleFile& cube : cubes) {
      cube.add<float>("y", std::array<std::int64_t, 1>{kCosmoflowTargets}, target);
      cube.finish(flights);
    }
  }

 private:
  std::int64_t size() const { return recipe_.shape[0]; }
  std::int64_t channels() const { return recipe_.shape[3]; }

  UniverseForm checked_form(const Hdf5File& file) const {
    const UniverseForm form = universe_form(file);
    if (form.extent != recipe_.extent || form.channels != channels())
      throw InputError(
          fmt::format("a universe of {}^3 cells and {} channels, where the first has {}^3 and {}",
                      form.extent, form.channels, recipe_.extent, channels()),
          file.path().string(), "convert universes of one shape into one directory");
    return form;
  }

  // Whole chunks of the cubes, 16 MiB or less where a chunk's planes fit.
  std::int64_t planes_at_a_time() const {
    constexpr std::int64_t kBytes = std::int64_t{1} << 24;
    const std::int64_t chunk = chunk_slices(recipe_.shape, sizeof(std::int16_t));
    const std::int64_t chunk_bytes =
        chunk * size() * recipe_.extent * channels() * static_cast<std::int64_t>(sizeof(std::int16_t));
    return chunk * std::max<std::int64_t>(1, kBytes / chunk_bytes);
  }

  void write_planes(const Hdf5File& file, const UniverseForm& form, const ConvertUnit& unit, Interval planes,
                    std::vector<SampleFile>& cubes) {
    const std::int64_t along = recipe_.extent / size(), row = unit.first / along;
    const std::int64_t depth = row / along * size(), height = row % along * size();
    const Box strip{
        {depth + planes.begin, depth + planes.end}, {height, height + size()}, {0, recipe_.extent}};
    strip_.resize(static_cast<std::size_t>(strip.count() * channels()));
    read_universe_counts(file, form, strip, strip_);
    const std::int64_t line = size() * channels(), lines = planes.size() * size();
    cube_.resize(static_cast<std::size_t>(lines * line));
    for (std::int64_t cube = 0; cube < unit.count; ++cube) {
      for (std::int64_t i = 0; i < lines; ++i)
        std::copy_n(strip_.begin() + (i * along + cube) * line, line, cube_.begin() + i * line);
      const std::array<Interval, 4> block{planes, {0, size()}, {0, size()}, {0, channels()}};
      cubes[static_cast<std::size_t>(cube)].hdf5().write<std::int16_t>("x", block, cube_);
    }
  }

  std::vector<std::int16_t> strip_, cube_;
};

}  // namespace

std::unique_ptr<UnitConverter> make_universe_converter(const ConvertRecipe& recipe) {
  return std::make_unique<UniverseConverter>(recipe);
}

}  // namespace tessera
