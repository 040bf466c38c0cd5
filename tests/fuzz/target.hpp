#pragma once

#include <cstddef>
#include <cstdint>

/// One fuzzing target: libFuzzer calls it with inputs that it makes up, main.cpp with those of the corpus. It
/// must survive any bytes; what it holds against them beyond that, it asserts.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
