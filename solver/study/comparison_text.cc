#include <algorithm>

#include "study/comparison.h"

namespace intratumor {

namespace {

constexpr std::size_t narrowest = 9;
constexpr std::size_t gap = 2;

std::string padded_left(const std::string& text, std::size_t width) {
  return std::string(width > text.size() ? width - text.size() : 0, ' ') + text;
}

std::string padded_right(const std::string& text, std::size_t width) {
  return text + std::string(width > text.size() ? width - text.size() : 0, ' ');
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '|' || c == '*' || c == '_' || c == '<' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

/// "D95 (ug h/mL)": "ug h/mL"
std::string unit_in(const std::string& label) {
  const std::size_t begin = label.rfind('('), end = label.rfind(')');
  return begin == std::string::npos || end == std::string::npos || end < begin
             ? ""
             : label.substr(begin + 1, end - begin - 1);
}

}  // namespace

std::vector<std::vector<std::string>> scheme_lines(const Comparison& comparison) {
  std::vector<std::vector<std::string>> lines = {{"scheme"}, {""}};
  for (const std::string& name : comparison.names) lines.push_back({name});
  for (const ComparedSection& section : comparison.sections)
    for (const ComparedRow& row : section.rows) {
      if (row.brief.empty()) continue;
      lines[0].push_back(row.brief);
      lines[1].push_back(unit_in(row.label));
      for (std::size_t i = 0; i < row.cells.size(); ++i) lines[2 + i].push_back(row.cells[i]);
    }
  return lines;
}

std::string scheme_lines_markdown(const Comparison& comparison) {
  const auto lines = scheme_lines(comparison);
  std::string text = "| scheme |", rule = "\n|---|";
  for (std::size_t column = 1; column < lines[0].size(); ++column) {
    const std::string& unit = lines[1][column];
    text += " " + escaped(lines[0][column] + (unit.empty() ? "" : " (" + unit + ")")) + " |";
    rule += "---:|";
  }
  text += rule + "\n";
  for (std::size_t line = 2; line < lines.size(); ++line) {
    text += "|";
    for (const std::string& cell : lines[line]) text += " " + escaped(cell) + " |";
    text += "\n";
  }
  for (const std::string& note : comparison.notes) text += "\n" + note + "\n";
  return text;
}

std::string comparison_text(const Comparison& comparison, std::size_t width) {
  const std::size_t columns = comparison.names.size();
  std::size_t label_width = 0;
  std::vector<std::size_t> widths;
  for (const std::string& name : comparison.names) widths.push_back(std::max(narrowest, name.size()));
  for (const ComparedSection& section : comparison.sections) {
    label_width = std::max(label_width, section.title.size());
    for (const ComparedRow& row : section.rows) {
      label_width = std::max(label_width, row.label.size() + 2);
      for (std::size_t i = 0; i < columns; ++i) widths[i] = std::max(widths[i], row.cells[i].size());
    }
  }
  std::string text;
  for (std::size_t begin = 0; begin < columns;) {
    std::size_t end = begin;
    std::size_t used = label_width;
    while (end < columns && (end == begin || used + gap + widths[end] <= width)) used += gap + widths[end++];
    if (begin > 0) text += "\n";
    std::string heading = padded_right("", label_width);
    for (std::size_t i = begin; i < end; ++i)
      heading += std::string(gap, ' ') + padded_left(comparison.names[i], widths[i]);
    text += heading + "\n";
    for (const ComparedSection& section : comparison.sections) {
      text += section.title + "\n";
      for (const ComparedRow& row : section.rows) {
        text += padded_right("  " + row.label, label_width);
        for (std::size_t i = begin; i < end; ++i)
          text += std::string(gap, ' ') + padded_left(row.cells[i], widths[i]);
        text += "\n";
      }
    }
    begin = end;
  }
  for (const std::string& note : comparison.notes) text += "\n" + note + "\n";
  return text;
}

std::string comparison_markdown(const Comparison& comparison) {
  std::string text = "| |";
  std::string rule = "|---|";
  for (const std::string& name : comparison.names) {
    text += " " + escaped(name) + " |";
    rule += "---:|";
  }
  text += "\n" + rule + "\n";
  for (const ComparedSection& section : comparison.sections) {
    text += "| **" + escaped(section.title) + "** |";
    for (std::size_t i = 0; i < comparison.names.size(); ++i) text += " |";
    text += "\n";
    for (const ComparedRow& row : section.rows) {
      text += "| " + escaped(row.label) + " |";
      for (const std::string& cell : row.cells) text += " " + escaped(cell) + " |";
      text += "\n";
    }
  }
  for (const std::string& note : comparison.notes) text += "\n" + note + "\n";
  return text;
}

}  // namespace intratumor
