#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace tessera {

/// A comparison, as to_json() gives it, as one HTML page that needs nothing else: tables that can be sorted
/// and filtered, and charts (Chart.js). Its texts are data to the page's script and never markup, whatever
/// they hold. It holds the evaluations of typical runs alone.
std::string html_report(const nlohmann::json& comparison);

/// The same of scaling studies, of one or of several side by side: a comparison as to_json(StudyComparison)
/// gives it.
std::string html_study_report(const nlohmann::json& comparison);

/// A search for settings, as tune.json has it, as such a page: its trials by rank, how they learned, and what
/// came of each setting.
std::string html_of_search(const nlohmann::json& search);

}  // namespace tessera
