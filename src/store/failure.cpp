// SPDX-License-Identifier: Apache-2.0
#include "store/failure.hpp"

#include <cstdlib>
#include <sysexits.h>
#include <system_error>

#include "base/log.hpp"

namespace tocsin::store {

Failure unavailable(std::string_view doing, std::string_view cause) {
  return fail("ServiceUnavailable", fmt::format("cannot {}: {}", doing, cause), 503);
}

Failure unavailable(std::string_view doing, int error_number) {
  return unavailable(doing, std::generic_category().message(error_number));
}

void stop_unreadable(std::string_view what, std::string_view cause) {
  log_error("stored data cannot be read; stopping", {{"what", what}, {"cause", cause}});
  std::_Exit(EX_IOERR);
}

}  // namespace tocsin::store
