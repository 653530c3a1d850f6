# inspect_library(NAME SOURCES a.cpp … LINKS x … [PRIVATE y …]): one library per folder, links spelled out.
function(inspect_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC inspect_flags ${ARG_LINKS} PRIVATE ${ARG_PRIVATE})
endfunction()

# inspect_program(NAME SOURCES … LINKS …)
function(inspect_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE inspect_flags ${ARG_LINKS})
endfunction()

# inspect_test(NAME SOURCES … LINKS … [TIMEOUT s] [LABELS l …]): one doctest program, one line in ctest.
function(inspect_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINKS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE inspect_flags tests_main ${ARG_LINKS})
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}"
    ENVIRONMENT "INSPECT_BIN=${CMAKE_BINARY_DIR}/bin")
endfunction()

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
