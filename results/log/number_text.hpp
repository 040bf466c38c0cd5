#pragma once

#include <optional>
#include <string_view>

namespace tessera {

/// The number that a text is, as Python's float() takes it: white space around it and a plus sign are
/// allowed, nan and infinity too. Nothing for other texts.
std::optional<double> number_from_text(std::string_view text);

}  // namespace tessera
