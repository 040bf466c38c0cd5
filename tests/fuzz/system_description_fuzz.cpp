// System descriptions: any bytes are refused as bad input or give a description, whose text is read as the
// same.

#include <string>
#include <string_view>

#include "fuzz/require.hpp"
#include "fuzz/target.hpp"
#include "models/base/error.hpp"
#include "submissions/system_description.hpp"

namespace {

using namespace tessera;

void check_described(const SystemDescription& system) {
  require(system.fields.is_object());
  const Verdict verdict = check(system, "system.json");
  for (const auto* list : {&verdict.findings, &verdict.warnings})
    for (const Finding& finding : *list) require(!finding.rule.empty() && !finding.found.empty());
  const std::string text = to_text(system);
  require(to_text(parse_system_description(text, "system.json")) == text);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    check_described(parse_system_description({reinterpret_cast<const char*>(data), size}, "system.json"));
  } catch (const InputError& error) {
    require(!error.problem().empty());
  }
  return 0;
}
