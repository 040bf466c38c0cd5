#include "results/log/ml_log.hpp"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <ostream>

#include "models/base/error.hpp"

namespace tessera {
namespace {

using nlohmann::json;

std::string strict_dump(const json& value) {
  return value.dump(-1, ' ', true, json::error_handler_t::replace);  // ASCII, as the published logs are
}

/// value as Python's json.dumps spells it: ", " and ": " between, NaN and Infinity bare.
void append(std::string& line, const json& value) {
  if (value.is_object()) {
    line += '{';
    for (auto member = value.begin(); member != value.end(); ++member) {
      if (member != value.begin()) line += ", ";
      line += strict_dump(member.key()) + ": ";
      append(line, member.value());
    }
    line += '}';
  } else if (value.is_array()) {
    line += '[';
    for (auto element = value.begin(); element != value.end(); ++element) {
      if (element != value.begin()) line += ", ";
      append(line, *element);
    }
    line += ']';
  } else if (value.is_number_float() && !std::isfinite(value.get<double>())) {
    const double number = value.get<double>();
    line += std::isnan(number) ? "NaN" : number > 0 ? "Infinity" : "-Infinity";
  } else {
    line += strict_dump(value);
  }
}

std::string_view last_component(std::string_view path) {
  return path.substr(path.find_last_of('/') + 1);
}

}  // namespace

MlLog::MlLog(std::ostream* out, const Clock& clock, std::string name)
    : out_(out), clock_(clock), name_(std::move(name)) {}

const json& MlLog::no_metadata() {
  static const json none = json::object();
  return none;
}

void MlLog::start(LogKey key, const json& metadata, std::source_location where) {
  write("INTERVAL_START", key, nullptr, metadata, where);
}

void MlLog::end(LogKey key, const json& metadata, std::source_location where) {
  write("INTERVAL_END", key, nullptr, metadata, where);
}

void MlLog::event(LogKey key, const json& value, const json& metadata, std::source_location where) {
  write("POINT_IN_TIME", key, value, metadata, where);
}

void MlLog::write(std::string_view event_type, LogKey key, const json& value, const json& metadata,
                  std::source_location where) {
  if (out_ == nullptr) return;
  std::string line =
      fmt::format(R"({}{{"namespace": "", "time_ms": {}, "event_type": "{}", "key": "{}", "value": )",
                  kLogToken, clock_.now().count(), event_type, name_of(key));
  append(line, value);
  line += fmt::format(R"(, "metadata": {{"file": {}, "lineno": {})",
                      strict_dump(last_component(where.file_name())), where.line());
  for (const auto& [name, what] : metadata.items()) {
    line += ", " + strict_dump(name) + ": ";
    append(line, what);
  }
  line += "}}\n";
  out_->write(line.data(), static_cast<std::streamsize>(line.size()));
  out_->flush();
  if (!*out_) {
    throw MachineError(fmt::format("the result log can't be written (key {})", name_of(key)), name_,
                       "make room on that disk, or choose another output directory, and run again");
  }
}

}  // namespace tessera
