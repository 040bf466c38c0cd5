#pragma once

#include "models/kernels/kernels.hpp"
#include "models/kernels/onednn_primitive.hpp"

namespace tessera::onednn {

/// A convolution as oneDNN is told of it: in two dimensions where the depth is one, for which the library has
/// more fast paths. The layout of the weights is always the library's choice; that of the tensors is
/// channels-last, or the library's choice as well.
struct ConvolutionDescription {
  using Forward = dnnl::convolution_forward;
  using BackwardData = dnnl::convolution_backward_data;
  using BackwardWeights = dnnl::convolution_backward_weights;

  enum class Tensors : std::uint8_t { ChannelsLast, LibraryChoice };
  ConvolutionDescription(const ConvolutionProblem& problem, Tensors tensors);

  Forward::primitive_desc forward(const Device& device) const;
  BackwardData::primitive_desc backward_data(const Device& device, const Forward::primitive_desc& hint) const;
  BackwardWeights::primitive_desc backward_weights(const Device& device,
                                                   const Forward::primitive_desc& hint) const;

  dnnl::memory::desc x, y, weights, bias;  // bias is empty where there is none
  dnnl::memory::desc weights_gradient;     // float32, as bias and what follows, whatever the tensors' element
  dnnl::memory::desc plain_weights;        // as parameters are kept
  dnnl::memory::dims stride, dilation, pad_lo, pad_hi;
  /// Where a window is applied once along an axis its stride says nothing, and the forward pass, for which
  /// the brg_conv_fwd of oneDNN 3.7 is wrong with some, is described without: with the padding that is read,
  /// of the cells of x that are. The library's convolutions by gemm, which 3.7 takes where it has no faster
  /// ones, as on aarch64, take such a part of x for a whole tensor: they are described as the problem is.
  dnnl::memory::desc x_read;
  dnnl::memory::dims read_stride, read_pad_hi;
};

/// Whether the library's gradient of weights can't be had as the problem is: that of oneDNN 2.x for matrix
/// units overruns its memory in long rows of planes with square windows of 2 to 4, padded to as many outputs
/// as inputs.
bool weight_gradient_overruns(const ConvolutionProblem& problem);

/// The three primitives of a convolution, prepared.
Primitive make_forward(const Device& device, const ConvolutionDescription::Forward::primitive_desc& desc);
Primitive make_backward_data(const Device& device,
                             const ConvolutionDescription::BackwardData::primitive_desc& desc);
Primitive make_backward_weights(const Device& device,
                                const ConvolutionDescription::BackwardWeights::primitive_desc& desc);

}  // namespace tessera::onednn
