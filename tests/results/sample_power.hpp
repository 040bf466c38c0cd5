#pragma once

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace tessera {

/// A power log written line by line, at seconds since the start of the run that it is of.
class SamplePower {
 public:
  static constexpr double kStartMs = 1.6e12;  // of the run

  /// A meter of a constant power that does all that is asked for, with a reading a second.
  static SamplePower steady(double watts, int seconds, double conversion = 1) {
    SamplePower log;
    log.at(0, "conversion_eff", conversion, {{"measurement_type", "AC"}});
    log.at(0, "power_measurement_start");
    for (int i = 1; i <= seconds; ++i) log.at(i, "power_reading", watts, {{"host", "n"}});
    return log.at(seconds, "power_measurement_stop");
  }

  SamplePower& at(double seconds, const char* key, const nlohmann::json& value = nullptr,
                  const nlohmann::json& metadata = nlohmann::json::object()) {
    text_ += ":::MLLOG " +
             nlohmann::json{{"namespace", ""},
                            {"time_ms", kStartMs + seconds * 1000},
                            {"event_type", "POINT_IN_TIME"},
                            {"key", key},
                            {"value", value},
                            {"metadata", metadata}}
                 .dump() +
             "\n";
    return *this;
  }
  const std::string& text() const { return text_; }

  static void write(const std::filesystem::path& path, const std::string& text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  void write(const std::filesystem::path& path) const { write(path, text_); }

 private:
  std::string text_;
};

}  // namespace tessera
