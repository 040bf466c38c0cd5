#pragma once

#include <string>

/// What the library of kernels is, on this machine.
namespace tessera {

/// The version that runs: "2.6.3".
std::string onednn_version();

/// Whether the processor lacks units for bfloat16, or the library doesn't use them: what is computed in it is
/// right, and slower than in float32.
bool emulates_bfloat16();

/// What a user is told then.
inline constexpr const char* kEmulatedBfloat16 =
    "bfloat16 is emulated: the processor has no units for it, or oneDNN doesn't use them; float32 is faster";

/// Whether the processor has units that multiply tiles of bfloat16 (AMX), and the library uses them.
bool has_bfloat16_tiles();

}  // namespace tessera
