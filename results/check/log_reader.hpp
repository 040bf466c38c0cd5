#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <string>

#include "results/check/run_record.hpp"

namespace tessera {

/// Told of each entry of a key that we know, in the order of lines.
using EntryObserver = std::function<void(const LogEntry&)>;

/// Reads the log of one run, line by line, as tolerantly as the tools that judged the published rounds:
///  - bytes are latin-1, so that none is wrong (the texts read are UTF-8); a line ends at "\n", "\r\n" or
///    a lone "\r";
///  - a line is an entry if it holds the log token; all up to its last token is dropped (rank prefixes), and
///    the rest must be one JSON object, in which NaN and Infinity may stand;
///  - lines without the token, and entries of keys that we don't know, are passed over.
/// An entry that doesn't parse, or lacks key, value, metadata or time_ms, becomes a MalformedLine.
/// file: what the record calls its source. Never throws for what the log says. Memory doesn't grow with the
/// log, but with its longest entry, see kLongestEntry.
RunRecord read_log(std::istream& in, std::string file, const EntryObserver& observe = {});

/// The same from a file, which gzip may have compressed. Throws InputError if it is missing, not a regular
/// file, can't be read or is damaged, and where its entries are in UTF-16.
RunRecord read_log(const std::filesystem::path& path, const EntryObserver& observe = {});

}  // namespace tessera
