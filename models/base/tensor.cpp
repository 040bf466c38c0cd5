#include "models/base/tensor.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "models/base/channel_blocks.hpp"

namespace tessera {
namespace {

constexpr std::size_t kLine = 64, kHugePage = std::size_t{2} << 20;

// Boxes smaller than this are not worth waking threads for.
constexpr std::int64_t kManyElements = std::int64_t{1} << 16;

// Elements that lie before position (n, d, h, w) of a tensor.
std::int64_t elements_before(const Layout& in, std::int64_t n, std::int64_t d, std::int64_t h,
                             std::int64_t w) {
  const Extents e = in.box.extents();
  return (((n * e.d + d - in.box.d.begin) * e.h + h - in.box.h.begin) * e.w + w - in.box.w.begin) * in.c;
}

// Calls run(destination, source, elements) for runs of contiguous memory that make up the box in both
// tensors: its planes of constant d where they are contiguous, else its rows.
template <class T, class Run>
void for_each_run(ConstTensorView from, TensorView to, const Box& box, Run&& run) {
  assert(from.layout.n == to.layout.n && from.layout.c == to.layout.c);
  assert(from.layout.box.contains(box) && to.layout.box.contains(box));
  const bool planes = box.w == from.layout.box.w && box.w == to.layout.box.w;
  const std::int64_t rows = planes ? box.h.size() : 1, length = rows * box.w.size() * from.layout.c;
#pragma omp parallel for collapse(3) schedule(static) if (box.count() * from.layout.c > kManyElements)
  for (std::int64_t n = 0; n < from.layout.n; ++n)
    for (std::int64_t d = box.d.begin; d < box.d.end; ++d)
      for (std::int64_t h = box.h.begin; h < box.h.end; h += rows)
        run(to.data<T>() + elements_before(to.layout, n, d, h, box.w.begin),
            from.data<T>() + elements_before(from.layout, n, d, h, box.w.begin), length);
}

// The columns [w, end) of row (d, h) in which the same pieces lie; before `end`.
Interval alike(std::span<const ConstTensorView> pieces, std::int64_t d, std::int64_t h, std::int64_t w,
               std::int64_t end) {
  for (const ConstTensorView& piece : pieces) {
    const Box& box = piece.layout.box;
    if (!box.d.contains(d) || !box.h.contains(h)) continue;
    for (const std::int64_t border : {box.w.begin, box.w.end})
      if (border > w) end = std::min(end, border);
  }
  return {w, end};
}

// Adds what the pieces have of some columns of a row, in which the same pieces lie, to those of `to`.
template <class T>
void add_run(std::span<const ConstTensorView> pieces, TensorView to, std::int64_t n, std::int64_t d,
             std::int64_t h, Interval columns) {
  T* const out = to.data<T>() + elements_before(to.layout, n, d, h, columns.begin);
  for_each_channel_block<64, 16, 1>(columns.size() * to.layout.c, [&](auto lanes, std::int64_t first) {
    Wide<T> sum[lanes];
    for (int i = 0; i < lanes; ++i) sum[i] = out[first + i];
    for (const ConstTensorView& piece : pieces) {
      const Box& box = piece.layout.box;
      if (!box.d.contains(d) || !box.h.contains(h) || !box.w.contains(columns.begin)) continue;
      const T* const in = piece.data<T>() + elements_before(piece.layout, n, d, h, columns.begin) + first;
      for (int i = 0; i < lanes; ++i) sum[i] += in[i];
    }
    for (int i = 0; i < lanes; ++i) out[first + i] = static_cast<T>(sum[i]);
  });
}

template <class T>
void add_pieces_as(std::span<const ConstTensorView> pieces, TensorView to) {
  const Layout& held = to.layout;
  std::int64_t count = 0;
  Interval planes, rows;
  for (const ConstTensorView& piece : pieces) {
    count += piece.layout.count();
    planes = hull(planes, piece.layout.box.d);
    rows = hull(rows, piece.layout.box.h);
  }
  planes = intersect(planes, held.box.d);
  rows = intersect(rows, held.box.h);
#pragma omp parallel for collapse(3) schedule(static) if (count > kManyElements)
  for (std::int64_t n = 0; n < held.n; ++n)
    for (std::int64_t d = planes.begin; d < planes.end; ++d)
      for (std::int64_t h = rows.begin; h < rows.end; ++h) {
        Interval row;
        for (const ConstTensorView& piece : pieces)
          if (piece.layout.box.d.contains(d) && piece.layout.box.h.contains(h))
            row = hull(row, piece.layout.box.w);
        row = intersect(row, held.box.w);
        for (Interval run = alike(pieces, d, h, row.begin, row.end); !run.empty();
             run = alike(pieces, d, h, run.end, row.end))
          add_run<T>(pieces, to, n, d, h, run);
      }
}

template <class T>
void copy_box_as(ConstTensorView from, TensorView to, const Box& box) {
  for_each_run<T>(from, to, box,
                  [](T* out, const T* in, std::int64_t length) { std::copy_n(in, length, out); });
}

}  // namespace

AlignedBytes::AlignedBytes(std::size_t size) : size_(size) {
  if (size == 0) return;
  const std::size_t alignment = size >= kHugePage ? kHugePage : kLine;
  const std::size_t lines = (size + kLine - 1) / kLine * kLine;  // no huge page for the last bytes alone
  void* memory = nullptr;
  if (posix_memalign(&memory, alignment, lines) != 0) throw std::bad_alloc();
  // Only asked for: where it is refused, pages are small.
  if (alignment == kHugePage) madvise(memory, lines, MADV_HUGEPAGE);
  std::memset(memory, 0, lines);
  data_.reset(static_cast<std::byte*>(memory));
}

std::optional<std::size_t> run_offset(const Layout& layout, const Box& box) {
  assert(layout.box.contains(box) && !box.empty());
  // From the outermost axis on: once several indices are taken, all inner axes must be taken whole.
  bool several = layout.n > 1;
  for (int axis = 0; axis < 3; ++axis) {
    if (several && box.axes()[axis] != layout.box.axes()[axis]) return std::nullopt;
    several |= box.axes()[axis].size() > 1;
  }
  return static_cast<std::size_t>(elements_before(layout, 0, box.d.begin, box.h.begin, box.w.begin)) *
         bytes_of(layout.element);
}

void copy_box(ConstTensorView from, TensorView to, const Box& box) {
  if (box.empty()) return;
  with_element(from.layout.element, [&]<class T>(T) { copy_box_as<T>(from, to, box); });
}

void add_pieces(std::span<const ConstTensorView> pieces, TensorView to) {
  if (to.layout.box.empty()) return;
  with_element(to.layout.element, [&]<class T>(T) { add_pieces_as<T>(pieces, to); });
}

void convert(ConstTensorView from, TensorView to) {
  const std::int64_t count = from.layout.count();
  assert(count == to.layout.count());
  with_element(from.layout.element, [&]<class From>(From) {
    with_element(to.layout.element, [&]<class To>(To) {
      const From* const in = from.data<From>();
      To* const out = to.data<To>();
#pragma omp parallel for simd schedule(static) if (parallel : count > kManyElements)
      for (std::int64_t i = 0; i < count; ++i) out[i] = static_cast<To>(in[i]);
    });
  });
}

}  // namespace tessera
