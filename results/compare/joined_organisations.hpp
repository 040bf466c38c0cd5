#pragma once

#include <map>
#include <span>
#include <string>

#include "results/compare/compared_set.hpp"

namespace tessera {

/// Organisations that share systems, by the name that all of them then have: "RIKEN" and "Fujitsu" to
/// "Fugaku".
class JoinedOrganisations {
 public:
  /// Each text is A,B=NAME. Throws InputError for one that isn't, and for an organisation in two of them.
  explicit JoinedOrganisations(std::span<const std::string> joins = {});

  /// Throws InputError for an organisation that none of the sets is of.
  void require(std::span<const ComparedSet> sets) const;
  /// Who runs the system of a set: the name that its organisation is joined by, else the submitter.
  std::string owner(const ComparedSet& compared) const;

 private:
  std::map<std::string, std::string> names_;  // by organisation
};

}  // namespace tessera
