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

/// "| a | b |"
std::string markdown_row(const std::vector<std::string>& cells) {
  std::string text = "|";
  for (const std::string& cell : cells) text += " " + escaped(cell) + " |";
  return text + "\n";
}

std::string markdown_rule(std::size_t columns) {
  std::string text = "|---|";
  for (std::size_t i = 1; i < columns; ++i) text += "---:|";
  return text + "\n";
}

}  // namespace

std::string comparison_notes(const Comparison& comparison) {
  std::string text;
  for (const std::string& note : comparison.notes) text += "\n" + note + "\n";
  return text;
}

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
  auto lines = scheme_lines(comparison);
  for (std::size_t column = 0; column < lines[0].size(); ++column)
    if (!lines[1][column].empty()) lines[0][column] += " (" + lines[1][column] + ")";
  std::string text = markdown_row(lines[0]) + markdown_rule(lines[0].size());
  for (std::size_t line = 2; line < lines.size(); ++line) text += markdown_row(lines[line]);
  return text + comparison_notes(comparison);
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
  return text + comparison_notes(comparison);
}

std::string comparison_markdown(const Comparison& comparison) {
  std::string text = "| |";
  for (const std::string& name : comparison.names) text += " " + escaped(name) + " |";
  text += "\n" + markdown_rule(comparison.names.size() + 1);
  for (const ComparedSection& section : comparison.sections) {
    text += "| **" + escaped(section.title) + "** |";
    for (std::size_t i = 0; i < comparison.names.size(); ++i) text += " |";
    text += "\n";
    for (const ComparedRow& row : section.rows) {
      std::vector<std::string> cells = {row.label};
      cells.insert(cells.end(), row.cells.begin(), row.cells.end());
      text += markdown_row(cells);
    }
  }
  return text + comparison_notes(comparison);
}

}  // namespace intratumor
