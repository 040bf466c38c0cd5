#pragma once

#include <initializer_list>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

/// The values of log entries, compared as Python does it, in which the official rules are written.
namespace tessera {

/// The number that a value is; true is 1 and false is 0. Nothing for texts, lists, objects and null.
std::optional<double> number_of(const nlohmann::json& value);

/// Whether a value is one of these texts.
bool is_one_of(const nlohmann::json& value, std::initializer_list<std::string_view> texts);

/// Equality: 1, 1.0 and true are equal, and so are the NaN of two lines, which Python's reader makes one
/// object.
bool equal_values(const nlohmann::json& a, const nlohmann::json& b);

/// A value as a report shows it: JSON in ASCII, shortened; NaN and infinity by name.
std::string show(const nlohmann::json& value);

/// A text cut to what fits a line of a report.
std::string shortened(std::string text);

}  // namespace tessera
