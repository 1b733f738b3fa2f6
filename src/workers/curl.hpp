// SPDX-License-Identifier: Apache-2.0
// libcurl's handles, owned. Only for .cpp files: it includes curl.
#pragma once

#include <curl/curl.h>
#include <memory>
#include <string>
#include <utility>

namespace tocsin::workers {

/// Initialises libcurl for the process, once; any thread.
void init_curl();

struct CloseEasy {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Easy = std::unique_ptr<CURL, CloseEasy>;

/// A curl_slist.
class CurlList {
 public:
  CurlList() = default;
  CurlList(CurlList&& other) noexcept : list_(std::exchange(other.list_, nullptr)) {}
  CurlList& operator=(CurlList&& other) noexcept {
    std::swap(list_, other.list_);
    return *this;
  }
  ~CurlList() { curl_slist_free_all(list_); }
  void add(const std::string& line) {
    if (auto* longer = curl_slist_append(list_, line.c_str())) list_ = longer;
  }
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

}  // namespace tocsin::workers
