#include "results/report/report.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "results/report/report_parts.hpp"

namespace tessera {
namespace {

std::string_view part(std::string_view name) {
  const auto parts = report_parts();
  const auto found =
      std::find_if(parts.begin(), parts.end(), [name](const ReportPart& p) { return p.name == name; });
  if (found == parts.end()) throw std::logic_error("the report has no part " + std::string(name));
  return found->text;
}

/// JSON that may stand in a script element: in ASCII, and without the characters that could end it or begin a
/// comment. They occur in texts alone, where they may be written so.
std::string script_safe(const nlohmann::json& value) {
  std::string safe;
  for (const char c : value.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace)) {
    switch (c) {
      case '<':
        safe += "\\u003c";
        break;
      case '>':
        safe += "\\u003e";
        break;
      case '&':
        safe += "\\u0026";
        break;
      default:
        safe += c;
    }
  }
  return safe;
}

/// Of a hundred systems the evaluations of all runs would be most of the page, and few of them are drawn.
nlohmann::json with_drawn_evaluations(nlohmann::json comparison) {
  for (auto& group : comparison.at("groups"))
    for (auto& system : group.at("systems"))
      for (auto& run : system.at("runs"))
        if (!run.at("typical").get<bool>()) run["evaluations"] = nlohmann::json::array();
  return comparison;
}

// What makes a page of its own of page.html.
struct ReportPage {
  std::string_view title, origin;
  std::vector<std::string_view> scripts;  // parts, in their order
};
constexpr std::string_view kOwnMeasurements = "Measured and drawn by Tessera.";

std::string scripts_of(const ReportPage& page) {
  std::string text;
  for (const std::string_view script : page.scripts) text += part(script);
  return text;
}

// What is filled in isn't searched for marks again.
std::string filled(const ReportPage& page, const nlohmann::json& data) {
  const std::string safe = script_safe(data), scripts = scripts_of(page);
  const auto at_mark = [&](std::string_view name) -> std::string_view {
    if (name == "data") return safe;
    if (name == "title") return page.title;
    if (name == "origin") return page.origin;
    return name == "scripts" ? std::string_view(scripts) : part(name);
  };
  std::string_view rest = part("page.html");
  std::string html;
  for (std::size_t mark = rest.find('@'); mark != std::string_view::npos; mark = rest.find('@')) {
    const std::size_t end = rest.find('@', mark + 1);
    if (end == std::string_view::npos) throw std::logic_error("page.html has a mark without an end");
    html += rest.substr(0, mark);
    html += at_mark(rest.substr(mark + 1, end - mark - 1));
    rest.remove_prefix(end + 1);
  }
  return html += rest;
}

}  // namespace

std::string html_report(const nlohmann::json& comparison) {
  return filled({.title = "Systems side by side",
                 .origin = "From MLPerf-style result logs, by Tessera.",
                 .scripts = {"ranking.js", "charts.js", "differences.js", "page.js"}},
                with_drawn_evaluations(comparison));
}

std::string html_study_report(const nlohmann::json& comparison) {
  return filled({.title = "Scaling study",
                 .origin = kOwnMeasurements,
                 .scripts = {"study_series.js", "study_tables.js", "study_charts.js", "study_page.js"}},
                comparison);
}

std::string html_of_search(const nlohmann::json& search) {
  return filled({.title = "Search for settings", .origin = kOwnMeasurements, .scripts = {"search.js"}},
                search);
}

}  // namespace tessera
