#include "io/convert/conversion_plan.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>

#include "io/convert/cosmoflow_record.hpp"
#include "io/convert/idx.hpp"
#include "io/convert/published_universe.hpp"
#include "io/dataset/data_origin.hpp"
#include "io/dataset/sample_files.hpp"
#include "io/files/json_text.hpp"
#include "io/forms/data_forms.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

ConvertUnit whole_file(const SourceFile& file) {
  return {.source = file.path,
          .subset = file.subset,
          .stem = stem_of(file.path),
          .work = file.bytes,
          .bytes = file.bytes,
          .modified = file.modified};
}

void plan_tfrecords(const ConvertOptions& options, const std::vector<SourceFile>& files,
                    ConversionPlan& plan) {
  plan.recipe = {SourceForm::TfRecord, shape_of_records(files.front().path, options.shape), 0,
                 options.compression};
  for (const SourceFile& file : files) plan.units.push_back(whole_file(file));
}

void plan_universes(const ConvertOptions& options, const Hdf5File& first,
                    const std::vector<SourceFile>& files, ConversionPlan& plan) {
  const UniverseForm form = universe_form(first);
  check_universe(first);
  const std::int64_t size = options.size;
  if (form.extent % size != 0)
    throw InputError(
        fmt::format("universes of {0}^3 cells can't be cut into cubes of {1}^3", form.extent, size),
        first.path().string(),
        fmt::format("give --size as one of {}", fmt::join(divisors_of(form.extent), ", ")));
  plan.recipe = {SourceForm::Universe, {size, size, size, form.channels}, form.extent, options.compression};
  const std::int64_t along = form.extent / size;
  for (const SourceFile& file : files)
    for (std::int64_t row = 0; row < along * along; ++row) {
      ConvertUnit unit = whole_file(file);
      unit.first = row * along;
      unit.count = along;
      unit.work /= static_cast<std::uint64_t>(along * along);
      plan.units.push_back(std::move(unit));
    }
}

// In the samples' folder or one up; looked into, so that none that is damaged is passed on.
std::filesystem::path statistics_beside(const std::filesystem::path& folder, const DataForm& form) {
  for (const auto& path : {folder / kStatsName, folder / ".." / kStatsName})
    if (std::filesystem::exists(path)) {
      form.check_statistics(folder);
      return path;
    }
  return {};
}

// Of the first sample before anything is written; of each other when its turn comes.
void look_at_arrays(const Hdf5File& first, ConversionPlan& plan) {
  for (const std::string& name : first.names())
    if (first.describe(name).element != "other")
      first.check_whole(name);
    else
      plan.skipped.push_back(
          {first.path(), fmt::format("'{}', which holds no numbers, as in all samples", name)});
}

void plan_hdf5(const ConvertOptions& options, const std::vector<SourceFile>& files, ConversionPlan& plan) {
  const Hdf5File first(files.front().path);
  if (holds_universe(first)) return plan_universes(options, first, files, plan);
  const DataForm* form = find_form(first);
  if (form == nullptr)
    throw InputError(fmt::format("the file is neither a universe ('full') nor a sample of {}", known_forms()),
                     first.path().string(), "name another source; tessera inspect shows what a file holds");
  plan.recipe = {.form = SourceForm::Samples,
                 .shape = form->shape(first),
                 .compression = options.compression,
                 .samples = form};
  look_at_arrays(first, plan);
  if (form->check_statistics != nullptr)
    plan.statistics = statistics_beside(files.front().path.parent_path(), *form);
  for (const SourceFile& file : files) plan.units.push_back(whole_file(file));
}

std::vector<std::int64_t> shape_of_images(const SourceFile& file, std::int64_t& items) {
  check_idx_pair(file.path, idx_convention(file.path));
  const IdxReader images(file.path, 3);
  items = images.items();
  return {images.shape()[1], images.shape()[2]};
}

void plan_idx(const ConvertOptions& options, const std::vector<SourceFile>& files, ConversionPlan& plan) {
  constexpr std::int64_t kImagesAUnit = 1000, kImagesAPack = 10000;
  plan.recipe = {.form = SourceForm::Idx, .shape = {}, .compression = options.compression};
  if (options.packed) plan.recipe.pack = kImagesAPack;
  const std::int64_t images_a_unit = options.packed ? kImagesAPack : kImagesAUnit;
  for (const SourceFile& file : files) {
    if (file.kind != SourceKind::IdxImages) continue;
    std::int64_t items = 0;
    const std::vector<std::int64_t> shape = shape_of_images(file, items);
    if (!plan.units.empty() && shape != plan.recipe.shape)
      throw InputError(
          fmt::format("images are {}, where the first are {}", to_string(Hdf5Array{"uint8", shape}),
                      to_string(Hdf5Array{"uint8", plan.recipe.shape})),
          file.path.string(), "convert images of one shape into one directory");
    const IdxConvention convention = idx_convention(file.path);
    if (!plan.units.empty() && convention != plan.recipe.idx)
      throw InputError("these images are of another set than the first, with other axes or labels",
                       file.path.string(), "convert one set into one directory, naming its files");
    plan.recipe.idx = convention;
    plan.recipe.shape = shape;
    for (std::int64_t first = 0; first < items; first += images_a_unit) {
      ConvertUnit unit = whole_file(file);
      unit.first = first;
      unit.count = std::min(images_a_unit, items - first);
      unit.work = static_cast<std::uint64_t>(unit.count * shape[0] * shape[1]);
      plan.units.push_back(std::move(unit));
    }
  }
  if (plan.units.empty())
    throw InputError("there are labels, but no images", files.front().path.string(),
                     "name a directory that holds both");
}

/// The stem of which this is one with a number, "STEM_000012"; else nothing.
std::string without_number(const std::string& stem) {
  constexpr std::size_t kDigits = 6;
  if (stem.size() <= kDigits + 1 || stem[stem.size() - kDigits - 1] != '_') return "";
  const bool digits =
      std::all_of(stem.end() - kDigits, stem.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits ? stem.substr(0, stem.size() - kDigits - 1) : "";
}

// A file of one record and one of several may collide, too: STEM_000000 of the second, and the first's name.
void check_names(const std::vector<ConvertUnit>& units) {
  std::map<std::pair<std::string, std::string>, std::filesystem::path> sources;
  const auto refuse = [](const std::filesystem::path& one, const std::filesystem::path& other) {
    throw InputError(fmt::format("two sources would make samples of one name: this and {}", one.string()),
                     other.string(), "leave out or rename one of them");
  };
  for (const ConvertUnit& unit : units) {
    const auto [at, fresh] = sources.emplace(std::pair(unit.subset, unit.stem), unit.source);
    if (!fresh && at->second != unit.source) refuse(at->second, unit.source);
  }
  for (const auto& [name, source] : sources) {
    const auto several = sources.find({name.first, without_number(name.second)});
    if (several != sources.end()) refuse(several->second, source);
  }
}

}  // namespace

void check_names(const ConversionPlan& plan, const ConversionState& before) {
  std::map<std::string, std::string> sources;  // of samples yet to be made, without ".hdf5" and number
  for (const ConvertUnit& unit : plan.units)
    sources[unit.subset + "/" + unit.stem] = unit.subset + "/" + unit.source.filename().string();
  for (const auto& [name, unit] : before.units)
    for (const auto& [sample, sum] : unit.checksums) {
      const std::string stem = std::filesystem::path(sample).replace_extension().string();
      for (const std::string& key : {stem, without_number(stem)}) {
        const auto same = sources.find(key);
        if (same == sources.end() || name == same->second || name.starts_with(same->second + "[")) continue;
        throw InputError(fmt::format("two sources would make samples of one name: this and {}, which was "
                                     "converted before",
                                     name),
                         same->second, "leave out or rename one of them");
      }
    }
}

ConversionPlan plan_conversion(const ConvertOptions& options) {
  SourceFiles found = list_source(options.source, options.into);
  ConversionPlan plan;
  plan.skipped = std::move(found.skipped);
  if (const SourceKind kind = found.files.front().kind; kind == SourceKind::TfRecord)
    plan_tfrecords(options, found.files, plan);
  else if (kind == SourceKind::Hdf5)
    plan_hdf5(options, found.files, plan);
  else
    plan_idx(options, found.files, plan);
  if (options.packed && plan.recipe.form != SourceForm::Idx)
    throw InputError(fmt::format("the source is of {}, of which no packs are made", sources_of(plan.recipe)),
                     options.source.string(), "leave --packed out");
  check_names(plan.units);
  const std::filesystem::path source = std::filesystem::absolute(options.source).lexically_normal();
  plan.recipe.generated = comes_of_a_generator(manifest_head(source)) ||
                          comes_of_a_generator(manifest_head(source.parent_path())) ||
                          comes_of_a_generator(manifest_head(source.parent_path().parent_path()));
  return plan;
}

// Paths may have any bytes, which text in JSON may not; binary JSON takes them.
std::string to_text(const ConversionPlan& plan) {
  Json units = Json::array();
  for (const ConvertUnit& unit : plan.units)
    units.push_back({unit.source.string(), unit.subset, unit.stem, unit.first, unit.count, unit.work,
                     unit.bytes, unit.modified});
  const ConvertRecipe& recipe = plan.recipe;
  const std::vector<std::uint8_t> bytes = Json::to_msgpack(
      {static_cast<int>(recipe.form), recipe.shape, recipe.extent, static_cast<int>(recipe.compression),
       recipe.generated, recipe.samples ? recipe.samples->name : "", units, recipe.pack,
       recipe.idx.transposed, recipe.idx.first_label});
  return {bytes.begin(), bytes.end()};
}

ConversionPlan plan_of_text(const std::string& text) {
  const Json json = Json::from_msgpack(text);
  ConversionPlan plan;
  plan.recipe = {static_cast<SourceForm>(json[0].get<int>()),
                 json[1],
                 json[2],
                 static_cast<Hdf5Compression>(json[3].get<int>()),
                 json[4],
                 data_forms().find(json[5].get<std::string>()),
                 json[7],
                 {json[8], json[9]}};
  for (const Json& unit : json[6])
    plan.units.push_back(
        {unit[0].get<std::string>(), unit[1], unit[2], unit[3], unit[4], unit[5], unit[6], unit[7]});
  return plan;
}

}  // namespace tessera
