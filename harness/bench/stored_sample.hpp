#pragma once

#include <cstddef>
#include <filesystem>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "io/forms/data_forms.hpp"
#include "io/hdf5/hdf5.hpp"
#include "io/hdf5/hdf5_chunks.hpp"
#include "models/base/box.hpp"

namespace tessera {

/// A sample's array in its file, of elements T, and a part of it. Of a pack it is the sample of this number,
/// or where it holds fewer, another.
template <class T>
class StoredSample {
 public:
  StoredSample(const std::filesystem::path& path, const std::string& array, const Box& part,
               std::int64_t number)
      : file_(path), name_(array) {
    const std::vector<std::int64_t> shape = file_.describe(name_).shape;
    const std::optional<std::int64_t> packed = packed_samples(file_);
    const std::size_t axes = shape.size() - (packed ? 1 : 0);
    if (packed) block_.push_back({number % *packed, number % *packed + 1});
    if (axes == 4) block_.push_back(part.d);
    block_.insert(block_.end(), {part.h, part.w});
    if (axes > 2) block_.push_back({0, shape.back()});
    auto chunks = Hdf5Chunks::open<T>(file_, name_);
    if (chunks && !chunks->filters().applied.empty()) chunks_.emplace(std::move(*chunks));
  }
  bool filtered() const { return chunks_.has_value(); }
  std::size_t elements() const {
    return std::accumulate(block_.begin(), block_.end(), std::size_t{1}, [](std::size_t n, Interval axis) {
      return n * static_cast<std::size_t>(axis.size());
    });
  }
  /// As it is stored. Returns how many bytes that was.
  std::size_t read(std::vector<T>& dense, std::vector<StoredChunk>& chunks) const {
    if (!chunks_) {
      dense.resize(elements());
      file_.read<T>(name_, block_, dense);
      return dense.size() * sizeof(T);
    }
    const auto firsts = chunks_->firsts(block_);
    chunks.resize(firsts.size());
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < firsts.size(); ++i) {
      chunks_->fetch(firsts[i], chunks[i]);
      bytes += chunks[i].bytes.size();
    }
    return bytes;
  }
  void undo_filters(const std::vector<StoredChunk>& chunks) const {
    ChunkDecoder decoder(chunks_->filters(), chunks_->chunk_bytes());
    for (const StoredChunk& chunk : chunks)
      if (!chunk.bytes.empty()) decoder.decode(chunk.bytes, chunk.skipped);
  }
  std::size_t inflated_bytes() const { return chunks_->firsts(block_).size() * chunks_->chunk_bytes(); }

 private:
  Hdf5File file_;
  std::string name_;
  std::vector<Interval> block_;
  std::optional<Hdf5Chunks> chunks_;
};

}  // namespace tessera
