#include "models/kernels/pooled_convolution.hpp"

#include <omp.h>

#include <algorithm>
#include <cassert>

#include "models/kernels/scratch_parts.hpp"

namespace tessera {
namespace {

// Of a slab of the convolution's output, that it may stay in the second-level cache of common processors
// beside what is read and written.
constexpr std::size_t kSlabBytes = std::size_t{512} << 10;
// A thread has so many slabs at least, where rows suffice, so that none waits long for another.
constexpr std::int64_t kSlabsAThread = 8;

/// While it lives, kernels are made for the calling thread alone.
class OneThread {
 public:
  OneThread() : threads_(omp_get_max_threads()) { omp_set_num_threads(1); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;
  ~OneThread() { omp_set_num_threads(threads_); }

 private:
  int threads_;
};

template <class T>
void add_to(std::byte* sum, const std::byte* part, std::size_t count) {
  auto* const to = reinterpret_cast<T*>(sum);
  const auto* const from = reinterpret_cast<const T*>(part);
  for (std::size_t i = 0; i < count; ++i) to[i] += from[i];
}

}  // namespace

/// Of one thread.
struct PooledConvolution::Scratch {
  std::byte *read,
      *between;  // of a slab: its input, where that is no run of memory; its convolution's output
  std::byte *weights, *bias;            // sums of the thread's slabs
  std::byte *slab_weights, *slab_bias;  // of one
  std::span<std::byte> convolution;
};

PooledConvolution::PooledConvolution(const PooledConvolutionProblem& problem, Kernels& kernels)
    : problem_(problem),
      weights_(static_cast<std::size_t>(problem.convolution.taps() * problem.convolution.x.c /
                                        problem.convolution.groups * problem.convolution.y.c)),
      outputs_(static_cast<std::size_t>(problem.convolution.y.c)),
      wide_bytes_(bytes_of(wide(problem.convolution.x.element))),
      cut_(cut_into_slabs(problem, kSlabBytes, omp_get_max_threads() * kSlabsAThread)),
      team_(std::min(static_cast<std::size_t>(omp_get_max_threads()), cut_.slabs.size())) {
  assert(problem.convolution.bias && !problem.convolution.input_gradients);
  assert(problem.pool.x == problem.convolution.y);
  for (const LocalWindow& window : problem.pool.window)
    assert(window.kernel <= window.stride && window.pad_lo == 0 && window.pad_hi == 0);
  const OneThread one_thread;
  for (std::vector<SlabKernels>& member : team_)
    for (const PooledConvolutionProblem& kind : cut_.kinds) {
      member.push_back(
          {kernels.convolution(kind.convolution), kernels.max_pool(kind.pool, kind.negative_slope)});
      read_ = std::max(read_, kind.convolution.x.bytes());
      between_ = std::max(between_, kind.pool.x.bytes());
    }
}

std::span<const PooledConvolution::Slab> PooledConvolution::slabs_of(int member) const {
  const Interval mine =
      part_of(static_cast<std::int64_t>(cut_.slabs.size()), member, static_cast<int>(team_.size()));
  return std::span(cut_.slabs)
      .subspan(static_cast<std::size_t>(mine.begin), static_cast<std::size_t>(mine.size()));
}

ConstTensorView PooledConvolution::input_of(const Slab& slab, ConstTensorView x,
                                            const Scratch& scratch) const {
  Layout sample = problem_.convolution.x;
  sample.n = 1;
  sample.box = Box::whole(sample.box.extents());
  const ConstTensorView whole{x.bytes + static_cast<std::size_t>(slab.sample) * sample.bytes(), sample};
  const Layout& layout = cut_.kinds[slab.kind].convolution.x;
  if (const auto offset = run_offset(sample, slab.read)) return {whole.bytes + *offset, layout};
  Layout read = layout;
  read.box = slab.read;
  copy_box(whole, {scratch.read, read}, slab.read);
  return {scratch.read, layout};
}

void PooledConvolution::forward(ConstTensorView x, const std::byte* weights, const std::byte* bias,
                                TensorView y, std::span<std::byte> saved, std::span<std::byte> scratch) {
  const std::size_t element = bytes_of(problem_.pool.y.element);
#pragma omp parallel for schedule(static, 1) num_threads(static_cast <int>(team_.size()))
  for (int member = 0; member < static_cast<int>(team_.size()); ++member) {
    const Scratch mine = scratch_of(scratch, member);
    for (const Slab& slab : slabs_of(member)) {
      const PooledConvolutionProblem& kind = cut_.kinds[slab.kind];
      const SlabKernels& kernels = team_[static_cast<std::size_t>(member)][slab.kind];
      const TensorView between{mine.between, kind.pool.x};
      kernels.convolution->forward(input_of(slab, x, mine), weights, bias, between, mine.convolution);
      kernels.pool->forward(between, {y.bytes + slab.y * element, kind.pool.y}, saved.subspan(slab.y));
    }
  }
}

void PooledConvolution::backward_parameters(ConstTensorView x, ConstTensorView dy, std::span<std::byte> saved,
                                            std::byte* weights_gradient, std::byte* bias_gradient,
                                            std::span<std::byte> scratch) {
  const std::size_t element = bytes_of(problem_.pool.y.element);
#pragma omp parallel for schedule(static, 1) num_threads(static_cast <int>(team_.size()))
  for (int member = 0; member < static_cast<int>(team_.size()); ++member) {
    const Scratch mine = scratch_of(scratch, member);
    std::fill_n(mine.weights, weights_ * wide_bytes_, std::byte{});
    std::fill_n(mine.bias, outputs_ * wide_bytes_, std::byte{});
    for (const Slab& slab : slabs_of(member)) {
      const PooledConvolutionProblem& kind = cut_.kinds[slab.kind];
      const SlabKernels& kernels = team_[static_cast<std::size_t>(member)][slab.kind];
      const TensorView between{mine.between, kind.pool.x};
      kernels.pool->backward({dy.bytes + slab.y * element, kind.pool.y}, saved.subspan(slab.y), between);
      kernels.convolution->backward_parameters(input_of(slab, x, mine), between, mine.slab_weights,
                                               mine.slab_bias, mine.convolution);
      with_wide_element(wide(kind.pool.y.element), [&]<class T>(T) {
        add_to<T>(mine.weights, mine.slab_weights, weights_);
        add_to<T>(mine.bias, mine.slab_bias, outputs_);
      });
    }
  }
  sum_up(scratch, weights_gradient, bias_gradient);
}

// In the order of threads, so that bits repeat.
void PooledConvolution::sum_up(std::span<std::byte> scratch, std::byte* weights_gradient,
                               std::byte* bias_gradient) const {
  std::fill_n(weights_gradient, weights_ * wide_bytes_, std::byte{});
  std::fill_n(bias_gradient, outputs_ * wide_bytes_, std::byte{});
  for (int member = 0; member < static_cast<int>(team_.size()); ++member) {
    const Scratch part = scratch_of(scratch, member);
    with_wide_element(wide(problem_.pool.y.element), [&]<class T>(T) {
      add_to<T>(weights_gradient, part.weights, weights_);
      add_to<T>(bias_gradient, part.bias, outputs_);
    });
  }
}

PooledConvolution::Scratch PooledConvolution::scratch_of(std::span<std::byte> scratch, int member) const {
  const std::size_t bytes = scratch_bytes() / team_.size();
  ScratchParts parts(scratch.data() + static_cast<std::size_t>(member) * bytes);
  Scratch mine{};
  mine.read = parts.take(read_);
  mine.between = parts.take(between_);
  for (std::byte** sums : {&mine.weights, &mine.slab_weights}) *sums = parts.take(weights_ * wide_bytes_);
  for (std::byte** sums : {&mine.bias, &mine.slab_bias}) *sums = parts.take(outputs_ * wide_bytes_);
  mine.convolution = {parts.rest(), convolution_scratch()};
  return mine;
}

std::size_t PooledConvolution::scratch_bytes() const {
  const auto rounded = ScratchParts::rounded;
  return team_.size() * (rounded(read_) + rounded(between_) + 2 * rounded(weights_ * wide_bytes_) +
                         2 * rounded(outputs_ * wide_bytes_) + rounded(convolution_scratch()));
}

std::size_t PooledConvolution::convolution_scratch() const {
  std::size_t most = 0;
  for (const SlabKernels& kind : team_.front()) most = std::max(most, kind.convolution->scratch_bytes());
  return most;
}

std::vector<std::string> PooledConvolution::implementations() const {
  return team_.front().front().convolution->implementations();
}

std::unique_ptr<PooledConvolution> Kernels::pooled_convolution(const PooledConvolutionProblem& problem) {
  return std::make_unique<PooledConvolution>(problem, *this);
}

}  // namespace tessera
