#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tessera {

/// A text in strict JSON, in which an empty string stands for each number that strict JSON can't spell or
/// hold: NaN, Infinity, -Infinity, 1e400.
struct StrictText {
  struct Number {
    std::size_t string;  // it is the n-th string of the text, counted from 0, names included
    double value;
  };
  std::string text;
  std::vector<Number> numbers;
};

/// Rewrites a text in which such numbers may stand. What else is wrong with it stays so.
StrictText to_strict(std::string_view text);

}  // namespace tessera
