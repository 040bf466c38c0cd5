#include "harness/predict/program_replay.hpp"

#include <algorithm>
#include <cassert>

namespace tessera {
namespace {

using Kind = ProgramStep::Kind;
using Steps = std::vector<ProgramStep> Program::*;
using Seconds = std::vector<double> ComputeSeconds::*;

/// A rank and its link.
struct ReplayedRank {
  RankReplay times;
  double link = 0;         // free again then
  std::size_t cursor = 0;  // the next step of the pass under way

  double now() const { return times.end(); }
  void exchange_until(double time) { times.exchanging += std::max(0.0, time - now()); }
};

/// The messages of an exchange on their way to a rank.
struct Arriving {
  double last = 0;      // when the last has come
  double attended = 0;  // of their way, what goes on only while the rank waits
  double sent = 0;      // when the last of the rank's own has left
};

class Replay {
 public:
  Replay(const SampleProgram& program, std::span<const ComputeSeconds> seconds,
         const CommunicationTimes& network)
      : program_(program), seconds_(seconds), network_(network), ranks_(seconds.size()) {
    assert(!seconds.empty() && seconds.size() % program.program_of.size() == 0);
  }

  void pass(bool reduces) {
    run(&Program::forward, &ComputeSeconds::forward, false);
    for (std::size_t r = 0; r < ranks_.size(); ++r) ranks_[r].times.computing += seconds_[r].loss;
    run(&Program::backward, &ComputeSeconds::backward, reduces);
  }

  std::vector<RankReplay> end() {
    std::vector<RankReplay> all;
    for (std::size_t r = 0; r < ranks_.size(); ++r) {
      RankReplay& times = ranks_[r].times;
      times.reducing += std::max({0.0, sums_end_ - times.end(), sums_attended_});
      times.computing += seconds_[r].update;
      all.push_back(times);
    }
    return all;
  }

 private:
  int parts() const { return static_cast<int>(program_.program_of.size()); }
  int part(std::size_t rank) const { return static_cast<int>(rank) % parts(); }

  // The steps in which ranks wait for others stand in the same order in all programs, so that they can be
  // taken one after another, each on all ranks.
  void run(Steps steps, Seconds seconds, bool reduces) {
    for (ReplayedRank& rank : ranks_) rank.cursor = 0;
    for (const ProgramStep& step : program_.program(0).*steps) {
      if (!program_.joins(step)) continue;
      for (std::size_t r = 0; r < ranks_.size(); ++r) compute_until(step, r, steps, seconds);
      if (starts_exchange(step.kind)) start(step);
      if (finishes_exchange(step.kind)) finish(step);
      if (step.kind == Kind::Ready && reduces) reduce(step.node);
      if (!communicates(step.kind)) meet(step, seconds);
      for (ReplayedRank& rank : ranks_) ++rank.cursor;
    }
    for (std::size_t r = 0; r < ranks_.size(); ++r)
      while (ranks_[r].cursor < (program_.program(part(r)).*steps).size()) compute(r, seconds);
  }

  void compute_until(const ProgramStep& step, std::size_t rank, Steps steps, Seconds seconds) {
    const std::vector<ProgramStep>& mine = program_.program(part(rank)).*steps;
    while (!(mine[ranks_[rank].cursor] == step)) {
      assert(!program_.joins(mine[ranks_[rank].cursor]));
      compute(rank, seconds);
    }
  }
  void compute(std::size_t rank, Seconds seconds) {
    ranks_[rank].times.computing += (seconds_[rank].*seconds)[ranks_[rank].cursor++];
  }

  void start(const ProgramStep& step) {
    arriving_.assign(ranks_.size(), {});
    std::vector<Arriving>& arriving = under_way_[{step.node, step.input}] = std::move(arriving_);
    const bool gathers = step.kind == Kind::StartGather;
    const auto& messages = program_.exchanges.at({step.node, step.input});
    for (std::size_t r = 0; r < ranks_.size(); ++r) {
      ReplayedRank& rank = ranks_[r];
      const SampleProgram::Messages& mine = messages[static_cast<std::size_t>(part(r))];
      rank.times.exchanging += network_.copy(mine.copied_bytes);
      for (const auto& [peer, bytes] : gathers ? mine.sent : mine.received) {
        const std::size_t to = r - static_cast<std::size_t>(part(r)) + static_cast<std::size_t>(peer);
        const auto here = static_cast<int>(r), there = static_cast<int>(to);
        rank.times.exchanging += network_.handing_over(here, there, bytes);
        const auto [latency, transfer, attended] = network_.flight(here, there, bytes);
        rank.link = std::max(rank.link, rank.now()) + transfer;
        arriving[to].last = std::max(arriving[to].last, rank.link + latency);
        arriving[to].attended += attended;
        arriving[r].sent = rank.link;
      }
    }
  }

  void finish(const ProgramStep& step) {
    const bool gathers = step.kind == Kind::FinishGather;
    const auto& messages = program_.exchanges.at({step.node, step.input});
    auto under_way = under_way_.extract({step.node, step.input});
    for (std::size_t r = 0; r < ranks_.size(); ++r) {
      const Arriving& arriving = under_way.mapped()[r];
      ReplayedRank& rank = ranks_[r];
      rank.exchange_until(std::max({arriving.last, arriving.sent, rank.now() + arriving.attended}));
      const SampleProgram::Messages& mine = messages[static_cast<std::size_t>(part(r))];
      for (const auto& message : gathers ? mine.received : mine.sent)
        rank.times.exchanging += network_.taking(message.bytes);
    }
    arriving_ = std::move(under_way.mapped());
  }

  // One sum after another: each begins when the last rank has come to it.
  void reduce(NodeId node) {
    const auto found = program_.sums.find(node);
    if (found == program_.sums.end()) return;
    for (const std::size_t bytes : found->second) {
      double ready = sums_end_;
      for (const ReplayedRank& rank : ranks_) ready = std::max(ready, rank.now());
      const auto [latency, transfer, attended] = network_.sum_over_world(bytes);
      sums_end_ = ready + latency + transfer;
      sums_attended_ += attended;
    }
  }

  // What was measured of such a step may hold the wait for the others, which comes of itself here: all end
  // when the last does.
  void meet(const ProgramStep& step, Seconds seconds) {
    const auto [replicas, bytes] = program_.meetings.at(step.node);
    const auto members =
        std::min(ranks_.size(), static_cast<std::size_t>(replicas) * program_.program_of.size());
    for (std::size_t first = 0; first < ranks_.size(); first += members) {
      double last = 0;
      const std::size_t end = std::min(first + members, ranks_.size());
      for (std::size_t r = first; r < end; ++r) {
        ranks_[r].times.computing += (seconds_[r].*seconds)[ranks_[r].cursor];
        last = std::max(last, ranks_[r].now());
      }
      for (std::size_t r = first; r < end; ++r)
        ranks_[r].exchange_until(last + network_.sum_over_replicas(replicas, bytes));
    }
  }

  const SampleProgram& program_;
  std::span<const ComputeSeconds> seconds_;
  const CommunicationTimes& network_;
  std::vector<ReplayedRank> ranks_;
  std::map<SampleProgram::Edge, std::vector<Arriving>> under_way_;  // by rank
  std::vector<Arriving> arriving_;                                  // its memory is used again
  double sums_end_ = 0, sums_attended_ = 0;
};

}  // namespace

std::vector<RankReplay> replay(const SampleProgram& program, std::span<const ComputeSeconds> seconds,
                               const CommunicationTimes& network, int passes) {
  Replay replay(program, seconds, network);
  for (int pass = 1; pass <= passes; ++pass) replay.pass(pass == passes);
  return replay.end();
}

double step_seconds(std::span<const RankReplay> ranks) {
  double last = 0;
  for (const RankReplay& rank : ranks) last = std::max(last, rank.end());
  return last;
}

double ideal_step_seconds(const SampleProgram& program, std::span<const ComputeSeconds> seconds, int passes) {
  return step_seconds(replay(program, seconds, IdealNetwork(), passes));
}

}  // namespace tessera
