#pragma once

#include <span>
#include <string_view>

namespace tessera {

/// A file that the build puts into the program: those of results/report/, and Chart.js (MIT licence).
struct ReportPart {
  std::string_view name, text;
};

std::span<const ReportPart> report_parts();

}  // namespace tessera
