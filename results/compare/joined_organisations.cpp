#include "results/compare/joined_organisations.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "models/base/error.hpp"

namespace tessera {
namespace {

const std::string& submitter_of(const ComparedSet& compared) {
  static const std::string none;
  const auto field = compared.system.texts.find("submitter");
  return field == compared.system.texts.end() ? none : field->second;
}

}  // namespace

JoinedOrganisations::JoinedOrganisations(std::span<const std::string> joins) {
  for (const std::string& join : joins) {
    const std::size_t equals = join.rfind('=');
    const std::string name = equals == std::string::npos ? "" : join.substr(equals + 1);
    std::istringstream list(join.substr(0, equals));
    std::size_t count = 0;
    for (std::string organisation; !name.empty() && std::getline(list, organisation, ',');) {
      if (organisation.empty()) continue;
      ++count;
      if (!names_.emplace(organisation, name).second)
        throw InputError(fmt::format("'{}' is joined twice", organisation), "--join",
                         "name each organisation once");
    }
    if (count < 2)
      throw InputError(fmt::format("'{}' doesn't say what to join", join), "--join",
                       "name organisations that share a system, and what to call them: A,B=NAME");
  }
}

void JoinedOrganisations::require(std::span<const ComparedSet> sets) const {
  std::set<std::string> there;
  for (const ComparedSet& compared : sets)
    for (const std::string& name : {compared.set.organisation, submitter_of(compared)})
      if (!name.empty()) there.insert(name);
  for (const auto& [organisation, name] : names_)
    if (!there.contains(organisation))
      throw InputError(fmt::format("no organisation is called '{}'", organisation), "--join",
                       there.empty() ? "leave it away: neither logs nor descriptions name an organisation"
                                     : fmt::format("give some of these: {}", fmt::join(there, ", ")));
}

std::string JoinedOrganisations::owner(const ComparedSet& compared) const {
  for (const std::string& organisation : {compared.set.organisation, submitter_of(compared)})
    if (const auto joined = names_.find(organisation); joined != names_.end()) return joined->second;
  return submitter_of(compared);
}

}  // namespace tessera
