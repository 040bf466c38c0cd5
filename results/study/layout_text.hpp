#pragma once

#include <string>

#include "results/study/study.hpp"

/// Layouts of a study's points as people write them.
namespace tessera {

/// Parts along each axis of a sample, as `--split` takes them: "4x1", of three axes "2x2x2" where the last is
/// split too, of two axes height by width; "whole" where a sample isn't split.
std::string split_text(const StudyLayout& layout);

/// Ranks by threads: "4x2".
std::string size_text(const StudyLayout& layout);

/// "128x128x128"
std::string extents_text(const StudyLayout& layout);

}  // namespace tessera
