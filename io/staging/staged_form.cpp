#include "io/staging/staged_form.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <numeric>
#include <system_error>
#include <utility>

#include "io/files/plain_file.hpp"
#include "io/files/whole_file.hpp"
#include "io/hdf5/hdf5_chunks.hpp"
#include "io/hdf5/read_bands.hpp"
#include "io/hdf5/stored_element.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = std::size_t{1} << 20;

std::int64_t product(std::span<const std::int64_t> extents) {
  return std::accumulate(extents.begin(), extents.end(), std::int64_t{1}, std::multiplies<>());
}

std::vector<std::int64_t> shape_of(std::span<const Interval> block) {
  std::vector<std::int64_t> shape;
  for (const Interval axis : block) shape.push_back(axis.size());
  return shape;
}

/// The box on an array's first axes if these are those of space, and all of its others.
std::vector<Interval> block_of(const Hdf5Array& array, const Extents& space, const Box& box) {
  std::vector<Interval> block;
  for (const std::int64_t extent : array.shape) block.push_back({0, extent});
  const auto all = space.axes();
  const auto cut = box.axes();
  const std::size_t flat = space.d == 1 ? 1 : 0;  // axes that such samples don't have
  const bool over_space =
      array.shape.size() >= 3 - flat && std::equal(all.begin() + flat, all.end(), array.shape.begin());
  if (over_space) std::copy(cut.begin() + flat, cut.end(), block.begin());
  return block;
}

/// Hands on a block of a dense array that begins at `offset`: runs as long as they lie in one piece, in
/// pieces as large as the buffer.
void read_dense(const PlainFile& file, std::uint64_t offset, std::span<const std::int64_t> shape,
                std::span<const Interval> block, std::size_t element_bytes, std::span<std::byte> buffer,
                const std::function<void(std::span<const std::byte>)>& take) {
  // A run goes along axis `inner` - 1 and has all of the axes from `inner` on.
  std::size_t inner = block.size();
  while (inner > 0 && block[inner - 1].size() == shape[inner - 1]) --inner;
  const std::size_t axis = inner == 0 ? 0 : inner - 1;  // along which the run goes
  const auto inside =
      static_cast<std::uint64_t>(product(shape.subspan(block.empty() ? 0 : axis + 1))) * element_bytes;
  const std::uint64_t run =
      block.empty() ? element_bytes : static_cast<std::uint64_t>(block[axis].size()) * inside;
  const std::vector<std::int64_t> rows = shape_of(block.first(block.empty() ? 0 : axis));
  std::size_t filled = 0;
  for (std::int64_t row = 0; row < product(rows); ++row) {
    std::int64_t left = row, stride = block.empty() ? 1 : shape[axis],
                 element = block.empty() ? 0 : block[axis].begin;
    for (std::size_t a = rows.size(); a > 0; --a) {
      element += (block[a - 1].begin + left % rows[a - 1]) * stride;
      left /= rows[a - 1];
      stride *= shape[a - 1];
    }
    const std::uint64_t begin = offset + static_cast<std::uint64_t>(element) * inside;
    for (std::uint64_t done = 0; done < run;) {
      const std::size_t bytes = std::min<std::uint64_t>(buffer.size() - filled, run - done);
      file.read(begin + done, buffer.subspan(filled, bytes));
      done += bytes;
      filled += bytes;
      if (filled == buffer.size()) take(buffer), filled = 0;
    }
  }
  if (filled > 0) take(buffer.first(filled));
}

}  // namespace

SampleArrays arrays_of(const Hdf5File& file) {
  SampleArrays arrays;
  for (const std::string& name : file.names())
    if (Hdf5Array array = file.describe(name); array.element == "other")
      arrays.others.push_back(name);
    else
      arrays.numbers.push_back({name, std::move(array)});
  return arrays;
}

std::uint64_t bytes_of(const Hdf5Array& array) {
  std::uint64_t bytes = 0;
  with_stored_element(array.element, [&](auto element) {
    bytes = static_cast<std::uint64_t>(product(array.shape)) * sizeof(element);
  });
  return bytes;
}

bool is_in_one_piece(const Hdf5File& file, const SampleArrays& arrays) {
  return std::ranges::all_of(arrays.numbers,
                             [&](const NamedArray& a) { return file.offset(a.name).has_value(); }) &&
         std::ranges::all_of(arrays.others, [&](const std::string& name) { return file.is_within(name); });
}

StagedForm::StagedForm(std::span<const NamedArray> arrays, const Extents& space, const Box& box,
                       const fs::path& where, const fs::path& scratch) {
  PartialFile partial(scratch);  // never committed
  {
    Hdf5PartialFile file(partial, 0);
    for (const NamedArray& a : arrays) {
      const std::vector<Interval> block = block_of(a.array, space, box);
      const bool known = with_stored_element(a.array.element, [&]<class T>(T) {
        parts_.push_back({a.name, a.array.element, a.array.shape, block, sizeof(T),
                          file.reserve<T>(a.name, shape_of(block))});
      });
      if (!known)
        throw InputError(
            fmt::format("'{}' is {}, and samples are staged of integers of 8 to 64 bits, float32 and float64",
                        a.name, to_string(a.array)),
            where.string(), "store it as one of these in all files of the data set, or leave it out of them");
    }
    file.close();
  }
  std::ranges::sort(parts_, {}, &Part::offset);
  bytes_ = fs::file_size(partial.partial_path());
  const PlainFile form(partial.partial_path());
  std::uint64_t at = 0;
  const auto read_to = [&](std::uint64_t end) {
    literals_.emplace_back(end - at);
    form.read(at, literals_.back());
  };
  for (const Part& part : parts_) {
    read_to(part.offset);
    at = part.offset + static_cast<std::uint64_t>(product(shape_of(part.block))) * part.element_bytes;
  }
  read_to(bytes_);
}

std::size_t StagedForm::memory_bytes(const Hdf5File& source) const {
  std::size_t most = kPiece;
  for (const Part& part : parts_)
    with_stored_element(part.element, [&]<class T>(T) {
      const std::optional<Hdf5Chunks> chunks = Hdf5Chunks::open<T>(source, part.name);
      if (!chunks) return;
      constexpr std::size_t kChunks = 3;  // stored, inflated, unshuffled
      const std::int64_t rows = std::min(chunks->chunk_shape()[0], part.block[0].size());
      const std::int64_t elements = rows * product(shape_of(std::span(part.block).subspan(1)));
      most = std::max(most, static_cast<std::size_t>(elements) * sizeof(T) + kChunks * chunks->chunk_bytes());
    });
  return most;
}

std::uint64_t StagedForm::write(const Hdf5File& source,
                                const std::function<void(std::span<const std::byte>)>& take) const {
  const PlainFile plain(source.path());
  std::vector<std::byte> buffer(kPiece);
  std::uint64_t bytes_read = 0;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const Part& part = parts_[i];
    take(literals_[i]);
    const auto counted = [&](std::span<const std::byte> bytes) {
      bytes_read += bytes.size();
      take(bytes);
    };
    if (const auto offset = source.offset(part.name))
      read_dense(plain, *offset, part.source_shape, part.block, part.element_bytes, buffer, counted);
    else
      with_stored_element(part.element, [&]<class T>(T) {
        read_bands<T>(source, part.name, part.block,
                      [&](std::span<const T> band) { counted(std::as_bytes(band)); });
      });
  }
  take(literals_.back());
  return bytes_read;
}

}  // namespace tessera
