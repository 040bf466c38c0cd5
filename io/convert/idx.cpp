#include "io/convert/idx.hpp"

#include <array>
#include <string>

#include "models/base/error.hpp"

namespace tessera {
namespace {

constexpr const char* kMendIdx = "copy the file again, or name another";

void replace(std::string& text, std::string_view old, std::string_view now) {
  if (const std::size_t at = text.rfind(old); at != std::string::npos) text.replace(at, old.size(), now);
}

}  // namespace

IdxReader::IdxReader(const std::filesystem::path& path, std::size_t axes) : stream_(path) {
  constexpr std::byte kUnsignedBytes{8};
  std::array<std::byte, 4> magic{};
  const bool whole = stream_.read(magic) == magic.size();
  if (!whole || magic[0] != std::byte{} || magic[1] != std::byte{} || magic[2] != kUnsignedBytes ||
      magic[3] != static_cast<std::byte>(axes))
    throw InputError(fmt::format("this is no IDX file of unsigned bytes with {} axes", axes), path.string(),
                     kMendIdx);
  for (std::size_t axis = 0; axis < axes; ++axis) {
    std::array<std::byte, 4> extent{};
    if (stream_.read(extent) < extent.size())
      throw InputError("an IDX file is cut short", path.string(), kMendIdx);
    std::int64_t value = 0;
    for (const std::byte byte : extent) value = value << 8 | std::to_integer<std::int64_t>(byte);
    shape_.push_back(value);
    constexpr std::int64_t kMost = std::int64_t{1} << 24;  // of an item's bytes; the product can't overflow
    if (axis > 0) item_bytes_ *= static_cast<std::size_t>(value);
    if (axis > 0 && (value < 1 || value > kMost || item_bytes_ > static_cast<std::size_t>(kMost)))
      throw InputError("an IDX file has images without pixels, or of more than 16 million", path.string(),
                       kMendIdx);
  }
}

void IdxReader::skip_to(std::int64_t item) {
  stream_.skip(static_cast<std::uint64_t>(item - next_) * item_bytes_);
  next_ = item;
}

void IdxReader::read(std::span<std::uint8_t> into) {
  if (stream_.read(std::as_writable_bytes(into)) < into.size())
    throw InputError(fmt::format("an IDX file is cut short within item {} of {}", next_, items()),
                     path().string(), kMendIdx);
  std::array<std::byte, 1> more{};
  if (++next_ == items() && stream_.read(more) > 0)
    throw InputError(fmt::format("an IDX file goes on after its {} items", items()), path().string(),
                     kMendIdx);
}

IdxConvention idx_convention(const std::filesystem::path& path) {
  const std::string name = path.filename().string();
  return {.transposed = name.find("emnist") != std::string::npos,
          .first_label = name.find("emnist-letters") != std::string::npos ? 1 : 0};
}

void check_idx_pair(const std::filesystem::path& path, const IdxConvention& convention) {
  IdxReader images(path, 3), labels(labels_of(path), 1);
  if (images.items() != labels.items() || images.items() == 0)
    throw InputError(fmt::format("there are {} images and {} labels", images.items(), labels.items()),
                     path.string(), "put the labels that belong to the images beside them");
  std::vector<std::uint8_t> image(images.item_bytes());
  std::array<std::uint8_t, 1> label{};
  for (std::int64_t item = 0; item < images.items(); ++item) {
    images.read(image);
    labels.read(label);
    if (label[0] < convention.first_label)
      throw InputError(fmt::format("label {} of {} is {}, and those of this set count from {}", item,
                                   labels.items(), label[0], convention.first_label),
                       labels.path().string(), kMendIdx);
  }
}

std::filesystem::path labels_of(const std::filesystem::path& images) {
  std::string name = images.filename().string();
  replace(name, "images", "labels");
  replace(name, "idx3", "idx1");
  const std::string other = name.ends_with(".gz") ? name.substr(0, name.size() - 3) : name + ".gz";
  for (const std::string& labels : {name, other})
    if (name != images.filename() && std::filesystem::exists(images.parent_path() / labels))
      return images.parent_path() / labels;
  throw InputError(fmt::format("the labels of these images are missing ({})", name), images.string(),
                   "put the file of labels beside that of the images");
}

}  // namespace tessera
