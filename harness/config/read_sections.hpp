#pragma once

#include <map>
#include <string>
#include <vector>

#include "harness/config/config_field.hpp"

namespace tessera {

/// Where each key that was given was written: "data.n_train" -> "cosmo.yaml, line 14".
using KeyOrigins = std::map<std::string, std::string>;

/// Reads a document into what a table of sections ties its keys to, and notes where they stand. The first
/// section is that of the keys at the top. source: the document's name in errors. Throws InputError where it
/// is not as the table says: unknown keys (with the nearest known), wrong types, values out of range, missing
/// keys.
void read_sections(const std::vector<Section>& schema, const ConfigNode& tree, const std::string& source,
                   KeyOrigins& origins);
/// The same of one key alone.
void read_key(const Section& section, const Field& field, const ConfigNode& node, KeyOrigins& origins);

/// The field of a key by its path, "section.key", or that of a path inside of it. Throws InputError at
/// `where`, with the nearest known, where there is none.
const Field& field_at(const std::vector<Section>& schema, const std::string& path, const std::string& where);

}  // namespace tessera
