#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace tessera {

/// Something that a rule holds against a log. All texts are meant for readers, except rule, which is stable.
struct Finding {
  std::string rule;                 // a short stable identifier, see run_rules.hpp
  std::string file;                 // path of the log
  std::string key;                  // the MLLOG key concerned; empty if none
  std::optional<std::size_t> line;  // from 1; nothing where something is missing
  std::string expected;
  std::string found;

  bool operator==(const Finding&) const = default;
};

struct Verdict {
  std::vector<Finding> findings;  // each makes what was judged non-compliant
  std::vector<Finding> warnings;  // don't
  bool judged = true;             // false: it has no findings, but some of its rules aren't known here

  bool compliant() const { return judged && findings.empty(); }
};

}  // namespace tessera
