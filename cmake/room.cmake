# SPDX-License-Identifier: Apache-2.0
# tocsin_room(name [DEPS room...] [LIBS library...])
#
# One room of the house: a STATIC library of the folder's *.cpp. DEPS is the single statement of
# which rooms it may include; LIBS are outside libraries. The folder's *_test.cpp become the program
# <name>_test, which links only this room and its DEPS, so an undeclared dependency fails to link.

set(TOCSIN_WARNINGS -Wall -Wextra -Werror -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")  # libstdc++ 12 uses what it calls deprecated
  list(APPEND TOCSIN_WARNINGS -Wno-deprecated-declarations -Wno-missing-designated-field-initializers)
endif()

function(tocsin_compile target)
  target_compile_options(${target} PRIVATE ${TOCSIN_WARNINGS})
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/src)
endfunction()

function(tocsin_room name)
  cmake_parse_arguments(ROOM "" "" "DEPS;LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")

  if(NOT sources)
    message(STATUS "room ${name} has no sources")
    return()
  endif()
  add_library(${name} STATIC ${sources})
  tocsin_compile(${name})
  target_link_libraries(${name} PUBLIC ${ROOM_DEPS} ${ROOM_LIBS})
  if(name STREQUAL "base")
    target_precompile_headers(base PRIVATE ${CMAKE_SOURCE_DIR}/src/base/pch.hpp)
  else()
    target_link_libraries(${name} PUBLIC base)
    target_precompile_headers(${name} REUSE_FROM base)
  endif()

  if(tests)
    add_executable(${name}_test ${tests})
    tocsin_compile(${name}_test)
    target_link_libraries(${name}_test PRIVATE ${name} GTest::gtest GTest::gmock GTest::gtest_main)
    target_precompile_headers(${name}_test REUSE_FROM tocsin_test_pch)
    target_compile_definitions(${name}_test PRIVATE
      TOCSIN_SOURCE_DIR="${CMAKE_SOURCE_DIR}" TOCSIN_SHARED_DIR="${CMAKE_SOURCE_DIR}/../shared")
    add_test(NAME ${name} COMMAND ${name}_test)
  endif()
endfunction()
