#pragma once

#include <memory>
#include <string>

#include "models/kernels/direction.hpp"
#include "models/kernels/kernels.hpp"

namespace tessera {

/// How fast the library computes one convolution by itself: its primitives alone, on tensors that already lie
/// as they want them, with no reordering around them. What a network's convolutions are measured against.
/// Where the library is known to be wrong, of a row less.
class ConvolutionCeiling {
 public:
  enum class Tensors : std::uint8_t { ChannelsLast, LibraryChoice };
  using Direction = tessera::Direction;

  virtual ~ConvolutionCeiling() = default;
  /// One execution. Its tensors lie in `memory`, of at least bytes(direction); their contents don't matter,
  /// but finite numbers that are not denormal should stand there.
  virtual void run(Direction direction, std::byte* memory) = 0;
  virtual std::size_t bytes(Direction direction) const = 0;
  virtual std::string implementation(Direction direction) const = 0;
};

std::unique_ptr<ConvolutionCeiling> make_onednn_ceiling(const ConvolutionProblem& problem,
                                                        ConvolutionCeiling::Tensors tensors);

}  // namespace tessera
