#pragma once

#include <memory>
#include <string>

namespace intratumor {

/// One thing that a case leaves for those after it, with the key of all that it follows from.
template <class T>
class Kept {
 public:
  /// Null unless what is kept has this key; an empty key has none.
  std::shared_ptr<T> find(const std::string& key) const {
    return !key.empty() && key == key_ ? thing_ : nullptr;
  }
  void keep(const std::string& key, std::shared_ptr<T> thing) {
    key_ = key;
    thing_ = key.empty() ? nullptr : std::move(thing);
  }
  const std::string& key() const { return key_; }

 private:
  std::string key_;
  std::shared_ptr<T> thing_;
};

}  // namespace intratumor
