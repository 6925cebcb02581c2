#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace intratumor {

/// Words and numbers of a Gmsh file, one after the other; numbers in binary where the file has them so. What
/// is not there or is no number throws InputError, naming the file and the line (of text) or the section.
class MeshScanner {
 public:
  explicit MeshScanner(const std::string& path);

  /// Goes to the next "$Name" and reads that line; false at the end.
  bool next_section(std::string& name);
  /// Goes to the end of the section.
  void skip_section(const std::string& name);
  void end_section();  ///< nothing but its end may follow
  void skip_line();
  void set_binary() { binary_ = true; }
  bool is_binary() const { return binary_; }

  std::string word();    ///< as text, in any file
  std::string quoted();  ///< "between quotes", as text
  int integer();
  double real();
  std::uint64_t identifier();  ///< the number of a node or cell
  std::size_t count();         ///< of what follows: not more than there are bytes left
  int text_integer();          ///< as text, in binary files too
  std::size_t text_count();

  [[noreturn]] void fail(const std::string& what) const;

 private:
  template <class T>
  T number();
  template <class T>
  T text_number();
  void skip_blanks();
  std::size_t checked_count(std::uint64_t n) const;

  std::string path_, section_, bytes_;
  std::size_t at_ = 0;
  bool binary_ = false;
};

}  // namespace intratumor
