#include "output/sha256.h"

#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>

#include "quantities/error.h"

namespace intratumor {

namespace {

using Word = std::uint32_t;

Word rotate(Word x, int n) {
  return (x >> n) | (x << (32 - n));
}

/// First 32 bits of the fractional part of the square (root 2) or cube (root 3) root of a prime: FIPS
/// 180-4, 4.2.2 and 5.3.3. Integer arithmetic: the largest r with r^root <= prime * 2^(32 root).
Word root_fraction(int prime, int root) {
  __extension__ using Wide = unsigned __int128;
  Wide low = 0;
  Wide high = Wide(32) << 32;
  while (high - low > 1) {
    const Wide middle = (low + high) / 2;
    const Wide power = root == 2 ? middle * middle : middle * middle * middle;
    (power <= (Wide(prime) << (32 * root)) ? low : high) = middle;
  }
  return static_cast<Word>(low);
}

std::array<int, 64> first_primes() {
  std::array<int, 64> primes{};
  int count = 0;
  for (int n = 2; count < 64; ++n) {
    bool prime = true;
    for (int i = 0; i < count && prime; ++i) prime = n % primes[i] != 0;
    if (prime) primes[count++] = n;
  }
  return primes;
}

struct Constants {
  std::array<Word, 64> k;
  std::array<Word, 8> start;
};

Constants make_constants() {
  const std::array<int, 64> primes = first_primes();
  Constants constants{};
  for (int i = 0; i < 64; ++i) constants.k[i] = root_fraction(primes[i], 3);
  for (int i = 0; i < 8; ++i) constants.start[i] = root_fraction(primes[i], 2);
  return constants;
}

void add_block(const unsigned char* block, const Constants& constants, std::array<Word, 8>& hash) {
  std::array<Word, 64> w{};
  for (int i = 0; i < 16; ++i)
    w[i] = Word(block[4 * i]) << 24 | Word(block[4 * i + 1]) << 16 | Word(block[4 * i + 2]) << 8 |
           block[4 * i + 3];
  for (int i = 16; i < 64; ++i) {
    const Word s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ (w[i - 15] >> 3);
    const Word s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ (w[i - 2] >> 10);
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  auto [a, b, c, d, e, f, g, h] = hash;
  for (int i = 0; i < 64; ++i) {
    const Word s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
    const Word t1 = h + s1 + ((e & f) ^ (~e & g)) + constants.k[i] + w[i];
    const Word s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
    const Word t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  const std::array<Word, 8> added{a, b, c, d, e, f, g, h};
  for (int i = 0; i < 8; ++i) hash[i] += added[i];
}

}  // namespace

std::string sha256(const std::string& bytes) {
  const Constants constants = make_constants();
  std::array<Word, 8> hash = constants.start;
  std::string padded = bytes;
  padded += '\x80';
  padded.append((120 - padded.size() % 64) % 64, '\0');
  const std::uint64_t bits = 8 * static_cast<std::uint64_t>(bytes.size());
  for (int shift = 56; shift >= 0; shift -= 8) padded += static_cast<char>(bits >> shift);
  for (std::size_t at = 0; at < padded.size(); at += 64)
    add_block(reinterpret_cast<const unsigned char*>(padded.data()) + at, constants, hash);
  std::string text;
  char digits[9];
  for (const Word word : hash) {
    std::snprintf(digits, sizeof digits, "%08x", word);
    text += digits;
  }
  return text;
}

std::string sha256_of_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  if (!file) throw InputError(path + ": cannot be read");
  return sha256(bytes);
}

}  // namespace intratumor
