#include "results/study/study_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <vector>

#include "results/study/sample_study.hpp"
#include "results/study/study_csv.hpp"

namespace tessera {
namespace {

using testing::Contains;
using testing::HasSubstr;

std::vector<std::string> lines_of(const std::string& text, char separator = '\n') {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line, separator);) lines.push_back(line);
  return lines;
}

std::string table_of(const Study& study) {
  std::ostringstream out;
  print(out, study);
  return out.str();
}

/// Lines of a CSV without quoted cells, each by its headings.
std::vector<std::map<std::string, std::string>> csv_of(const Study& study) {
  std::ostringstream out;
  print_csv(out, study);
  const auto lines = lines_of(out.str());
  const auto headings = lines_of(lines.front(), ',');
  std::vector<std::map<std::string, std::string>> rows;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    auto cells = lines_of(lines[i], ',');
    cells.resize(headings.size());  // an empty last cell leaves no text behind its comma
    EXPECT_EQ(std::ranges::count(lines[i], ','), static_cast<std::ptrdiff_t>(headings.size()) - 1);
    auto& row = rows.emplace_back();
    for (std::size_t k = 0; k < headings.size(); ++k) row[headings[k]] = cells[k];
  }
  return rows;
}

TEST(StudyTable, FitsATerminalAndSaysEfficiencyOfEachFamily) {
  const std::string table = table_of(sample_scaling_study());
  for (const std::string& line : lines_of(table)) EXPECT_LE(line.size(), 120U) << line;
  EXPECT_THAT(table, HasSubstr("strong scaling, global batch 4 of 32x32x32; against 1x1 (*)"));
  EXPECT_THAT(table, HasSubstr("weak scaling, 2 samples a rank of 32x32x32; against 1x1 (*)"));
  EXPECT_THAT(
      lines_of(table),
      Contains(testing::ContainsRegex("2x1  whole .* 1\\.6 +80\\.0 % +64\\.0\\.\\.106\\.7 +-20\\.0 %")));
}

TEST(StudyTable, NamesPointsThatFailedOrHaveNotEnded) {
  Study study = sample_scaling_study();
  study.points[4].failure = "exit code 3: \x1b[31mout of memory";
  const std::string table = table_of(study);
  EXPECT_THAT(table, HasSubstr("4x1  4x1      FAILED: exit code 3: \\u001b[31mout of memory"));
  EXPECT_THAT(table, HasSubstr("4x1  2x1      hasn't ended yet"));
}

TEST(StudyTable, SaysWhoseSamplesWereReadAgain) {
  EXPECT_THAT(table_of(sample_scaling_study()),
              HasSubstr("samples were read again, as the data set has fewer than a point took: 4x1 whole\n"));
}

TEST(StudyTable, OfPointsThatAllFailedHasNoFigures) {
  Study study = sample_scaling_study();
  for (StudyPoint& point : study.points) point.measurement.reset();
  EXPECT_THAT(table_of(study), HasSubstr("none of its points was measured"));
}

TEST(StudyCsv, HasALineForEachPointWithNumbersThatOthersRead) {
  const auto rows = csv_of(sample_scaling_study());
  ASSERT_EQ(rows.size(), 9U);
  const auto two = std::ranges::find_if(rows, [](auto row) { return row["point"] == "strong-2-1"; });
  auto row = *two;
  EXPECT_EQ(row["step_seconds"], "0.625");
  EXPECT_EQ(std::stod(row["speed_up"]), 1.6);
  EXPECT_DOUBLE_EQ(std::stod(row["efficiency"]), 0.8);
  EXPECT_DOUBLE_EQ(std::stod(row["parallel_efficiency"]), 0.7);
  EXPECT_DOUBLE_EQ(std::stod(row["serialisation_efficiency"]), 0.5 / 0.5625);
  EXPECT_EQ(row["hybrid_parallel_efficiency"], "");
  EXPECT_EQ(row["memory_bytes"], "67108864");
}

TEST(StudyCsv, LeavesTheFiguresOfAFailedPointEmpty) {
  const auto rows = csv_of(sample_scaling_study());
  auto row = *std::ranges::find_if(rows, [](auto one) { return one["point"] == "strong-4-4"; });
  EXPECT_EQ(row["failure"], "exit code 3: out of memory");
  for (const char* heading :
       {"step_seconds", "efficiency", "is_base", "load_balance", "nodes", "memory_bytes"})
    EXPECT_EQ(row[heading], "") << heading;
}

}  // namespace
}  // namespace tessera
