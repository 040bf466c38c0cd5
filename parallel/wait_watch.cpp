#include "parallel/wait_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <string>
#include <utility>

#include "models/base/host_name.hpp"

namespace tessera {
namespace {

// Shorter waits aren't looked into.
constexpr double kPatience = 1;
// The first who knows of lost ranks has so many seconds to end the others.
constexpr double kFirstTakes = 3;
// An exception ends the process in so many seconds, or is not waited for.
constexpr double kUnwinding = 20;

// This host's name, cut where it is longer.
std::array<char, 64> host_to_tell() {
  std::array<char, 64> host{};
  const std::string name = host_name();
  std::copy_n(name.begin(), std::min(name.size(), host.size() - 1), host.begin());
  return host;
}

// The members of the world whose messages haven't come or weren't taken; none where it is a collective.
std::vector<int> peers_of(std::span<const Request> requests) {
  std::vector<int> peers;
  for (const Request& request : requests)
    if (request.in_flight() && request.peer()) peers.push_back(*request.peer());
  std::ranges::sort(peers);
  peers.erase(std::unique(peers.begin(), peers.end()), peers.end());
  return peers;
}

}  // namespace

double WaitClock::tick(double most) {
  const auto now = std::chrono::steady_clock::now();
  const auto before = std::exchange(last_, now);
  if (before == std::chrono::steady_clock::time_point{}) return 0;
  const double passed = std::min(std::chrono::duration<double>(now - before).count(), most);
  seconds_ += passed;
  return passed;
}

WaitWatch::WaitWatch(const Communicator& world, Options options)
    : world_(world),
      options_(std::move(options)),
      hosts_(world.all_gather(host_to_tell())),
      roll_call_(world) {
  assert(world.notes().watch == nullptr && "two watches of one world");
  world.notes().watch = this;
}

WaitWatch::~WaitWatch() {
  world_.notes().watch = nullptr;
}

double WaitWatch::limit() const {
  constexpr double kShortest = 600, kSteps = 20;
  return options_.limit_seconds.value_or(std::max(kShortest, kSteps * world_.notes().longest_step_seconds));
}

// Who waits answers at once, who is at work at its next piece.
double WaitWatch::answers_take(const WatchedWait& wait) const {
  constexpr double kLeast = 2, kMost = 30;
  return wait.seconds_since_signal > 0 ? kLeast : std::clamp(limit() / 20, kLeast, kMost);
}

// Others may be in the middle of a step, or write the checkpoint for which the signal asked.
double WaitWatch::limit_after_signal(WaitedFor::Kind kind) const {
  constexpr double kSteps = 2;
  const double step = world_.notes().longest_step_seconds;
  const bool works = kind == WaitedFor::Kind::Work || step == 0;
  return std::max(works ? options_.seconds_of_work_after_signal : options_.seconds_after_signal,
                  kSteps * step);
}

void WaitWatch::look(std::span<const Request> requests, const WaitedFor& what, WatchedWait& wait) {
  const double share = what.kind == WaitedFor::Kind::Work ? 0.5 : 0.125;  // who is at work looks seldom
  const double passed = wait.clock.tick(std::max(kPatience, share * limit()));
  const double seconds = wait.clock.seconds();
  if (seconds < kPatience) return;
  roll_call_.answer();
  if (options_.asked_to_end()) wait.seconds_since_signal += passed;
  if (!wait.called_at) {
    if (seconds < limit() && wait.seconds_since_signal < limit_after_signal(what.kind)) return;
    roll_call_.call();
    wait.called_at = seconds;
  }
  const double since_call = seconds - *wait.called_at;
  if (since_call < answers_take(wait) + (roll_call_.is_first() ? 0 : kFirstTakes)) return;
  leave(requests, what, wait);
}

void WaitWatch::leave(std::span<const Request> requests, const WaitedFor& what, const WatchedWait& wait) {
  const std::string problem = fmt::format("no step for {:.0f} s{}; {} in {}", *wait.called_at,
                                          wait.seconds_since_signal > 0 ? ", and a signal asked to end" : "",
                                          who(requests), place(what));
  const LostRanks lost(
      problem, "a rank that is left",
      "look for a process that died, a host that is down or a broken network, then start again; where "
      "nothing is wrong but slow, give more seconds with --step-timeout");
  deadline_.emplace(kUnwinding, lost.exit_code(), fmt::format("tessera: {}", lost.what()));
  throw lost;
}

std::string WaitWatch::who(std::span<const Request> requests) const {
  const std::vector<int> silent = roll_call_.silent(), peers = peers_of(requests);
  if (roll_call_.is_possible() && silent.empty())
    return fmt::format("all ranks answer, and yet this one waits for {}",
                       peers.empty() ? "them" : names(peers));
  if (roll_call_.is_possible()) return "waiting for " + names(silent);
  if (!peers.empty()) return "waiting for " + names(peers);
  return "waiting for ranks that can't be told among so many";
}

// "ranks 2, 3 (host node2), 5 (host node3)".
std::string WaitWatch::names(const std::vector<int>& ranks) const {
  constexpr std::size_t kNamed = 16;
  std::string text = ranks.size() == 1 ? "rank " : "ranks ";
  const std::size_t named = std::min(kNamed, ranks.size());
  for (std::size_t i = 0; i < named; ++i) {
    const HostName& host = hosts_[ranks[i]];
    text += fmt::format("{}{}", i == 0 ? "" : ", ", ranks[i]);
    if (i + 1 == named || hosts_[ranks[i + 1]] != host) text += fmt::format(" (host {})", host.data());
  }
  if (named < ranks.size()) text += fmt::format(" and {} more", ranks.size() - named);
  return text;
}

std::string WaitWatch::place(const WaitedFor& what) const {
  const std::string* layer = world_.notes().last_layer;
  if (what.kind != WaitedFor::Kind::InLayer || layer == nullptr) return what.what;
  return fmt::format("{} after layer {}", what.what, *layer);
}

}  // namespace tessera
