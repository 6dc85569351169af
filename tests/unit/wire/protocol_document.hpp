// SPDX-License-Identifier: GPL-2.0-or-later
#pragma once

#include <cstdint>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace pierglass::wire::test {

// PROTOCOL.md taken apart: what a machine can compare with the code.
struct ProtocolDocument {
  struct Row {
    std::uint64_t offset;
    std::uint64_t size;
    std::string name;
  };
  struct Table {
    std::uint64_t bytes = 0;
    std::vector<Row> rows;
  };
  std::map<std::string, Table> tables;             // by struct
  std::map<std::string, std::uint64_t> constants;  // by name
  std::map<std::string, std::map<std::string, std::uint64_t>> enumerations;
  std::map<std::uint64_t, std::vector<std::uint8_t>> example;  // by offset
  std::string example_text;
};

namespace document {

inline std::string trimmed(std::string text, const char* what = " `") {
  const auto begin = text.find_first_not_of(what);
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(what) - begin + 1);
}

inline std::vector<std::string> cells(const std::string& line) {
  std::vector<std::string> out;
  std::istringstream stream(line.substr(1));
  for (std::string cell; std::getline(stream, cell, '|');) out.push_back(trimmed(cell));
  return out;
}

inline bool is_number(const std::string& text) {
  return !text.empty() && text[0] >= '0' && text[0] <= '9';
}

// "Srgb = 1, ScrgbLinear = 2"
inline std::map<std::string, std::uint64_t> values(const std::string& text) {
  std::map<std::string, std::uint64_t> out;
  std::istringstream stream(text);
  for (std::string item; std::getline(stream, item, ',');) {
    const auto equals = item.find('=');
    if (equals == std::string::npos) continue;
    out[trimmed(item.substr(0, equals))] =
        std::stoull(trimmed(item.substr(equals + 1)), nullptr, 0);
  }
  return out;
}

// "00001000  0a 0b ...  ; remark": an offset and the bytes that lie there.
inline void add_example_line(const std::string& line, ProtocolDocument& document) {
  const std::string plain = trimmed(line.substr(0, line.find(';')));
  std::istringstream stream(plain);
  std::string word;
  stream >> word;
  auto& bytes = document.example[std::stoull(word, nullptr, 16)];
  while (stream >> word) bytes.push_back(static_cast<std::uint8_t>(std::stoul(word, nullptr, 16)));
  document.example_text += plain + "\n";
}

inline void add_row(const std::string& line, const std::string& section,
                    ProtocolDocument& document) {
  const auto row = cells(line);
  if (row.size() < 2) return;
  if (section.starts_with("Raw") && row.size() >= 3 && is_number(row[0])) {
    document.tables[section].rows.push_back({std::stoull(row[0]), std::stoull(row[1]), row[2]});
  } else if (row[0].starts_with('k') && is_number(row[1])) {
    document.constants[row[0]] = std::stoull(row[1], nullptr, 0);
  } else if (auto found = values(row[1]); !found.empty()) {
    document.enumerations[row[0]] = found;
  }
}

}  // namespace document

inline ProtocolDocument read_protocol_document(const std::string& path) {
  ProtocolDocument out;
  std::ifstream file(path);
  std::string section;
  bool in_example = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("```")) {
      in_example = line == "```hex";
    } else if (in_example) {
      document::add_example_line(line, out);
    } else if (line.starts_with("#")) {
      // "### `RawHeader` (256 bytes)"
      std::istringstream heading(document::trimmed(line, "# "));
      std::string bytes;
      heading >> section >> bytes;
      section = document::trimmed(section);
      if (section.starts_with("Raw")) out.tables[section].bytes = std::stoull(bytes.substr(1));
    } else if (line.starts_with("|")) {
      document::add_row(line, section, out);
    }
  }
  return out;
}

}  // namespace pierglass::wire::test
