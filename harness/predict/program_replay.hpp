#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "harness/predict/sample_program.hpp"

/// A training step replayed in time: each rank has a clock of its own and one of its link to the network,
/// computes what it is said to take, and waits where its program makes it wait for others. With a network
/// that takes no time this gives the ideal time of which POP's serialisation and transfer efficiencies are
/// made (the methodology of the Performance Optimisation and Productivity centre, pop-coe.eu).
namespace tessera {

/// What one rank computes in a pass, in seconds: for each step of its part's program, in the program's order.
/// Steps of exchanges and Ready take what the network says, whatever stands here.
struct ComputeSeconds {
  std::vector<double> forward, backward;
  double loss = 0, update = 0;
};

/// What communication takes, in seconds. Ranks are counted replica * parts + part.
class CommunicationTimes {
 public:
  /// A message on its way: its transfer keeps the sender's link busy, the latency nobody. `attended` of both
  /// together goes on only while the receiver waits, whatever it computes before.
  struct Flight {
    double latency = 0, transfer = 0, attended = 0;
  };
  virtual ~CommunicationTimes() = default;
  /// For a rank to hand a message over, and for another to take it: packing, unpacking, and the calls.
  virtual double handing_over(int from, int to, std::size_t bytes) const = 0;
  virtual double taking(std::size_t bytes) const = 0;
  /// To copy what was here before to where it is wanted.
  virtual double copy(std::size_t bytes) const = 0;
  virtual Flight flight(int from, int to, std::size_t bytes) const = 0;
  /// A sum over all ranks; `attended` as above.
  virtual Flight sum_over_world(std::size_t bytes) const = 0;
  /// A short sum over the parts of some replicas.
  virtual double sum_over_replicas(int replicas, std::size_t bytes) const = 0;
};

/// A network without latency and of infinite bandwidth, as POP's ideal one.
class IdealNetwork final : public CommunicationTimes {
 public:
  double handing_over(int, int, std::size_t) const override { return 0; }
  double taking(std::size_t) const override { return 0; }
  double copy(std::size_t) const override { return 0; }
  Flight flight(int, int, std::size_t) const override { return {}; }
  Flight sum_over_world(std::size_t) const override { return {}; }
  double sum_over_replicas(int, std::size_t) const override { return 0; }
};

/// Where a rank's step went; its parts make its end.
struct RankReplay {
  double computing = 0;   // the seconds that it was given
  double exchanging = 0;  // handling and waiting for parts of samples and short sums
  double reducing = 0;    // waiting for sums of gradients
  double end() const { return computing + exchanging + reducing; }
};

/// One training step of `passes` passes (whose gradients are added, and summed over all ranks in the last),
/// all ranks beginning together. seconds: by rank; a whole number of replicas, all of the run's or fewer that
/// stand for them. Returns each rank's times.
std::vector<RankReplay> replay(const SampleProgram& program, std::span<const ComputeSeconds> seconds,
                               const CommunicationTimes& network, int passes = 1);

/// When the last rank ends.
double step_seconds(std::span<const RankReplay> ranks);

/// POP's ideal time of a step: what it would take on an IdealNetwork.
double ideal_step_seconds(const SampleProgram& program, std::span<const ComputeSeconds> seconds,
                          int passes = 1);

}  // namespace tessera
