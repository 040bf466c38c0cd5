#include "io/arrays/array_generator.hpp"

#include <cassert>
#include <cmath>
#include <functional>
#include <numeric>

#include "io/arrays/array_sample.hpp"
#include "io/files/checksum.hpp"
#include "io/generate/digits/digit.hpp"
#include "io/generate/images/picture.hpp"
#include "io/generate/spectra/patch.hpp"
#include "io/generate/spectra/reflectance.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

constexpr const char* kRecipe = "the recipe of a data set";
constexpr std::int64_t kMostBytesAFile = std::int64_t{1} << 30;

/// A pack: samples [first, end) of a subset.
struct PackOfSet {
  bool train;
  std::int64_t number, first, end;

  std::string file(const std::string& set) const { return GeneratedSample{train, number}.file(set.c_str()); }
};

std::int64_t packs_of(std::int64_t samples, const ArrayRecipe& recipe) {
  return (samples + recipe.samples_per_file - 1) / recipe.samples_per_file;
}

std::int64_t all_packs(const ArrayRecipe& recipe) {
  return packs_of(recipe.train, recipe) + packs_of(recipe.validation, recipe);
}

PackOfSet pack_of(const ArrayRecipe& recipe, std::int64_t index) {
  const auto [train, number] = generated_sample(packs_of(recipe.train, recipe), index);
  const std::int64_t first = number * recipe.samples_per_file;
  return {train, number, first,
          std::min(first + recipe.samples_per_file, train ? recipe.train : recipe.validation)};
}

std::int64_t elements_of(const ArrayRecipe& recipe) {
  return std::accumulate(recipe.shape.begin(), recipe.shape.end(), std::int64_t{1}, std::multiplies<>());
}

/// Draws the samples of a pack of elements T: draw(identity, x) returns the class.
template <class T>
FileToWrite make_pack(const std::filesystem::path& directory, const ArrayRecipe& recipe,
                      const PackOfSet& pack,
                      const std::function<std::int64_t(std::uint64_t, std::span<T>)>& draw,
                      PackSummary& summary) {
  const std::int64_t count = pack.end - pack.first;
  const auto elements = static_cast<std::size_t>(elements_of(recipe));
  std::vector<T> x(static_cast<std::size_t>(count) * elements);
  std::vector<std::int64_t> y;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::uint64_t identity = GeneratedSample{pack.train, pack.first + i}.identity();
    y.push_back(draw(identity, std::span(x).subspan(static_cast<std::size_t>(i) * elements, elements)));
    ++summary.samples[static_cast<std::size_t>(y.back())];
  }
  const auto channels = static_cast<std::size_t>(recipe.shape.size() < 3 ? 1 : recipe.shape.back());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto value = static_cast<double>(x[i]);
    summary.sum[i % channels] += value;
    summary.sum_of_squares[i % channels] += value * value;
  }
  Hdf5Image image;
  std::vector<std::int64_t> shape = recipe.shape;
  if (recipe.samples_per_file > 1) {
    image.set(kPackAttribute, count);
    shape.insert(shape.begin(), count);
  }
  image.add<T>("x", shape, x);
  image.add<std::int64_t>("y", std::array{count}, y);
  FileToWrite file{directory / pack.file(recipe.set), image.bytes()};
  summary.checksum = checksum(file.bytes);
  return file;
}

FileToWrite make_file(const std::filesystem::path& directory, const ArrayRecipe& recipe,
                      const PackOfSet& pack, PackSummary& summary) {
  const std::uint64_t seed = recipe.seed;
  const auto bytes = [&](const std::function<std::int64_t(std::uint64_t, std::span<std::uint8_t>)>& draw) {
    return make_pack<std::uint8_t>(directory, recipe, pack, draw, summary);
  };
  if (recipe.set == "digits")
    return bytes([&](std::uint64_t sample, auto x) { return write_digit(seed, sample, x); });
  if (recipe.set == "images")
    return bytes(
        [&](std::uint64_t sample, auto x) { return paint_picture(seed, sample, recipe.shape[0], x); });
  return make_pack<std::int16_t>(
      directory, recipe, pack,
      [&](std::uint64_t sample, auto x) { return draw_patch(seed, sample, recipe.shape[2], x); }, summary);
}

std::vector<std::string> classes_of(const ArrayRecipe& recipe) {
  const auto listed = [](std::int64_t count, const auto& name) {
    std::vector<std::string> names;
    for (std::int64_t number = 0; number < count; ++number) names.emplace_back(name(number));
    return names;
  };
  if (recipe.set == "digits")
    return listed(kDigits, [](std::int64_t digit) { return std::to_string(digit); });
  if (recipe.set == "images") return listed(kPictureClasses, picture_class);
  return listed(kLandCovers, land_cover_name);
}

/// Throws unless the number is one of [least, most].
void require_within(std::int64_t number, std::int64_t least, std::int64_t most, const char* what) {
  if (number < least || number > most)
    throw InputError(fmt::format("{} of {}", what, number), kRecipe,
                     fmt::format("choose from {} to {}", least, most));
}

}  // namespace

void check_recipe(const ArrayRecipe& recipe) {
  check_sample_counts(recipe.train, recipe.validation, kRecipe);
  if (recipe.set == "spectra") require_within(recipe.shape[2], 8, 512, "bands: a number");
  if (recipe.set == "images") require_within(recipe.shape[0], 16, 1024, "pictures of a size");
  if (recipe.samples_per_file < 1 || recipe.samples_per_file > kMostBytesAFile / (2 * elements_of(recipe)))
    throw InputError(fmt::format("{} samples a file", recipe.samples_per_file), kRecipe,
                     "choose at least 1, and not more than fill a gibibyte");
}

DirectoryState prepare_directory(const std::filesystem::path& directory, const ArrayRecipe& recipe) {
  check_recipe(recipe);
  return prepare_directory(directory, recipe_text(recipe));
}

std::vector<PackSummary> generate(const std::filesystem::path& directory, const ArrayRecipe& recipe, int part,
                                  int parts, const GenerateProgress& progress) {
  std::vector<PackSummary> summaries;
  const auto make = [&](std::int64_t index) {
    return make_file(directory, recipe, pack_of(recipe, index), summaries.emplace_back());
  };
  write_samples(part_of(all_packs(recipe), part, parts), make, progress);
  return summaries;
}

ArrayManifest finish_directory(const std::filesystem::path& directory, const ArrayRecipe& recipe,
                               std::span<const PackSummary> summaries) {
  assert(static_cast<std::int64_t>(summaries.size()) == all_packs(recipe));
  ArrayManifest manifest{TESSERA_VERSION, recipe, classes_of(recipe), {}, {}, {}, {}};
  PackSummary all;
  for (std::size_t i = 0; i < summaries.size(); ++i) {
    const PackOfSet pack = pack_of(recipe, static_cast<std::int64_t>(i));
    manifest.checksums[pack.file(recipe.set)] = checksum_text(summaries[i].checksum);
    for (std::size_t c = 0; pack.train && c < all.sum.size(); ++c) {
      all.sum[c] += summaries[i].sum[c];
      all.sum_of_squares[c] += summaries[i].sum_of_squares[c];
    }
    for (std::size_t k = 0; pack.train && k < all.samples.size(); ++k)
      all.samples[k] += summaries[i].samples[k];
  }
  const std::int64_t channels = recipe.shape.size() < 3 ? 1 : recipe.shape.back();
  const std::int64_t of_a_channel = recipe.train * elements_of(recipe) / channels;
  const auto values = static_cast<double>(of_a_channel);
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
    manifest.mean.push_back(all.sum[c] / values);
    manifest.deviation.push_back(
        std::sqrt(all.sum_of_squares[c] / values - manifest.mean.back() * manifest.mean.back()));
  }
  manifest.samples_by_class.assign(
      all.samples.begin(), all.samples.begin() + static_cast<std::ptrdiff_t>(manifest.classes.size()));
  complete_directory(directory, manifest_text(manifest));
  return manifest;
}

}  // namespace tessera
