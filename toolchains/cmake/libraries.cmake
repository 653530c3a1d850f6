# Debian's packages, each found once.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(SQLiteCpp REQUIRED)
find_package(SQLite3 REQUIRED)
pkg_check_modules(LIBUSB REQUIRED IMPORTED_TARGET libusb-1.0)
pkg_check_modules(MODBUS REQUIRED IMPORTED_TARGET libmodbus)
pkg_check_modules(TOMLPP REQUIRED IMPORTED_TARGET tomlplusplus)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
if(INSPECT_TESTS)
  pkg_check_modules(UMOCKDEV REQUIRED IMPORTED_TARGET umockdev-1.0 gio-2.0)
endif()

# What is shipped compiles these three in: their shared libraries would bring whole libstdc++ along (decision 0022).
set(shipped $<CONFIG:Release,RelWithDebInfo>)
add_library(inspect_fmt INTERFACE)
target_link_libraries(inspect_fmt INTERFACE $<IF:${shipped},fmt::fmt-header-only,fmt::fmt>)
add_library(inspect_log INTERFACE)
target_link_libraries(inspect_log INTERFACE inspect_fmt Threads::Threads $<$<NOT:${shipped}>:spdlog::spdlog>)
target_compile_definitions(inspect_log INTERFACE $<${shipped}:SPDLOG_FMT_EXTERNAL>)  # its own target links libfmt.so
add_library(inspect_toml INTERFACE)
target_link_libraries(inspect_toml INTERFACE $<$<NOT:${shipped}>:PkgConfig::TOMLPP>)

# The parts of Asio that are not templates are compiled once, not in each unit that includes a piece of Asio.
add_library(inspect_asio STATIC ${CMAKE_SOURCE_DIR}/toolchains/cmake/asio.cpp)
target_compile_definitions(inspect_asio PUBLIC BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION)
# g++ 12 takes the coroutine frames of Asio, allocated and freed by its own pair, for a mismatch.
target_compile_options(inspect_asio PUBLIC -Wno-mismatched-new-delete)
target_link_libraries(inspect_asio PUBLIC inspect_sanitizers Boost::headers Threads::Threads)

add_library(inspect_paho INTERFACE)
target_link_libraries(inspect_paho INTERFACE paho-mqttpp3 paho-mqtt3as Threads::Threads)
