#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tessera {

/// Of the calls of a kernel, or of a layer.
enum class Direction : std::uint8_t { Forward, BackwardInputs, BackwardParameters };
inline constexpr std::array kDirections = {Direction::Forward, Direction::BackwardInputs,
                                           Direction::BackwardParameters};

/// As tables and files have it: "backward_inputs".
const char* name_of(Direction direction);

/// Of what a kernel or an operation says of its implementations, which are one for all directions, or forward
/// and then backward; a kernel without gradients of inputs has none for them, and neither has one of
/// max-pooling for parameters.
std::string implementation_of(const std::vector<std::string>& implementations, Direction direction);

/// Of parts that may have been given different implementations: each name once.
std::string joined(const std::vector<std::string>& implementations);

/// Whether the name of an implementation has this among its words: gemm is one of "x64:gemm:jit", and none of
/// "brgemm:avx512".
bool has_word(std::string_view implementation, std::string_view word);

}  // namespace tessera
