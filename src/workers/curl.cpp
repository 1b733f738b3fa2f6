// SPDX-License-Identifier: Apache-2.0
#include "workers/curl.hpp"

#include <mutex>

namespace tocsin::workers {

void init_curl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

}  // namespace tocsin::workers
