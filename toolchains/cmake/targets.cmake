# Several files share one translation unit: three in dev, so that a leaf is built again in seconds, more under the sanitizers
# (CMAKE_UNITY_BUILD in CMakePresets.json), one in a release. It halves what the templates of Asio and nlohmann cost. A file
# whose private names clash with a neighbour's stands alone.
set(INSPECT_ALONE
  drivers/bus/tcp_bus.cpp
  drivers/profiles/point_fields.cpp drivers/profiles/rule_fields.cpp
  drivers/simulator/framing.cpp drivers/simulator/rtu_line.cpp drivers/simulator/tcp_port.cpp
  firmware-agent/cli/trace_page_json.cpp
  firmware-agent/control/session.cpp
  firmware-agent/detection/link_trouble.cpp firmware-agent/detection/refusals.cpp
  firmware-agent/judgement/link_rules.cpp firmware-agent/judgement/tester_rules.cpp
  firmware-agent/judgement/trend_rules.cpp
  firmware-agent/store/finding_ledger.cpp firmware-agent/store/finding_outbox.cpp
  firmware-agent/store/history_database.cpp
  protocol/messages/readings_codec.cpp
  protocol/model/reading.cpp
  tests/cloud-bridge/ticketing/config/ticketd_config_test.cpp
  tests/cloud-bridge/ticketing/daemon/ticket_service_test.cpp
  tests/cloud-bridge/ticketing/intake/lives_test.cpp tests/cloud-bridge/ticketing/intake/restore_test.cpp
  tests/cloud-bridge/ticketing/ledger/decide_test.cpp
  tests/cloud-bridge/ticketing/store/disk_full_test.cpp tests/cloud-bridge/ticketing/store/ticket_store_test.cpp
  tests/cloud-bridge/uplink/downlink_test.cpp tests/cloud-bridge/uplink/program_test.cpp
  tests/cloud-bridge/uplink/service_test.cpp
  tests/drivers/bus/tcp_bus_test.cpp
  tests/drivers/profiles/rule_fields_test.cpp
  tests/drivers/relay_board/relay_board_test.cpp
  tests/drivers/simulator/tcp_test.cpp
  tests/drivers/usb/line_test.cpp tests/drivers/usb/replug_test.cpp
  tests/firmware-agent/cli/table_test.cpp tests/firmware-agent/cli/times_test.cpp
  tests/firmware-agent/cli/watch_view_test.cpp
  tests/firmware-agent/detection/watchman_property_test.cpp
  tests/firmware-agent/polling/overheard_line_test.cpp tests/firmware-agent/polling/poller_test.cpp
  tests/firmware-agent/store/open_block_test.cpp
  tests/firmware-agent/usb/port_watch_test.cpp tests/firmware-agent/usb/relay_proof_test.cpp
  tests/firmware-agent/usb/usb_care_test.cpp
  tests/protocol/modbus/line_meter_test.cpp tests/protocol/modbus/plan_test.cpp
  tests/protocol/modbus/read_shape_test.cpp tests/protocol/modbus/rtu_scan_test.cpp
  tests/protocol/modbus/tcp_machine_test.cpp)
function(inspect_alone)
  file(RELATIVE_PATH room ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  foreach(f ${ARGN})
    if("${room}/${f}" IN_LIST INSPECT_ALONE)
      set_source_files_properties(${f} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    endif()
  endforeach()
endfunction()

# What runs at the start, or when a person asks, is compiled for size where it is shipped: half of what is resident on a
# gateway is code (decision 0022).
set(INSPECT_SMALL
  agent_config agent_control agent_guard agent_inspection agent_usb
  bridge_mqtt bridge_uplink inspect-bridge inspectd
  drivers_identity drivers_permit drivers_profiles drivers_relay_board drivers_tester drivers_usb
  protocol_catalogue protocol_control protocol_settings protocol_usb)
function(inspect_size name)
  if(name IN_LIST INSPECT_SMALL)
    target_compile_options(${name} PRIVATE $<$<CONFIG:Release,RelWithDebInfo>:-Os>)
  endif()
endfunction()

# inspect_library(NAME SOURCES a.cpp … LINKS x … [PRIVATE y …]): one library per folder, links spelled out.
function(inspect_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS;PRIVATE" ${ARGN})
  inspect_alone(${ARG_SOURCES})
  add_library(${name} STATIC ${ARG_SOURCES})
  inspect_size(${name})
  target_link_libraries(${name} PUBLIC inspect_flags ${ARG_LINKS} PRIVATE ${ARG_PRIVATE})
endfunction()

# inspect_program(NAME SOURCES … LINKS …)
function(inspect_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINKS" ${ARGN})
  inspect_alone(${ARG_SOURCES})
  add_executable(${name} ${ARG_SOURCES})
  inspect_size(${name})
  target_link_libraries(${name} PRIVATE inspect_flags ${ARG_LINKS})
endfunction()

# inspect_test(NAME SOURCES … LINKS … [TIMEOUT s] [LABELS l …]): one doctest program, one line in ctest.
function(inspect_test name)
  cmake_parse_arguments(ARG "" "TIMEOUT" "SOURCES;LINKS;LABELS" ${ARGN})
  inspect_alone(${ARG_SOURCES})
  add_executable(${name} ${ARG_SOURCES})
  # Small units, so that one test's change is compiled in seconds.
  set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 4)
  target_link_libraries(${name} PRIVATE inspect_flags inspect_unity_flags tests_main ${ARG_LINKS})
  add_test(NAME ${name} COMMAND ${name} WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  set(environment "INSPECT_BIN=${CMAKE_BINARY_DIR}/bin")
  if(INSPECT_SANITIZE)
    math(EXPR ARG_TIMEOUT "4 * ${ARG_TIMEOUT}")
    # In the environment, so that the programs a test starts are judged alike.
    set(known ${CMAKE_SOURCE_DIR}/tests/support)
    list(APPEND environment
      "ASAN_OPTIONS=detect_stack_use_after_return=0"
      "LSAN_OPTIONS=suppressions=${known}/lsan.supp:print_suppressions=0"
      "TSAN_OPTIONS=suppressions=${known}/tsan.supp:print_suppressions=0")
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}" ENVIRONMENT "${environment}")
  if(NOT ARG_LABELS)
    add_dependencies(plain_tests ${name})
  endif()
endfunction()

# Every test without a label, and the programs they start: what a sanitizer is asked about.
add_custom_target(plain_tests)

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
