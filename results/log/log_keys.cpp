#include "results/log/log_keys.hpp"

#include <unordered_map>

namespace tessera {
namespace {

constexpr bool names_stand_at_their_keys() {
  for (std::size_t i = 0; i < kLogKeys; ++i) {
    if (index_of(kLogKeyNames[i].key) != i) return false;
  }
  return true;
}
static_assert(names_stand_at_their_keys());

std::unordered_map<std::string_view, LogKey> keys_by_name() {
  std::unordered_map<std::string_view, LogKey> keys;
  for (const LogKeyName& entry : kLogKeyNames) keys.emplace(entry.name, entry.key);
  return keys;
}

}  // namespace

std::optional<LogKey> find_log_key(std::string_view name) {
  static const std::unordered_map<std::string_view, LogKey> keys = keys_by_name();
  const auto found = keys.find(name);
  if (found == keys.end()) return std::nullopt;
  return found->second;
}

}  // namespace tessera
