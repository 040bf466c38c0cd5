#include "io/staging/sample_twin.hpp"

#include <algorithm>

#include "io/files/plain_file.hpp"
#include "models/base/interval.hpp"

namespace tessera {

SampleTwin::SampleTwin(const Hdf5File& sample, std::span<const NamedArray> arrays) {
  const PlainFile file(sample.path());
  bytes_ = file.bytes();
  std::vector<Interval> elements;
  for (const NamedArray& array : arrays) {
    const auto offset = static_cast<std::int64_t>(sample.offset(array.name).value());
    elements.push_back({offset, offset + static_cast<std::int64_t>(bytes_of(array.array))});
  }
  std::ranges::sort(elements, {}, &Interval::begin);
  elements.push_back({static_cast<std::int64_t>(bytes_), static_cast<std::int64_t>(bytes_)});
  std::int64_t at = 0;
  for (const Interval& between : elements) {
    if (between.begin > at) {
      Literal literal{static_cast<std::uint64_t>(at),
                      std::vector<std::byte>(static_cast<std::size_t>(between.begin - at))};
      file.read(literal.offset, literal.bytes);
      literals_.push_back(std::move(literal));
    }
    at = std::max(at, between.end);
  }
}

bool SampleTwin::is_equal(const std::filesystem::path& path) const {
  const PlainFile file(path);
  if (file.bytes() != bytes_) return false;
  std::vector<std::byte> found;
  return std::ranges::all_of(literals_, [&](const Literal& literal) {
    found.resize(literal.bytes.size());
    file.read(literal.offset, found);
    return found == literal.bytes;
  });
}

}  // namespace tessera
