#pragma once

#include <string>
#include <string_view>

namespace tessera {

/// What /proc/cpuinfo calls the processor: its `model name`, or on aarch64, where there is none, the name
/// that belongs to `CPU implementer` and `CPU part`, or these two numbers where they are unknown to us.
/// Empty where the text has neither.
std::string processor_model_in(std::string_view cpuinfo);

}  // namespace tessera
