#pragma once

#include <optional>
#include <string>
#include <vector>

namespace intratumor {

/// Words and numbers of the headers that are text.

bool ends_with(const std::string& text, const std::string& end);
std::string lower_case(std::string text);
/// Without blanks, tabs and carriage returns at either end.
std::string trimmed(const std::string& text);
/// Words between blanks.
std::vector<std::string> words_of(const std::string& text);
/// A number and nothing else.
std::optional<double> number_of(const std::string& text);
/// Numbers between blanks; nothing when any word is none.
std::optional<std::vector<double>> numbers_of(const std::string& text);

bool little_endian_machine();

/// Path of a file that a header names, beside the header unless it says otherwise. InputError when it is not
/// there.
std::string data_file_of(const std::string& header_path, const std::string& name);

}  // namespace intratumor
