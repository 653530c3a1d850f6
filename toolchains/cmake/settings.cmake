set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(THREADS_PREFER_PTHREAD_FLAG ON)

option(INSPECT_TESTS "Build the tests" ON)
set(INSPECT_SANITIZE "" CACHE STRING "address (with undefined) or thread; empty for none")

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

# The sanitizers: for everything that is linked together.
add_library(inspect_sanitizers INTERFACE)

# What every target of ours is compiled with.
add_library(inspect_flags INTERFACE)
target_link_libraries(inspect_flags INTERFACE inspect_sanitizers)
target_include_directories(inspect_flags INTERFACE ${CMAKE_SOURCE_DIR})
target_compile_options(inspect_flags INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Werror
  -fstack-protector-strong
  -ffp-contract=off)  # decisions must be the same on amd64 and arm64
if(INSPECT_SANITIZE STREQUAL "address")
  # The four left out cost half of the time to compile and find nothing more here: a null or a dead object is met by the
  # address sanitizer, the only casts between types of other alignment are those of socket addresses.
  target_compile_options(inspect_sanitizers INTERFACE -fsanitize=address,undefined -fno-sanitize=null,alignment,vptr,object-size
    -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(inspect_sanitizers INTERFACE -fsanitize=address,undefined)
elseif(INSPECT_SANITIZE STREQUAL "thread")
  # Asio's fences are not known to the thread sanitizer; they only order its own reactor's counters.
  target_compile_options(inspect_sanitizers INTERFACE -fsanitize=thread -fno-omit-frame-pointer -Wno-tsan)
  target_link_options(inspect_sanitizers INTERFACE -fsanitize=thread)
else()
  # g++ 12 optimising sees uninitialised and missing members of values that are empty there; the checks of dev and the sanitizers
  # stay errors.
  target_compile_options(inspect_flags INTERFACE
    "$<$<CONFIG:Release,RelWithDebInfo>:-D_FORTIFY_SOURCE=2;-Wno-maybe-uninitialized;-Wno-array-bounds;-Wno-stringop-overread>")
  # Each function apart, and only those that are called are linked.
  target_compile_options(inspect_flags INTERFACE "$<$<CONFIG:Release,RelWithDebInfo>:-ffunction-sections;-fdata-sections>")
  target_link_options(inspect_flags INTERFACE "$<$<CONFIG:Release,RelWithDebInfo>:-Wl,--gc-sections;-Wl,--as-needed>")
endif()
# In a unit of several files a private type seems to come from a header, and a neighbour's private name is shadowed; a local
# that hides a local stays an error.
add_library(inspect_unity_flags INTERFACE)
target_compile_options(inspect_unity_flags INTERFACE -Wno-subobject-linkage -Wno-shadow -Wshadow=local)
if(CMAKE_UNITY_BUILD)
  target_link_libraries(inspect_flags INTERFACE inspect_unity_flags)
endif()
