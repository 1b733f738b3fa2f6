// SPDX-License-Identifier: Apache-2.0
// Runs a target once on every file of the folders (or files) named: seeds as a test, or a
// reproducer under a debugger.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace fs = std::filesystem;

int main(int count, char** names) {
  std::set<fs::path> files;
  for (int i = 1; i < count; ++i) {
    if (fs::is_directory(names[i])) {
      for (const auto& entry : fs::directory_iterator(names[i]))
        files.insert(entry.path());
    } else {
      files.insert(names[i]);
    }
  }
  for (const auto& file : files) {
    std::cout << file.string() << std::endl;
    std::ifstream in(file, std::ios::binary);
    const std::string bytes{std::istreambuf_iterator<char>(in), {}};
    LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
  }
  if (files.empty()) std::cerr << "no seeds\n";
  return files.empty() ? 1 : 0;
}
