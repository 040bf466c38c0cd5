#include "harness/machine/processor_model.hpp"

#include <fmt/core.h>

#include <array>

namespace tessera {
namespace {

struct ArmPart {
  std::string_view implementer, part, name;
};
// The processors of servers; the numbers are those of the register MIDR_EL1.
constexpr std::array kArmParts{
    ArmPart{"0x41", "0xd0c", "Arm Neoverse N1"},        ArmPart{"0x41", "0xd40", "Arm Neoverse V1"},
    ArmPart{"0x41", "0xd49", "Arm Neoverse N2"},        ArmPart{"0x41", "0xd4f", "Arm Neoverse V2"},
    ArmPart{"0x43", "0x0af", "Marvell ThunderX2"},      ArmPart{"0x46", "0x001", "Fujitsu A64FX"},
    ArmPart{"0x48", "0xd01", "HiSilicon TaiShan v110"}, ArmPart{"0xc0", "0xac3", "Ampere-1"},
};

// The value behind the first "key<blanks>: value"; empty if there is none.
std::string_view value_of(std::string_view text, std::string_view key) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string_view name = line.substr(0, line.find_last_not_of(" \t", colon - 1) + 1);
    const std::size_t begin = line.find_first_not_of(" \t", colon + 1);
    if (name == key && begin != std::string_view::npos) return line.substr(begin);
  }
  return {};
}

}  // namespace

std::string processor_model_in(std::string_view cpuinfo) {
  if (const std::string_view model = value_of(cpuinfo, "model name"); !model.empty())
    return std::string(model);
  const std::string_view implementer = value_of(cpuinfo, "CPU implementer"),
                         part = value_of(cpuinfo, "CPU part");
  if (implementer.empty() || part.empty()) return {};
  for (const ArmPart& known : kArmParts)
    if (known.implementer == implementer && known.part == part) return std::string(known.name);
  return fmt::format("Arm, implementer {}, part {}", implementer, part);
}

}  // namespace tessera
