#pragma once

#include <array>
#include <bitset>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "results/log/log_entry.hpp"
#include "results/log/log_keys.hpp"

namespace tessera {

struct KeyRule;
struct OrderRule;
struct TargetRule;

/// The entries that break one rule: the first of them with what was found there, and how many there are.
struct Offences {
  std::size_t line = 0;
  std::size_t count = 0;
  std::string found;

  void add(std::size_t at, std::string what);
};

/// What the rules of all rounds, divisions and benchmarks together would hold against the entries of a log,
/// counted while they pass by, since which of them apply is known only at the end. check() picks.
class RuleTally {
 public:
  /// Of one key rule: values, and for each member of the metadata that it asks for where it is missing and
  /// where it is bad.
  struct OfKey {
    const KeyRule* rule;
    Offences value;
    std::array<Offences, 2> missing, bad;
  };
  /// Of one benchmark's target.
  struct OfTarget {
    const TargetRule* rule;
    bool reached = false;
    std::size_t evaluations = 0;
    std::size_t last_line = 0;
    std::string last;  // value, as a report shows it
  };
  /// An initialisation that took too long.
  struct SlowInit {
    std::size_t line;
    double minutes;
  };

  RuleTally();

  /// Entries must come in the order of their lines.
  void add(const LogEntry& entry);

  const OfKey& of(const KeyRule& rule) const;
  const Offences& of(const OrderRule& rule) const;
  const OfTarget& of(const TargetRule& rule) const;
  const std::optional<SlowInit>& slow_init() const { return slow_init_; }

 private:
  void check_order(const LogEntry& entry);
  void check_init(const LogEntry& entry);

  std::array<std::vector<OfKey>, kLogKeys> keys_;
  std::vector<Offences> orders_;  // as order_rules()
  std::vector<OfTarget> targets_;
  std::bitset<kLogKeys> seen_;
  double first_init_ms_ = std::numeric_limits<double>::infinity();
  std::optional<SlowInit> slow_init_;
};

}  // namespace tessera
