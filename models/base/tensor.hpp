#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <span>

#include "models/base/box.hpp"
#include "models/base/element.hpp"

namespace tessera {

/// What one process holds of a tensor: all N samples and C channels over one box. Memory order is N D H W C,
/// dense (channels-last), so a plane of constant d is contiguous for a single sample.
struct Layout {
  std::int64_t n = 1, c = 1;
  Box box;
  Element element = Element::F32;

  std::int64_t count() const { return n * c * box.count(); }
  std::size_t bytes() const { return static_cast<std::size_t>(count()) * bytes_of(element); }
  friend bool operator==(const Layout&, const Layout&) = default;
};

/// Borrowed read-only memory of one layout.
struct ConstTensorView {
  const std::byte* bytes = nullptr;
  Layout layout;

  template <class T>
  const T* data() const {
    assert(layout.element == element_of<T>());
    return reinterpret_cast<const T*>(bytes);
  }
  template <class T>
  std::span<const T> span() const {
    return {data<T>(), static_cast<std::size_t>(layout.count())};
  }
};

/// Borrowed writable memory of one layout.
struct TensorView {
  std::byte* bytes = nullptr;
  Layout layout;

  template <class T>
  T* data() const {
    assert(layout.element == element_of<T>());
    return reinterpret_cast<T*>(bytes);
  }
  template <class T>
  std::span<T> span() const {
    return {data<T>(), static_cast<std::size_t>(layout.count())};
  }
  operator ConstTensorView() const { return {bytes, layout}; }

  /// The part that belongs to sample `index` of the batch: a layout with n = 1.
  TensorView sample(std::int64_t index) const {
    Layout one = layout;
    one.n = 1;
    return {bytes + static_cast<std::size_t>(index) * one.bytes(), one};
  }
};

/// Memory aligned for vector loads and, when large, to pages; zeroed. Owned, movable, not copyable.
class AlignedBytes {
 public:
  AlignedBytes() = default;
  explicit AlignedBytes(std::size_t size);
  std::byte* data() { return data_.get(); }
  const std::byte* data() const { return data_.get(); }
  std::size_t size() const { return size_; }

 private:
  struct Free {
    void operator()(std::byte* memory) const { std::free(memory); }
  };
  std::unique_ptr<std::byte, Free> data_;
  std::size_t size_ = 0;
};

/// A tensor that owns its (zeroed) memory.
class Tensor {
 public:
  Tensor() = default;
  explicit Tensor(const Layout& layout) : layout_(layout), memory_(layout.bytes()) {}
  const Layout& layout() const { return layout_; }
  TensorView view() { return {memory_.data(), layout_}; }
  ConstTensorView view() const { return {memory_.data(), layout_}; }

 private:
  Layout layout_;
  AlignedBytes memory_;
};

/// Where a box (not empty) begins in a tensor's memory, in bytes, if it is one contiguous run there.
std::optional<std::size_t> run_offset(const Layout& layout, const Box& box);

/// Copies the box of `from` that both hold; n, c and element must agree.
void copy_box(ConstTensorView from, TensorView to, const Box& box);
/// Adds what pieces of a tensor have of it to what is held; n, c and element agree. They may overlap: an
/// element's sum is taken in their order, in the wide type, and rounded once.
void add_pieces(std::span<const ConstTensorView> pieces, TensorView to);
/// Copies all elements, in order of memory, into those of another type; as many must be there. Rounds once.
void convert(ConstTensorView from, TensorView to);

}  // namespace tessera
