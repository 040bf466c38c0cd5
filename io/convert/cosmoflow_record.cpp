#include "io/convert/cosmoflow_record.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <numeric>

#include "io/convert/tf_example.hpp"
#include "io/convert/tfrecord.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

constexpr const char* kMendRecord = "name files of CosmoFlow's public data, or leave this one out";

}  // namespace

CosmoflowRecord read_cosmoflow_record(std::span<const std::byte> record, const std::string& where) {
  const auto features = read_tf_example(record, where);
  if (!features.contains("x") && features.contains("image") && features.contains("size"))
    throw InputError(
        "the record holds 'image' and 'size', as DLIO writes them: random bytes to time reading "
        "with, and no universe",
        where, "name files of CosmoFlow's public data, or make some with tessera generate cosmoflow");
  for (const char* key : {"x", "y"})
    if (!features.contains(key))
      throw InputError(fmt::format("the record lacks '{}'", key), where, kMendRecord);
  const TfFeature &x = features.find("x")->second, &y = features.find("y")->second;
  if (x.bytes.size() != 1 || x.bytes[0].empty() || x.bytes[0].size() % sizeof(std::int16_t) != 0)
    throw InputError("'x' of the record isn't one list of the bytes of int16 counts", where, kMendRecord);
  if (y.floats.size() != kCosmoflowTargets)
    throw InputError(
        fmt::format("'y' of the record has {} floats and not {}", y.floats.size(), kCosmoflowTargets), where,
        kMendRecord);
  CosmoflowRecord universe;
  universe.counts.resize(x.bytes[0].size() / sizeof(std::int16_t));
  std::memcpy(universe.counts.data(), x.bytes[0].data(), x.bytes[0].size());
  std::ranges::copy(y.floats, universe.target.begin());
  check_cosmoflow_counts(universe.counts, where);
  check_cosmoflow_target(universe.target, where);
  return universe;
}

std::vector<std::int64_t> shape_of_records(const std::filesystem::path& path,
                                           const std::vector<std::int64_t>& given) {
  constexpr std::int64_t kChannels = 4;
  TfRecordReader reader(path);
  const auto first = reader.next();
  if (!first)
    throw InputError("a TFRecord file is empty", path.string(), "copy the file again, or leave it out");
  const auto counts = static_cast<std::int64_t>(read_cosmoflow_record(*first, reader.where()).counts.size());
  std::vector<std::int64_t> shape = given;
  if (given.empty()) {
    const std::int64_t edge = std::llround(std::cbrt(static_cast<double>(counts) / kChannels));
    shape = {edge, edge, edge, kChannels};
  }
  if (std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>()) != counts)
    throw InputError(fmt::format("'x' of the record has {} counts, which don't fill {}", counts,
                                 to_string(Hdf5Array{"int16", shape})),
                     reader.where(), "give the shape of its universes as --shape D,H,W,C");
  return shape;
}

}  // namespace tessera
