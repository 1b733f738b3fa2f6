// SPDX-License-Identifier: Apache-2.0
#include "scenario.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <fstream>
#include <memory>
#include <sstream>

#include "base/crypto.hpp"

namespace tocsin::app {
namespace {

Failure invalid(std::string message) {
  return fail("InvalidScenario", std::move(message));
}

Result<std::string> contents(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) return invalid(path.string() + " cannot be read");
  return text.str();
}

Result<std::string> expanded(const Variables& variables, std::string_view text) {
  std::string out;
  while (true) {
    const auto begin = text.find("${");
    out += text.substr(0, begin);
    if (begin == std::string_view::npos) return out;
    const auto end = text.find('}', begin);
    if (end == std::string_view::npos)
      return invalid(fmt::format("\"{}\" has no end", text.substr(begin)));
    const std::string name(text.substr(begin + 2, end - begin - 2));
    const auto found = variables.find(name);
    if (found == variables.end()) return invalid("nothing was saved as \"" + name + "\"");
    out += found->second;
    text.remove_prefix(end + 1);
  }
}

bool add_file(archive& zip, const std::string& name, const std::string& text) {
  const std::unique_ptr<archive_entry, decltype(&archive_entry_free)> entry(archive_entry_new(),
                                                                            archive_entry_free);
  archive_entry_set_pathname(entry.get(), name.c_str());
  archive_entry_set_size(entry.get(), static_cast<la_int64_t>(text.size()));
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), 0644);
  return archive_write_header(&zip, entry.get()) == ARCHIVE_OK &&
         archive_write_data(&zip, text.data(), text.size()) == static_cast<la_ssize_t>(text.size());
}

/// {"name in the zip": "file of the scenario"}
Result<std::string> zip_of(const Scenario& scenario, const Object& files) {
  std::string bytes(1 << 20, '\0');
  std::size_t used = 0;
  const std::unique_ptr<archive, decltype(&archive_write_free)> zip(archive_write_new(),
                                                                    archive_write_free);
  bool good = archive_write_set_format_zip(zip.get()) == ARCHIVE_OK &&
              archive_write_open_memory(zip.get(), bytes.data(), bytes.size(), &used) == ARCHIVE_OK;
  for (const auto& file : files) {
    const auto text = TRY(contents(scenario.folder / std::string(file.value().as_string())));
    good = good && add_file(*zip, std::string(file.key()), text);
  }
  if (!good || archive_write_close(zip.get()) != ARCHIVE_OK)
    return invalid("the files do not make a zip");
  bytes.resize(used);
  return bytes;
}

Result<Document> resolved_object(const Scenario& scenario, const Variables& variables,
                                 const Object& object) {
  if (const auto* json = object.if_contains("$json")) {
    return Document(boost::json::string(to_json(TRY(resolved(scenario, variables, *json)))));
  }
  if (const auto* zip = object.if_contains("$zip"); zip && zip->is_object()) {
    return Document(boost::json::string(base64(TRY(zip_of(scenario, zip->get_object())))));
  }
  Object out;
  for (const auto& member : object)
    out[member.key()] = TRY(resolved(scenario, variables, member.value()));
  return Document(std::move(out));
}

}  // namespace

Result<Scenario> read_scenario(const std::filesystem::path& folder) {
  const auto path = folder / "scenario.json";
  const auto parsed = parse_json(TRY(contents(path)));
  if (!parsed || !parsed->is_object()) {
    return invalid(fmt::format("{}: {}", path.string(),
                               parsed ? "not a JSON object" : parsed.error().message));
  }
  Scenario scenario{.name = folder.filename().string(),
                    .folder = folder,
                    .title = string_of(*parsed, "title"),
                    .account = string_of(*parsed, "account", "123456789012"),
                    .setup = array_of(*parsed, "setup"),
                    .attack = array_of(*parsed, "attack"),
                    .truth = array_of(*parsed, "truth")};
  if (scenario.attack.empty() || scenario.truth.empty())
    return invalid(path.string() + ": attack and truth must not be empty");
  return scenario;
}

Result<Document> resolved(const Scenario& scenario, const Variables& variables,
                          const Document& value) {
  if (const auto* text = value.if_string())
    return Document(boost::json::string(TRY(expanded(variables, *text))));
  if (const auto* object = value.if_object()) return resolved_object(scenario, variables, *object);
  const auto* array = value.if_array();
  if (!array) return Result<Document>(value);
  Array out;
  for (const auto& element : *array)
    out.push_back(TRY(resolved(scenario, variables, element)));
  return Document(std::move(out));
}

}  // namespace tocsin::app
