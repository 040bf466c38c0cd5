#pragma once

#include <vector>

namespace tessera {

/// A place on the sheet, x to the right and y down.
struct SheetPoint {
  double x = 0, y = 0;
};

/// A line drawn without lifting the pen: a smooth curve through the points, and a straight one through two.
using Stroke = std::vector<SheetPoint>;
/// A figure within the unit square, stroke by stroke.
using Glyph = std::vector<Stroke>;

/// How the digit 0 to 9 is written: at least one way.
const std::vector<Glyph>& digit_glyphs(int digit);

}  // namespace tessera
