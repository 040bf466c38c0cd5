#include "harness/study/study_points.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <utility>

#include "harness/plan/split.hpp"
#include "models/base/error.hpp"
#include "results/study/layout_text.hpp"

namespace tessera {
namespace {

constexpr int kMostPartsTried = 64;          // of a sample, with kAutoSplits
constexpr std::size_t kMostSplits = 6;       // that kAutoSplits takes of each size, beside the whole
constexpr double kSensibleEfficiency = 0.5;  // by work alone
constexpr std::size_t kMostPoints = 200;
constexpr std::size_t kMostNamed = 4;  // reasons that an error names

StudyLayout layout_with(const StudyRequest& request, StudyMode mode, int ranks, const GridDims& parts) {
  StudyLayout layout{.mode = mode,
                     .ranks = ranks,
                     .threads = request.threads.front(),
                     .depth = parts.depth,
                     .height = parts.height,
                     .width = parts.width,
                     .global_batch = request.global_batch,
                     .extents = request.extents};
  const std::int64_t of_a_rank = request.global_batch / request.smallest();
  if (mode == StudyMode::WeakRank) layout.global_batch = of_a_rank * ranks;
  if (mode == StudyMode::WeakReplica || mode == StudyMode::WeakVolume)
    layout.global_batch = of_a_rank * layout.replicas();
  if (mode != StudyMode::WeakVolume) return layout;
  const std::vector<std::int64_t> grown{parts.depth, parts.height, parts.width};
  const std::size_t first = grown.size() - layout.extents.size();
  for (std::size_t axis = 0; axis < layout.extents.size(); ++axis)
    layout.extents[axis] *= grown[first + axis];
  return layout;
}

std::string name_for_people(const StudyLayout& layout) {
  return fmt::format("{}, {} rank{}, {}", to_string(layout.mode), layout.ranks, layout.ranks == 1 ? "" : "s",
                     split_text(layout));
}

// A slab first, then blocks as even as there are.
std::vector<GridDims> grids_of(int parts, int axes) {
  std::vector<GridDims> grids{axes == 3 ? GridDims{1, parts, 1, 1} : GridDims{1, 1, parts, 1}};
  const auto largest_divisor = [](int number, int most) {
    while (number % most != 0) --most;
    return most;
  };
  const int second = largest_divisor(parts, static_cast<int>(std::sqrt(parts)));
  if (second > 1)
    grids.push_back(axes == 3 ? GridDims{1, parts / second, second, 1}
                              : GridDims{1, 1, parts / second, second});
  if (axes == 2) return grids;
  const int third = largest_divisor(parts, static_cast<int>(std::cbrt(parts) + 1e-9));
  const int middle = largest_divisor(parts / third, static_cast<int>(std::sqrt(parts / third)));
  if (third > 1) grids.push_back({1, parts / third / middle, middle, third});
  return grids;
}

/// Gathers the points of a study.
class PointGatherer {
 public:
  PointGatherer(const StudyRequest& request, const JudgeLayout& judge) : request_(request), judge_(judge) {}

  void add_size(StudyMode mode, int ranks) {
    if (request_.splits != std::vector<std::string>{kAutoSplits}) {
      for (const std::string& split : request_.splits) add_named(mode, ranks, split);
      return;
    }
    if (mode != StudyMode::WeakVolume || ranks == request_.smallest())
      add(layout_with(request_, mode, ranks, {}));
    std::size_t taken = 0;
    for (int parts = 2; parts <= std::min(ranks, kMostPartsTried); ++parts)
      if (ranks % parts == 0 && fits_volume(mode, ranks, parts)) {
        if (taken == kMostSplits) return leave_out_rest(mode, ranks, parts);
        taken += add_best(mode, ranks, parts) ? 1 : 0;
      }
  }

  StudyPoints take() && { return std::move(points_); }

 private:
  bool fits_volume(StudyMode mode, int ranks, int parts) const {
    return mode != StudyMode::WeakVolume || parts * request_.smallest() == ranks;
  }

  void add_named(StudyMode mode, int ranks, const std::string& split) {
    const int axes = static_cast<int>(request_.extents.size());
    const std::optional<GridDims> parts = parts_in(split, axes);
    if (!parts)
      throw InputError(fmt::format("'{}' is no split of samples with {} axes", split, axes), "--splits",
                       "give auto, or a list of whole, 2x1, 2x2 and such");
    if (ranks % parts->parts() != 0) {
      points_.left_out.push_back(fmt::format("{}, {} rank{}, {}: {} parts don't divide them", to_string(mode),
                                             ranks, ranks == 1 ? "" : "s", split, parts->parts()));
      return;
    }
    add(layout_with(request_, mode, ranks, *parts));
  }

  // Of the splits in so many parts the one that plans best.
  bool add_best(StudyMode mode, int ranks, int parts) {
    std::optional<StudyLayout> best;
    double efficiency = 0;
    std::string refusal;
    for (const GridDims& grid : grids_of(parts, static_cast<int>(request_.extents.size()))) {
      const StudyLayout layout = layout_with(request_, mode, ranks, grid);
      const LayoutVerdict verdict = judge_(layout);
      if (refusal.empty()) refusal = verdict.refusal;
      if (!verdict.refusal.empty() || verdict.efficiency <= efficiency) continue;
      best = layout;
      efficiency = verdict.efficiency;
    }
    if (!best) {
      points_.left_out.push_back(
          fmt::format("{}, {} ranks, {} parts: {}", to_string(mode), ranks, parts, refusal));
    } else if (efficiency < kSensibleEfficiency) {
      points_.left_out.push_back(fmt::format("{}: at most {:.0f} % efficient by the parts' work alone",
                                             name_for_people(*best), 100 * efficiency));
    } else {
      add_threads(*best);
      return true;
    }
    return false;
  }

  void leave_out_rest(StudyMode mode, int ranks, int parts) {
    points_.left_out.push_back(fmt::format("{}, {} ranks, {} parts and more: auto takes {} splits of a size",
                                           to_string(mode), ranks, parts, kMostSplits));
  }

  void add(const StudyLayout& layout) {
    const LayoutVerdict verdict = judge_(layout);
    if (verdict.refusal.empty()) return add_threads(layout);
    points_.left_out.push_back(fmt::format("{}: {}", name_for_people(layout), verdict.refusal));
  }

  void add_threads(StudyLayout layout) {
    for (const int threads : request_.threads) {
      layout.threads = threads;
      if (std::ranges::find(points_.layouts, layout) == points_.layouts.end())
        points_.layouts.push_back(layout);
    }
  }

  const StudyRequest& request_;
  const JudgeLayout& judge_;
  StudyPoints points_;
};

// By multiples of the golden ratio: neighbours come as far apart as they can, however many there are.
void spread_out(std::vector<StudyLayout>& layouts) {
  std::vector<std::pair<double, std::size_t>> places;
  for (std::size_t i = 0; i < layouts.size(); ++i) {
    double whole = 0;
    places.emplace_back(std::modf(static_cast<double>(i) * std::numbers::phi, &whole), i);
  }
  std::ranges::sort(places);
  std::vector<StudyLayout> spread;
  spread.reserve(layouts.size());
  for (const auto& [place, i] : places) spread.push_back(std::move(layouts[i]));
  layouts = std::move(spread);
}

void check_points(const StudyPoints& points) {
  if (points.layouts.size() > kMostPoints)
    throw InputError(fmt::format("the study has {} points, more than {}", points.layouts.size(), kMostPoints),
                     "command line", "give fewer --ranks, --threads, --mode or --splits");
  if (!points.layouts.empty()) return;
  const std::vector<std::string> named(
      points.left_out.begin(),
      points.left_out.begin() + static_cast<std::ptrdiff_t>(std::min(kMostNamed, points.left_out.size())));
  throw InputError(fmt::format("no point of the study can be run: {}", fmt::join(named, "; ")),
                   "command line", "give other --ranks or --splits, or another data.global_batch_size");
}

}  // namespace

int StudyRequest::smallest() const {
  return std::ranges::min(ranks);
}

StudyPoints study_points(const StudyRequest& request, const JudgeLayout& judge) {
  const bool weak =
      std::ranges::any_of(request.modes, [](StudyMode mode) { return mode != StudyMode::Strong; });
  if (weak && request.global_batch < request.smallest())
    throw InputError(
        fmt::format("weak scaling keeps the samples of a rank, and a global batch of {} is less than "
                    "one for each of {} ranks",
                    request.global_batch, request.smallest()),
        "--ranks", "begin with fewer ranks, or raise data.global_batch_size");
  if (weak && request.global_batch % request.smallest() != 0)
    throw InputError(
        fmt::format("weak scaling keeps the samples of a rank, and a global batch of {} can't be divided "
                    "among {} ranks",
                    request.global_batch, request.smallest()),
        "--ranks",
        fmt::format("begin with a number of ranks that divides it, or set data.global_batch_size to {} or {}",
                    request.global_batch / request.smallest() * request.smallest(),
                    (request.global_batch / request.smallest() + 1) * request.smallest()));
  PointGatherer points(request, judge);
  for (const StudyMode mode : request.modes)
    for (const int ranks : request.ranks) points.add_size(mode, ranks);
  StudyPoints gathered = std::move(points).take();
  check_points(gathered);
  spread_out(gathered.layouts);
  return gathered;
}

std::string point_name(const StudyLayout& layout) {
  std::string name = fmt::format("{}_r{}_t{}_{}_b{}", to_string(layout.mode), layout.ranks, layout.threads,
                                 split_text(layout), layout.global_batch);
  if (layout.mode == StudyMode::WeakVolume) name += "_" + extents_text(layout);
  return name;
}

}  // namespace tessera
