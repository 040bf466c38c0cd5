#include "models/kernels/onednn_product_weight_gradient.hpp"

#include <omp.h>

#include <algorithm>
#include <cstring>

#include "models/base/region_error.hpp"
#include "models/kernels/direction.hpp"
#include "models/kernels/library.hpp"
#include "models/kernels/onednn_convolution_description.hpp"
#include "models/kernels/partial_sums.hpp"
#include "models/kernels/team_size.hpp"
#include "models/kernels/window_taps.hpp"

namespace tessera::onednn {
namespace {

using dnnl::memory;

// Cells of a block: many, as a sum is read and written once for all of them, and so few that what belongs to
// the block stays in the second-level cache, in bfloat16. In float32 there are fewer in all, see pays().
constexpr std::int64_t kBlockCells = 512;
// With less on either side the library's own in bfloat16 are as fast.
constexpr std::int64_t kLeastChannels = 128;

// Each cell of y reads that of x at its own place: then x is what the tap reads.
bool is_pointwise(const ConvolutionProblem& p) {
  return std::ranges::all_of(p.window, [](const LocalWindow& w) { return w == LocalWindow{}; });
}

std::int64_t rows_of(const Layout& y) {
  return y.n * y.box.d.size() * y.box.h.size();
}
std::int64_t weights_of(const ConvolutionProblem& p) {
  return p.taps() * p.x.c * p.y.c;
}

// A sum for each thread where all sums are small beside the tensors; of others as few as let each thread have
// a tap.
std::int64_t sums_of(const ConvolutionProblem& p, int team) {
  const std::int64_t least = divided_up(team, p.taps());
  const auto small =
      static_cast<std::int64_t>((p.x.bytes() + p.y.bytes()) / 4 / sizeof(float)) / weights_of(p);
  return std::clamp<std::int64_t>(small, least, team);
}

std::size_t cell_bytes(const Layout& layout) {
  return static_cast<std::size_t>(layout.c) * bytes_of(layout.element);
}

}  // namespace

bool ProductWeightGradient::can_be(const ConvolutionProblem& p, int team) {
  return p.groups == 1 &&
         static_cast<std::size_t>(sums_of(p, team) * weights_of(p)) * sizeof(float) <= kMostSumBytes;
}

bool ProductWeightGradient::pays(const ConvolutionProblem& p, int team) {
  return p.x.element == Element::BF16 && has_bfloat16_tiles() && std::max(p.x.c, p.y.c) >= kLeastChannels &&
         can_be(p, team);
}

struct ProductWeightGradient::Memory {
  float *sum, *bias;
  std::byte* cells;  // what a tap reads; null where that is in x as it stands
  std::byte* rest;
};

ProductWeightGradient::BlockProduct::BlockProduct(const Device& device, const ConvolutionProblem& p,
                                                  std::int64_t rows) {
  const std::int64_t cells = rows * p.y.box.w.size();
  const memory::data_type type = data_type(p.x.element);
  const memory::desc read({p.x.c, cells}, type, memory::format_tag::ba);
  const memory::desc dy({cells, p.y.c}, type, memory::format_tag::ab);
  const memory::desc reused({cells, p.y.c}, type,
                            p.taps() > 1 ? memory::format_tag::any : memory::format_tag::ab);
  const memory::desc sum({p.x.c, p.y.c}, memory::data_type::f32, memory::format_tag::ab);
  const auto desc = described_with<dnnl::matmul>(device, adding_to_destination(), read, reused, sum);
  gradients = Reorder(device, dy, desc.weights_desc());
  product = Primitive::make<dnnl::matmul::primitive_desc, dnnl::matmul>(
      device, desc, {{DNNL_ARG_SRC, read}, {DNNL_ARG_WEIGHTS, desc.weights_desc()}, {DNNL_ARG_DST, sum}});
}

std::size_t ProductWeightGradient::BlockProduct::scratch_bytes() const {
  return ScratchParts::rounded(gradients.bytes()) +
         std::max(gradients.scratch_bytes(), product.scratch_bytes());
}

ProductWeightGradient::ProductWeightGradient(const Device& device, const ConvolutionProblem& problem)
    : problem_(problem), sums_(sums_of(problem, omp_get_max_threads())) {
  const int team = omp_get_max_threads();
  const std::int64_t row = problem.y.box.w.size(), rows = rows_of(problem.y);
  const std::int64_t fair = divided_up(rows, sums_);
  block_rows_ = std::clamp<std::int64_t>(kBlockCells / row, 1, std::max<std::int64_t>(fair, 1));
  const std::int64_t blocks = divided_up(rows, block_rows_);
  const ConvolutionDescription parameters(problem, ConvolutionDescription::Tensors::ChannelsLast);
  ConvolutionProblem by_tap = problem;
  by_tap.order = WeightOrder::SpatialInOut;
  weights_ = Reorder(
      device, ConvolutionDescription(by_tap, ConvolutionDescription::Tensors::ChannelsLast).plain_weights,
      parameters.plain_weights);
  const TeamSize alone(1);
  for (int thread = 0; thread < team; ++thread) {
    const std::int64_t sum = thread % sums_, rank = thread / sums_;
    const std::int64_t ranks = divided_up(team - sum, sums_);
    Worker worker{sum,
                  part_of(blocks, static_cast<int>(sum), static_cast<int>(sums_)),
                  part_of(problem.taps(), static_cast<int>(rank), static_cast<int>(ranks)),
                  {}};
    worker.products.emplace_back(device, problem, block_rows_);
    if (const std::int64_t rest = rows % block_rows_; rest > 0)
      worker.products.emplace_back(device, problem, rest);
    workers_.push_back(std::move(worker));
  }
}

// The first sum is made where it belongs, unless its numbers lie in another order there.
std::int64_t ProductWeightGradient::sums_in_scratch() const {
  return weights_.needed() ? sums_ : sums_ - 1;
}

std::size_t ProductWeightGradient::sums_bytes() const {
  return ScratchParts::rounded(static_cast<std::size_t>(sums_in_scratch() * weights_of(problem_)) *
                               sizeof(float));
}

std::string ProductWeightGradient::implementation() const {
  std::vector<std::string> names;
  for (const BlockProduct& block : workers_.front().products) names.push_back(block.product.implementation());
  return "products, " + joined(names);
}

std::size_t ProductWeightGradient::gathered_bytes() const {
  return static_cast<std::size_t>(block_rows_ * problem_.y.box.w.size()) * cell_bytes(problem_.x);
}

std::size_t ProductWeightGradient::worker_bytes() const {
  std::size_t most = 0;
  for (const BlockProduct& product : workers_.front().products)
    most = std::max(most, product.scratch_bytes());
  return ScratchParts::rounded(static_cast<std::size_t>(problem_.y.c) * sizeof(float)) +
         (is_pointwise(problem_) ? 0 : ScratchParts::rounded(gathered_bytes())) + ScratchParts::rounded(most);
}

std::size_t ProductWeightGradient::scratch_bytes() const {
  return sums_bytes() + std::max(workers_.size() * worker_bytes(), weights_.scratch_bytes());
}

ProductWeightGradient::Memory ProductWeightGradient::lay_out(std::byte* weights_gradient, std::byte* scratch,
                                                             std::size_t worker) const {
  Memory memory{};
  const std::int64_t in_scratch = workers_[worker].sum - (sums_ - sums_in_scratch());
  memory.sum = in_scratch < 0 ? reinterpret_cast<float*>(weights_gradient)
                              : reinterpret_cast<float*>(scratch) + in_scratch * weights_of(problem_);
  ScratchParts mine(scratch + sums_bytes() + worker * worker_bytes());
  memory.bias = reinterpret_cast<float*>(mine.take(static_cast<std::size_t>(problem_.y.c) * sizeof(float)));
  if (!is_pointwise(problem_)) memory.cells = mine.take(gathered_bytes());
  memory.rest = mine.rest();
  return memory;
}

void ProductWeightGradient::run(const std::byte* x, const std::byte* dy, std::byte* weights_gradient,
                                std::byte* bias_gradient, std::byte* scratch) {
  const auto memory_of = [&](std::size_t worker) { return lay_out(weights_gradient, scratch, worker); };
  RegionError error;
#pragma omp parallel for schedule(static) num_threads(static_cast <int>(workers_.size()))
  for (std::size_t worker = 0; worker < workers_.size(); ++worker)
    error.run([&] { run(workers_[worker], memory_of(worker), x, dy); });
  error.rethrow();
  // The first workers have a sum each.
  auto* const db = reinterpret_cast<float*>(bias_gradient);
  if (db) std::fill_n(db, problem_.y.c, 0.0F);
  float* const sum = memory_of(0).sum;
  for (std::size_t worker = 0; worker < static_cast<std::size_t>(sums_); ++worker) {
    const Memory memory = memory_of(worker);
    for (std::int64_t c = 0; db && c < problem_.y.c; ++c) db[c] += memory.bias[c];
    if (worker > 0) add_part(memory.sum, weights_of(problem_), sum);
  }
  if (weights_.needed()) weights_.run(sum, weights_gradient, scratch + sums_bytes());
}

void ProductWeightGradient::run(Worker& worker, const Memory& memory, const std::byte* x,
                                const std::byte* dy) const {
  const std::int64_t row = problem_.y.box.w.size(), tap_weights = problem_.x.c * problem_.y.c;
  std::fill_n(memory.sum + worker.taps.begin * tap_weights, worker.taps.size() * tap_weights, 0.0F);
  std::fill_n(memory.bias, problem_.y.c, 0.0F);
  for (std::int64_t block = worker.blocks.begin; block < worker.blocks.end; ++block) {
    const Interval rows =
        intersect(Interval{block * block_rows_, (block + 1) * block_rows_}, Interval{0, rows_of(problem_.y)});
    BlockProduct& by = rows.size() == block_rows_ ? worker.products.front() : worker.products.back();
    const std::byte* const gradients =
        dy + rows.begin * row * static_cast<std::int64_t>(cell_bytes(problem_.y));
    if (problem_.bias && worker.taps.begin == 0) add_to_bias(gradients, rows.size() * row, memory.bias);
    ScratchParts parts(memory.rest);
    const std::byte* const reused = by.gradients.apply(gradients, parts);
    for (std::int64_t tap = worker.taps.begin; tap < worker.taps.end; ++tap) {
      const std::byte* read = x + rows.begin * row * static_cast<std::int64_t>(cell_bytes(problem_.x));
      if (memory.cells) {
        gather(x, tap, rows, memory.cells);
        read = memory.cells;
      }
      by.product.run({read, reused, memory.sum + tap * tap_weights}, parts.rest());
    }
  }
}

void ProductWeightGradient::add_to_bias(const std::byte* gradients, std::int64_t cells, float* bias) const {
  if (problem_.y.element == Element::BF16)
    add_columns(reinterpret_cast<const Bfloat16*>(gradients), cells, problem_.y.c, bias);
  else
    add_columns(reinterpret_cast<const float*>(gradients), cells, problem_.y.c, bias);
}

// What a tap reads for the outputs of some rows: zeros where that is padding.
void ProductWeightGradient::gather(const std::byte* x, std::int64_t tap, Interval rows,
                                   std::byte* cells) const {
  const Extents in = problem_.x.box.extents(), out = problem_.y.box.extents();
  const auto& [wd, wh, ww] = problem_.window;
  const std::int64_t kd = tap / (wh.kernel * ww.kernel), kh = tap / ww.kernel % wh.kernel,
                     kw = tap % ww.kernel;
  const Interval there = outputs_reading(ww, kw, in.w, out.w);
  const std::size_t cell = cell_bytes(problem_.x);
  const auto bytes = [cell](std::int64_t count) { return static_cast<std::size_t>(count) * cell; };
  for (std::int64_t row = rows.begin; row < rows.end; ++row, cells += bytes(out.w)) {
    const std::int64_t n = row / (out.d * out.h), d = row / out.h % out.d * wd.stride + first_read(wd, kd),
                       h = row % out.h * wh.stride + first_read(wh, kh);
    if (there.empty() || d < 0 || d >= in.d || h < 0 || h >= in.h) {
      std::memset(cells, 0, bytes(out.w));
      continue;
    }
    std::memset(cells, 0, bytes(there.begin));
    std::memset(cells + bytes(there.end), 0, bytes(out.w - there.end));
    const std::byte* from =
        x + bytes(((n * in.d + d) * in.h + h) * in.w + there.begin * ww.stride + first_read(ww, kw));
    std::byte* to = cells + bytes(there.begin);
    if (ww.stride == 1) {
      std::memcpy(to, from, bytes(there.size()));
      continue;
    }
    for (std::int64_t i = 0; i < there.size(); ++i, from += bytes(ww.stride), to += cell)
      std::memcpy(to, from, cell);
  }
}

}  // namespace tessera::onednn
