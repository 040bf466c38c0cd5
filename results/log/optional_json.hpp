#pragma once

#include <nlohmann/json.hpp>
#include <optional>

/// What may be missing, as null.
namespace tessera {

template <class T>
nlohmann::json or_null(const std::optional<T>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}

/// Of an object that has the key; throws json::exception where it hasn't, or holds another type.
template <class T>
std::optional<T> optional_at(const nlohmann::json& object, const char* key) {
  const nlohmann::json& value = object.at(key);
  return value.is_null() ? std::nullopt : std::optional<T>(value.get<T>());
}

}  // namespace tessera
