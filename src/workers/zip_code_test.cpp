// SPDX-License-Identifier: Apache-2.0
#include "workers/zip_code.hpp"

#include <fstream>

#include "workers/code_cache.hpp"
#include "workers/inspect_code.hpp"
#include "workers/test_support.hpp"

namespace tocsin::workers {
namespace {

using testing::make_zip;
using testing::TemporaryFolder;
using testing::ZipEntry;

Result<Document> inspect(const std::string& zip) {
  auto stores = store::in_memory();
  return inspect_code(*stores.blobs, Object{{"ZipBase64", base64(zip)}});
}

Result<std::shared_ptr<const CodeFolder>> unpack(const TemporaryFolder& folder,
                                                 const std::vector<ZipEntry>& entries) {
  auto stores = store::in_memory();
  CodeCache cache(*stores.blobs, folder.path() / "code", 1 << 30);
  EXPECT_TRUE(cache.prepare());
  const auto ref = stores.blobs->put(make_zip(entries));
  return cache.folder_of(*ref);
}

TEST(ZipCode, GivesHashSizeAndCount) {
  const auto zip = make_zip({{"index.py", "x"}, {"lib/a.py", "y"}});
  const auto result = inspect(zip);
  ASSERT_TRUE(result);
  EXPECT_EQ(text(*result, "CodeSha256"), base64(sha256(zip)));
  EXPECT_EQ(integer(*result, "CodeSize"), zip.size());
  EXPECT_EQ(integer(*result, "Files"), 2);
}

TEST(ZipCode, RefusesWhatIsNoZipInAwsWords) {
  const std::string whole = make_zip({{"index.py", std::string(5000, 'x')}});
  for (const auto& bad : {std::string("not a zip"), whole.substr(0, whole.size() / 2)}) {
    const auto result = inspect(bad);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, "InvalidParameterValueException");
    EXPECT_EQ(result.error().message,
              "Could not unzip uploaded file. Please check your file, then try to upload again.");
  }
  EXPECT_EQ(inspect(make_zip({})).error().message, "Uploaded file must be a non-empty zip");
}

TEST(ZipCode, RefusesPathsAndLinksThatLeaveTheFolder) {
  EXPECT_FALSE(inspect(make_zip({{"../evil.py", "x"}})));
  EXPECT_FALSE(inspect(make_zip({{"a/../../evil.py", "x"}})));
  EXPECT_FALSE(inspect(make_zip({{"/etc/evil", "x"}})));
  EXPECT_FALSE(inspect(make_zip({{"link", "", "/etc"}})));
  EXPECT_FALSE(inspect(make_zip({{"a/link", "", "../../etc"}})));
  EXPECT_TRUE(inspect(make_zip({{"a/link", "", "../b"}, {"b", "x"}})));
}

TEST(ZipCode, RefusesABomb) {
  auto stores = store::in_memory();
  const auto zip = make_zip({{"a", std::string(60'000, '\0')}, {"b", std::string(60'000, '\0')}});
  ASSERT_LT(zip.size(), 1000U);
  const auto reader = *stores.blobs->open(*stores.blobs->put(zip));
  EXPECT_TRUE(inspect_zip(*reader, {.bytes = 120'000}));
  const auto large = inspect_zip(*reader, {.bytes = 100'000});
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().message, "Unzipped size must be smaller than 100000 bytes");
  EXPECT_FALSE(inspect_zip(*reader, {.entries = 1}));
}

TEST(ZipCode, UnpacksReadableFilesAndNeverThroughALink) {
  const TemporaryFolder folder;
  const auto good = unpack(folder, {{"lib/a.py", "hello"}, {"link.py", "", "lib/a.py"}});
  ASSERT_TRUE(good);
  std::ifstream file((*good)->path / "link.py");
  std::string content;
  file >> content;
  EXPECT_EQ(content, "hello");
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status((*good)->path / "lib/a.py").permissions(), perms(0644));

  const auto through = unpack(folder, {{"x", "", "lib"}, {"x/file", "y"}});
  ASSERT_FALSE(through);
  EXPECT_EQ(through.error().code, "InvalidParameterValueException");
}

TEST(ZipCode, JudgesPathsByTheirWords) {
  EXPECT_EQ(safe_entry_path("./a//b/"), "a/b");
  EXPECT_EQ(safe_entry_path("a..b/..c"), "a..b/..c");
  for (const auto* bad : {"", "/", "/a", "..", "a/..", "./.", "../a"}) {
    EXPECT_FALSE(safe_entry_path(bad)) << bad;
  }
  EXPECT_TRUE(safe_link("a/b/c", "../../d"));
  EXPECT_FALSE(safe_link("a/b/c", "../../../d"));
  EXPECT_FALSE(safe_link("a", "b/../../a"));
  // With "d/up" -> "..", as "d/out" this would lead out of the folder.
  EXPECT_FALSE(safe_link("d/out", "up/../../d"));
}

}  // namespace
}  // namespace tocsin::workers
