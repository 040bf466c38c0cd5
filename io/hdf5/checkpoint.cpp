#include "io/hdf5/checkpoint.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "io/files/checksum.hpp"
#include "io/files/whole_file.hpp"
#include "models/base/error.hpp"

namespace tessera {
namespace {

constexpr std::size_t kUserBlock = 512;  // the smallest that HDF5 knows
constexpr std::string_view kMagic = "Tessera checkpoint\n";

/// Before bytes of this checksum.
std::string user_block(std::uint64_t checksum_of_rest) {
  std::string block = fmt::format("{}xxh3_64 {}\n", kMagic, checksum_text(checksum_of_rest));
  block.resize(kUserBlock, '\0');
  return block;
}

struct Contents {
  std::string user_block;  // shorter in a shorter file
  std::uint64_t checksum_of_rest;
};

Contents contents_of(const std::filesystem::path& path) {
  std::string block;
  RunningChecksum rest;
  read_in_pieces(path, [&](std::span<const std::byte> piece) {
    const std::size_t of_block = std::min(kUserBlock - block.size(), piece.size());
    block.append(reinterpret_cast<const char*>(piece.data()), of_block);
    rest.add(piece.subspan(of_block));
  });
  return {block, rest.value()};
}

void add_tensor(Hdf5Writer& file, const std::string& name, const CheckpointTensor& tensor) {
  with_wide_element(tensor.element, [&]<class T>(T) {
    const std::span values(reinterpret_cast<const T*>(tensor.values.data()),
                           tensor.values.size() / sizeof(T));
    file.add<T>(name, tensor.dims, values);
  });
}

template <class T>
CheckpointTensor read_values(const Hdf5File& file, const std::string& name,
                             const std::vector<std::int64_t>& dims) {
  std::vector<Interval> all;
  std::size_t count = 1;
  for (const std::int64_t extent : dims) {
    all.push_back({0, extent});
    count *= static_cast<std::size_t>(extent);
  }
  std::vector<std::byte> values(count * sizeof(T));
  file.read<T>(name, all, {reinterpret_cast<T*>(values.data()), count});
  return owning_tensor(dims, element_of<T>(), std::move(values));
}

CheckpointTensor read_tensor(const Hdf5File& file, const std::string& name) {
  const Hdf5Array array = file.describe(name);
  for (const Element element : {Element::F32, Element::F64})
    if (array.element == name_of(element))
      return with_wide_element(element, [&]<class T>(T) { return read_values<T>(file, name, array.shape); });
  throw InputError(fmt::format("the data set '{}' of a checkpoint is {}, expected float32 or float64", name,
                               array.element),
                   file.path().string(), "name a checkpoint as the program wrote it");
}

void check_integrity(const std::filesystem::path& path) {
  if (!std::filesystem::is_regular_file(path))
    throw InputError("there is no such checkpoint", path.string(), "correct the path");
  const Contents contents = contents_of(path);
  if (!contents.user_block.starts_with(kMagic))
    throw InputError("this is no checkpoint, or a damaged one", path.string(),
                     "name a checkpoint as the program wrote it");
  if (contents.user_block != user_block(contents.checksum_of_rest))
    throw InputError("this checkpoint is damaged or cut short: its checksum is not that of its bytes",
                     path.string(), "name a checkpoint as the program wrote it");
}

template <class T>
const T& attribute(const Checkpoint& checkpoint, const std::string& name, const std::filesystem::path& file) {
  const auto found = checkpoint.attributes.find(name);
  const T* value = found == checkpoint.attributes.end() ? nullptr : std::get_if<T>(&found->second);
  if (value == nullptr)
    throw InputError(fmt::format("the checkpoint lacks the attribute '{}'", name), file.string(),
                     "name a checkpoint as the program wrote it");
  return *value;
}

}  // namespace

bool operator==(const CheckpointTensor& a, const CheckpointTensor& b) {
  return a.dims == b.dims && a.element == b.element && std::ranges::equal(a.values, b.values);
}

CheckpointTensor owning_tensor(std::vector<std::int64_t> dims, Element element,
                               std::vector<std::byte> values) {
  const auto owner = std::make_shared<const std::vector<std::byte>>(std::move(values));
  return {std::move(dims), element, *owner, owner};
}

std::int64_t integer_of(const Checkpoint& checkpoint, const std::string& name,
                        const std::filesystem::path& file) {
  return attribute<std::int64_t>(checkpoint, name, file);
}

const std::string& text_of(const Checkpoint& checkpoint, const std::string& name,
                           const std::filesystem::path& file) {
  return attribute<std::string>(checkpoint, name, file);
}

void write_checkpoint(const std::filesystem::path& path, const Checkpoint& checkpoint,
                      const std::function<void()>& moved) {
  PartialFile file(path);
  Hdf5PartialFile hdf5(file, kUserBlock);
  for (const auto& [name, value] : checkpoint.attributes) hdf5.set(name, value);
  for (const auto& [name, tensor] : checkpoint.tensors) {
    add_tensor(hdf5, name, tensor);
    moved();
  }
  hdf5.close();
  moved();
  const std::string block = user_block(contents_of(file.partial_path()).checksum_of_rest);
  file.write(std::as_bytes(std::span(block)));
  moved();
  file.commit();
}

Checkpoint read_checkpoint(const std::filesystem::path& path) {
  check_integrity(path);
  const Hdf5File file(path);
  Checkpoint checkpoint;
  checkpoint.attributes = file.attributes();
  for (const std::string& name : file.names()) checkpoint.tensors.emplace(name, read_tensor(file, name));
  return checkpoint;
}

}  // namespace tessera
