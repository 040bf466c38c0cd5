#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "results/check/finding.hpp"
#include "results/check/rule_tables.hpp"
#include "results/check/run_record.hpp"

namespace tessera {

/// Applies rules of the tables to one run and collects what they hold against it. Private to run_rules.cpp.
class Judge {
 public:
  /// run must outlive the judge. Its malformed lines are held against it at once.
  explicit Judge(const RunRecord& run);

  void apply(const KeyRule& rule);
  void apply(const EitherRule& rule);
  void apply(const OrderRule& rule);
  void apply(const TargetRule& rule);
  /// The target of a user's own network, which is its log's.
  void apply_own_target();
  void check_length_of_initialisation();
  /// The run is then not judged, unless something is found.
  void miss_rules_of(const std::string& benchmark);
  /// Of what the rules of the rounds pass over, and no log of one sound run has.
  void warn_of_times();
  void warn_of_several_runs();
  void warn_of_compression();

  /// All that was found, in the order of lines; what is missing comes last.
  Verdict take();

 private:
  Finding finding(std::string_view rule, std::string_view key, std::optional<std::size_t> line,
                  std::string_view expected, std::string found) const;
  void report(std::string_view rule, std::string_view key, std::optional<std::size_t> line,
              std::string_view expected, std::string found);
  void warn(std::string_view rule, std::string_view key, std::optional<std::size_t> line,
            std::string_view expected, std::string found);
  void report(const Offences& offences, std::string_view rule, LogKey key, std::string_view expected);
  void check_occurrences(const KeyRule& rule);

  const RunRecord& run_;
  Verdict verdict_;
};

}  // namespace tessera
