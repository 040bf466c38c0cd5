#include "models/kernels/onednn_convolution_description.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "models/kernels/direction.hpp"
#include "models/kernels/library.hpp"

namespace tessera::onednn {
namespace {

using dnnl::memory;
using Tensors = ConvolutionDescription::Tensors;

// A tensor or window without depth is described by its last two axes.
bool is_flat(const WindowProblem& p) {
  const LocalWindow& d = p.window[0];
  return p.x.box.d.size() == 1 && p.y.box.d.size() == 1 && d.kernel == 1 && d.stride == 1;
}

memory::desc tensor(const Layout& layout, bool flat, Tensors tensors) {
  const Extents e = layout.box.extents();
  memory::dims dims = {layout.n, layout.c, e.d, e.h, e.w};
  if (flat) dims.erase(dims.begin() + 2);
  const auto channels_last = flat ? memory::format_tag::nhwc : memory::format_tag::ndhwc;
  return {dims, data_type(layout.element),
          tensors == Tensors::ChannelsLast ? channels_last : memory::format_tag::any};
}

// Dims are [group] out in [kd] kh kw with the strides that these axes have in the caller's memory.
memory::desc plain(const ConvolutionProblem& p, bool flat) {
  const auto& [d, h, w] = p.window;
  const std::int64_t in = p.x.c / p.groups, out = p.y.c / p.groups;
  const bool keras = p.order == WeightOrder::SpatialInOut;
  const std::int64_t tap = keras ? in * p.y.c : 1;
  memory::dims dims = {p.groups, out, in, d.kernel, h.kernel, w.kernel};
  memory::dims strides = {keras ? out : out * in * p.taps(),
                          keras ? 1 : in * p.taps(),
                          keras ? p.y.c : p.taps(),
                          tap * h.kernel * w.kernel,
                          tap * w.kernel,
                          tap};
  const auto drop = [&](std::ptrdiff_t axis) {
    dims.erase(dims.begin() + axis);
    strides.erase(strides.begin() + axis);
  };
  if (flat) drop(3);
  if (p.groups == 1) drop(0);
  return {dims, memory::data_type::f32, strides};
}

// What a window that is applied once along an axis reads there, less the cells of x: padding at the high end,
// or where negative cells that only its stride leaves unread.
std::int64_t pad_hi_read(const ConvolutionProblem& p, std::size_t axis) {
  const LocalWindow& window = p.window[axis];
  return window.dilation * (window.kernel - 1) + 1 - p.x.box.axes()[axis].size() - window.pad_lo;
}

// Of a tensor with channels last, all but so many cells at the high end of each axis.
memory::desc without_last_cells(const memory::desc& tensor, const memory::dims& spare) {
  memory::dims dims = dims_of(tensor);
  for (std::size_t axis = 0; axis < spare.size(); ++axis) dims[axis + 2] -= spare[axis];
  return tensor.submemory_desc(dims, memory::dims(dims.size(), 0));
}

}  // namespace

ConvolutionDescription::ConvolutionDescription(const ConvolutionProblem& p, Tensors tensors)
    : x(tensor(p.x, is_flat(p), tensors)),
      y(tensor(p.y, is_flat(p), tensors)),
      plain_weights(plain(p, is_flat(p))) {
  weights = {dims_of(plain_weights), data_type(p.x.element), memory::format_tag::any};
  weights_gradient = {dims_of(plain_weights), memory::data_type::f32, memory::format_tag::any};
  if (p.bias) bias = {{p.y.c}, memory::data_type::f32, memory::format_tag::x};
  memory::dims spare;
  for (std::size_t axis = is_flat(p) ? 1 : 0; axis < 3; ++axis) {
    const LocalWindow& window = p.window[axis];
    const bool once = p.y.box.axes()[axis].size() == 1;
    stride.push_back(window.stride);
    dilation.push_back(window.dilation - 1);  // oneDNN counts the gaps
    pad_lo.push_back(window.pad_lo);
    pad_hi.push_back(window.pad_hi);
    read_stride.push_back(once ? 1 : window.stride);
    read_pad_hi.push_back(once ? std::max<std::int64_t>(0, pad_hi_read(p, axis)) : window.pad_hi);
    spare.push_back(once ? std::max<std::int64_t>(0, -pad_hi_read(p, axis)) : 0);
  }
  const bool has_spare = tensors == Tensors::ChannelsLast && std::ranges::any_of(spare, std::identity());
  x_read = has_spare ? without_last_cells(x, spare) : x;
  if (!has_spare && std::ranges::any_of(spare, std::identity())) read_stride = stride, read_pad_hi = pad_hi;
}

ConvolutionDescription::Forward::primitive_desc ConvolutionDescription::forward(const Device& device) const {
  const auto forward_of = [&](const memory::desc& src, const memory::dims& strides,
                              const memory::dims& high) {
    return described<Forward>(device, dnnl::prop_kind::forward_training, dnnl::algorithm::convolution_direct,
                              src, weights, bias, y, strides, dilation, pad_lo, high);
  };
  const Forward::primitive_desc read = forward_of(x_read, read_stride, read_pad_hi);
  const bool by_gemm = has_word(read.impl_info_str(), "gemm");
  return by_gemm && x_read != x ? forward_of(x, stride, pad_hi) : read;
}

ConvolutionDescription::BackwardData::primitive_desc ConvolutionDescription::backward_data(
    const Device& device, const Forward::primitive_desc& hint) const {
  return described_backward<BackwardData>(device, hint, dnnl::algorithm::convolution_direct, x, weights, y,
                                          stride, dilation, pad_lo, pad_hi);
}

ConvolutionDescription::BackwardWeights::primitive_desc ConvolutionDescription::backward_weights(
    const Device& device, const Forward::primitive_desc& hint) const {
  return described_backward<BackwardWeights>(device, hint, dnnl::algorithm::convolution_direct, x,
                                             weights_gradient, bias, y, stride, dilation, pad_lo, pad_hi);
}

bool weight_gradient_overruns(const ConvolutionProblem& p) {
  // jit:avx512_core_amx_bf16 of oneDNN 2.6.3 writes beyond its memory where it takes a row at a time, which
  // it comes to by the height from rows of 225 to 353 cells on; from 737 on its code isn't finished.
  constexpr std::int64_t kLongestRow = 224;
  const std::int64_t kernel = p.window[1].kernel;
  const LocalWindow filled{kernel, 1, 1, kernel / 2, (kernel - 1) / 2};
  const Extents outputs = p.y.box.extents();
  return DNNL_VERSION_MAJOR < 3 && p.x.element == Element::BF16 && has_bfloat16_tiles() &&
         p.window == std::array{LocalWindow{}, filled, filled} && 2 <= kernel && kernel <= 4 &&
         outputs.d == 1 && outputs.h >= kernel && outputs.w > kLongestRow;
}

Primitive make_forward(const Device& device, const ConvolutionDescription::Forward::primitive_desc& desc) {
  return Primitive::make<ConvolutionDescription::Forward::primitive_desc, ConvolutionDescription::Forward>(
      device, desc,
      {{DNNL_ARG_SRC, desc.src_desc()},
       {DNNL_ARG_WEIGHTS, desc.weights_desc()},
       {DNNL_ARG_BIAS, desc.bias_desc()},
       {DNNL_ARG_DST, desc.dst_desc()}});
}

Primitive make_backward_data(const Device& device,
                             const ConvolutionDescription::BackwardData::primitive_desc& desc) {
  return Primitive::make<ConvolutionDescription::BackwardData::primitive_desc,
                         ConvolutionDescription::BackwardData>(device, desc,
                                                               {{DNNL_ARG_DIFF_DST, desc.diff_dst_desc()},
                                                                {DNNL_ARG_WEIGHTS, desc.weights_desc()},
                                                                {DNNL_ARG_DIFF_SRC, desc.diff_src_desc()}});
}

Primitive make_backward_weights(const Device& device,
                                const ConvolutionDescription::BackwardWeights::primitive_desc& desc) {
  return Primitive::make<ConvolutionDescription::BackwardWeights::primitive_desc,
                         ConvolutionDescription::BackwardWeights>(
      device, desc,
      {{DNNL_ARG_SRC, desc.src_desc()},
       {DNNL_ARG_DIFF_DST, desc.diff_dst_desc()},
       {DNNL_ARG_DIFF_WEIGHTS, desc.diff_weights_desc()},
       {DNNL_ARG_DIFF_BIAS, desc.diff_bias_desc()}});
}

}  // namespace tessera::onednn
