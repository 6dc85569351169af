# SPDX-License-Identifier: GPL-2.0-or-later
# Tests and fuzz targets; included by the top-level CMakeLists.txt, all paths from there.

if(PIERGLASS_TESTS OR PIERGLASS_FUZZERS)
  enable_testing()
endif()

# The end-to-end tests that bring foreign bytes or many states to our programs. Their label is not
# e2e but e2e_foreign, which "ctest -L e2e" finds too; they run with sanitizers as well.
set(PIERGLASS_FOREIGN e2e_broker e2e_commands e2e_desktop e2e_direct e2e_gnome e2e_hostile
  e2e_input_random e2e_ivshmem e2e_life e2e_looking_glass e2e_scales e2e_wrong_use)

# pierglass_test(NAME [SERIAL] [FAST] SOURCES ... LINK ... [LABELS ...] [TIMEOUT seconds]): a GoogleTest
# program whose cases run as processes of their own; SERIAL: nothing runs beside each; FAST:
# optimized in every build. Those with
# the longest timeouts start first, lest one runs alone at the end.
function(pierglass_test name)
  cmake_parse_arguments(ARG "SERIAL;FAST" "TIMEOUT" "SOURCES;LINK;LABELS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  if(name IN_LIST PIERGLASS_FOREIGN)
    set(ARG_LABELS e2e_foreign)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${ARG_LINK} GTest::gmock GTest::gtest_main)
  if(ARG_FAST)
    target_compile_options(${name} PRIVATE -O2)
  else()
    target_link_libraries(${name} PRIVATE test_flags)
    target_precompile_headers(${name} REUSE_FROM test_header)
  endif()
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT ${ARG_TIMEOUT} COST ${ARG_TIMEOUT} RUN_SERIAL ${ARG_SERIAL}
      LABELS "${ARG_LABELS}")
endfunction()

# pierglass_fuzzer(NAME SOURCES ... LINK ...): a libFuzzer target, or without libFuzzer a program that
# replays tests/fuzz/corpus/NAME, which the normal test run does.
function(pierglass_fuzzer name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  if(PIERGLASS_FUZZERS)
    add_executable(fuzz_${name} ${ARG_SOURCES})
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  else()
    add_executable(fuzz_${name} ${ARG_SOURCES} tests/fuzz/replay_main.cpp)
    add_test(NAME fuzz_replay.${name}
      COMMAND fuzz_${name} ${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name})
    set_tests_properties(fuzz_replay.${name} PROPERTIES TIMEOUT 60 LABELS fuzz)
  endif()
  target_include_directories(fuzz_${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(fuzz_${name} PRIVATE ${ARG_LINK})
endfunction()

# A SPICE server's bytes; for tests and fuzz targets.
if((PIERGLASS_TESTS OR PIERGLASS_FUZZERS) AND PIERGLASS_CLIENT)
  add_library(spice_bytes STATIC tests/support/spice_bytes.cpp)
  target_include_directories(spice_bytes PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(spice_bytes PRIVATE pierglass_flags OpenSSL::Crypto)
endif()
if((PIERGLASS_TESTS OR PIERGLASS_FUZZERS) AND NOT WIN32)
  # a guest and a desktop that keep what the router sends, and scripts of events for it
  add_library(input_model STATIC tests/support/input_model.cpp tests/support/input_script.cpp)
  target_include_directories(input_model PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(input_model PUBLIC input PRIVATE pierglass_flags)
endif()

# what runs under Wine; the tests that start it are Linux programs
if(PIERGLASS_STANDINS AND PIERGLASS_GUEST)
  add_executable(dxgi_standin
    guest/win/console_windows.cpp guest/win/waiter_windows.cpp tests/guest/desktop_script.cpp
    tests/guest/dxgi_standin.cpp tests/guest/pattern_play.cpp tests/guest/random_script.cpp
    tests/guest/run_copy_queue.cpp tests/guest/run_gpu_pass.cpp tests/guest/run_pattern.cpp
    tests/guest/run_rest.cpp tests/guest/run_scripts.cpp tests/guest/run_speed.cpp
    tests/guest/scripted_duplication.cpp
    tests/guest/scripted_output.cpp tests/guest/standin_engine.cpp)
  target_include_directories(dxgi_standin PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(dxgi_standin PRIVATE guest_options guest_capture winmm)
  # IUnknown's destructor is not virtual
  set_source_files_properties(tests/guest/scripted_duplication.cpp tests/guest/scripted_output.cpp
    PROPERTIES COMPILE_OPTIONS -Wno-non-virtual-dtor)
endif()

if(PIERGLASS_TESTS AND NOT WIN32)
  find_package(GTest REQUIRED)
  include(GoogleTest)
  # Tests are compiled far more often than they run: little optimization, and of the debugging
  # information the lines.
  add_library(test_flags INTERFACE)
  target_compile_options(test_flags INTERFACE $<$<NOT:$<CONFIG:Debug>>:-O1> -g1)
  # GoogleTest's header, compiled once; as ccache needs it, without the time of the file
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/test_header.cpp CONTENT "")
  add_library(test_header STATIC ${CMAKE_BINARY_DIR}/generated/test_header.cpp)
  target_link_libraries(test_header PRIVATE pierglass_flags test_flags GTest::gmock)
  target_precompile_headers(test_header PRIVATE <gmock/gmock.h>)
  if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
    target_compile_options(test_header PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
  endif()
  # base, wire
  pierglass_test(unit_base
    SOURCES tests/unit/base/checked_test.cpp tests/unit/base/geometry_test.cpp
      tests/unit/base/handle_test.cpp tests/unit/base/result_test.cpp
      tests/unit/base/runtime_folder_test.cpp tests/unit/base/sizes_test.cpp
      tests/unit/base/unix_address_test.cpp tests/unit/base/vm_name_test.cpp
    LINK base)
  pierglass_test(unit_wire
    SOURCES tests/unit/wire/build_test.cpp tests/unit/wire/interference_test.cpp
      tests/unit/wire/memory_size_test.cpp
      tests/unit/wire/parse_records_test.cpp
      tests/unit/wire/parse_region_test.cpp tests/unit/wire/protocol_document_test.cpp
      tests/unit/wire/round_trip_test.cpp
    LINK wire)
  target_compile_definitions(unit_wire PRIVATE
    PIERGLASS_PROTOCOL_MD="${CMAKE_SOURCE_DIR}/src/wire/PROTOCOL.md")

  # what must not compile
  foreach(mistake assign_clocks checked_signed_numbers copy_frame_lease copy_handle
      drop_parsed_region drop_result plain_number_as_format snapshot_of_an_owner subtract_clocks
      write_into_a_leased_frame)
    add_test(NAME compile_fail.${mistake}
      COMMAND ${CMAKE_SOURCE_DIR}/tests/compile_fail/check.sh ${CMAKE_CXX_COMPILER}
        ${CMAKE_SOURCE_DIR} ${CMAKE_SOURCE_DIR}/tests/compile_fail/${mistake}.cpp)
    set_tests_properties(compile_fail.${mistake} PROPERTIES TIMEOUT 60 LABELS compile)
  endforeach()

  # the source tree itself; each check is also shown to be able to fail
  set(TOOLS ${CMAKE_SOURCE_DIR}/tests/tools)
  add_test(NAME tree.includes_follow_the_arrows
    COMMAND ${TOOLS}/check_includes.sh ${CMAKE_SOURCE_DIR})
  add_test(NAME tree.wrong_includes_are_refused COMMAND ${TOOLS}/check_includes_test.sh ${TOOLS})
  add_test(NAME tree.no_file_is_too_long COMMAND ${TOOLS}/size_report.sh ${CMAKE_SOURCE_DIR})
  add_test(NAME tree.a_long_file_is_refused COMMAND ${TOOLS}/size_report.sh ${CMAKE_SOURCE_DIR} 100)
  set_tests_properties(tree.a_long_file_is_refused PROPERTIES
    PASS_REGULAR_EXPRESSION "lines, more than 100")
  add_test(NAME tree.the_desktop_entry_is_valid
    COMMAND desktop-file-validate ${CMAKE_SOURCE_DIR}/src/app/desktop/pierglass.desktop)

  # ring
  pierglass_test(unit_ring
    SOURCES tests/unit/ring/frames_test.cpp tests/unit/ring/session_test.cpp
      tests/unit/ring/damage_test.cpp tests/unit/ring/cursor_test.cpp
      tests/unit/ring/control_test.cpp tests/unit/ring/doorbell_test.cpp
    LINK ring)
  pierglass_test(model_ring FAST  # an exhaustive search
    SOURCES tests/unit/ring/model_test.cpp tests/unit/ring/sleep_model_test.cpp LINK ring)
  pierglass_test(soak_ring
    SOURCES tests/unit/ring/sleep_soak_test.cpp tests/unit/ring/soak_test.cpp LINK ring LABELS thread)
  pierglass_test(processes_ring SOURCES tests/unit/ring/two_process_test.cpp LINK ring TIMEOUT 120)

  # pixel, pace
  pierglass_test(unit_pixel
    SOURCES tests/unit/pixel/damage_region_test.cpp tests/unit/pixel/copy_test.cpp
      tests/unit/pixel/store_trial_test.cpp
      tests/unit/pixel/cursor_plane_test.cpp tests/unit/pixel/cursor_test.cpp
      tests/unit/pixel/convert_test.cpp tests/unit/pixel/filter_test.cpp
      tests/unit/pixel/scale_test.cpp tests/unit/pixel/turn_test.cpp
    LINK pixel)
  pierglass_test(unit_pace
    SOURCES tests/unit/pace/arrival_test.cpp tests/unit/pace/callback_thrift_test.cpp
      tests/unit/pace/doorbell_trust_test.cpp
      tests/unit/pace/frame_record_test.cpp tests/unit/pace/histogram_test.cpp
      tests/unit/pace/latch_news_test.cpp tests/unit/pace/present_gate_test.cpp tests/unit/pace/present_policy_test.cpp
      tests/unit/pace/wait_ladder_test.cpp
    LINK pace LABELS thread)
  pierglass_test(simulation_pace FAST  # hours are simulated
    SOURCES tests/support/compositor_models.cpp tests/unit/pace/doorbell_simulation_test.cpp
      tests/unit/pace/present_simulation_test.cpp tests/unit/pace/simulation_test.cpp
    LINK pace)

  # input
  pierglass_test(unit_input
    SOURCES tests/unit/input/bindings_test.cpp tests/unit/input/follower_test.cpp
      tests/unit/input/tablet_scale_test.cpp
      tests/unit/input/hotkey_test.cpp tests/unit/input/names_test.cpp
      tests/unit/input/pointer_test.cpp tests/unit/input/router_capture_test.cpp
      tests/unit/input/router_keys_test.cpp tests/unit/input/router_property_test.cpp
      tests/unit/input/state_test.cpp
    LINK input_model)

  # guest
  pierglass_test(unit_guest
    SOURCES tests/support/temp_dir.cpp tests/unit/guest/config_test.cpp
      tests/unit/guest/cursor_shape_test.cpp tests/unit/guest/desktop_damage_test.cpp
      tests/unit/guest/diagnosis_test.cpp tests/unit/guest/duplicated_shape_test.cpp
      tests/unit/guest/duplication_outcome_test.cpp tests/unit/guest/frame_publisher_test.cpp
      tests/unit/guest/ivshmem_device_test.cpp tests/unit/guest/ivshmem_interrupts_test.cpp
      tests/unit/guest/latch_watch_test.cpp tests/unit/guest/look_planner_test.cpp
      tests/unit/guest/options_test.cpp tests/unit/guest/other_guest_test.cpp
      tests/unit/guest/output_choice_test.cpp tests/unit/guest/output_colour_test.cpp
      tests/unit/guest/pacer_test.cpp tests/unit/guest/picture_plan_test.cpp
      tests/unit/guest/restart_policy_test.cpp tests/unit/guest/supervision_test.cpp
      tests/unit/guest/pattern_source_test.cpp
      tests/unit/guest/pattern_test.cpp tests/unit/guest/slot_damage_test.cpp
      tests/unit/guest/tile_differ_test.cpp
    LINK guest_diagnosis)
  target_compile_definitions(unit_guest PRIVATE
    PIERGLASS_GUEST_SAMPLE="${CMAKE_SOURCE_DIR}/guest/resources/pierglass-guest.conf")
  pierglass_test(threads_guest
    SOURCES tests/unit/guest/publisher_doorbell_test.cpp tests/unit/guest/publisher_test.cpp
    LINK guest_core LABELS thread)

  # loop, control, wl
  pierglass_test(unit_loop
    SOURCES tests/unit/loop/event_loop_test.cpp tests/unit/loop/prompt_thread_test.cpp
      tests/unit/loop/signals_test.cpp
      tests/unit/loop/timer_test.cpp tests/unit/loop/wakeup_test.cpp
    LINK loop LABELS thread)
  if(PIERGLASS_CLIENT)
    pierglass_test(unit_control
      SOURCES tests/unit/control/client_test.cpp tests/unit/control/flood_test.cpp
        tests/unit/control/instance_test.cpp tests/unit/control/protocol_test.cpp
        tests/unit/control/server_test.cpp tests/support/temp_dir.cpp
      LINK control LABELS thread)

    # A compositor in the test process: any globals, any event, every request recorded.
    pkg_check_modules(WAYLAND_SERVER REQUIRED IMPORTED_TARGET wayland-server>=1.21)
    add_library(fake_compositor STATIC
      tests/support/fake_compositor.cpp tests/support/fake_dmabufs.cpp tests/support/fake_requests.cpp
      tests/support/fake_seat.cpp tests/support/fake_seat_requests.cpp
      tests/support/fake_server.cpp tests/support/fake_syncobj.cpp)
    target_include_directories(fake_compositor PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(fake_compositor
      PUBLIC base
      PRIVATE pierglass_flags wayland_protocols PkgConfig::WAYLAND_SERVER PkgConfig::XKBCOMMON)
    pierglass_test(unit_fake_compositor
      SOURCES tests/unit/support/fake_compositor_test.cpp tests/unit/wl/test_client.cpp
      LINK wl wayland_protocols fake_compositor LABELS thread)
    pierglass_test(unit_wl
      SOURCES tests/unit/wl/activation_test.cpp tests/unit/wl/display_test.cpp
        tests/unit/wl/dmabuf_offer_test.cpp tests/unit/wl/format_table_test.cpp
        tests/unit/wl/idle_inhibitor_test.cpp tests/unit/wl/keyboard_test.cpp
        tests/unit/wl/outputs_test.cpp tests/unit/wl/peer_program_test.cpp
        tests/support/temp_dir.cpp tests/unit/wl/pointer_image_test.cpp
        tests/unit/wl/pointer_lock_test.cpp tests/unit/wl/pointer_test.cpp
        tests/unit/wl/present_queue_test.cpp tests/unit/wl/registry_test.cpp
        tests/unit/wl/seat_client.cpp tests/unit/wl/seat_test.cpp
        tests/unit/wl/surface_dmabufs_test.cpp
        tests/unit/wl/test_client.cpp tests/unit/wl/window_hide_test.cpp
        tests/unit/wl/window_test.cpp
      LINK wl wayland_protocols fake_compositor LABELS thread)
  endif()

  # broker
  if(PIERGLASS_BROKER)
    pierglass_test(unit_broker
      SOURCES tests/support/temp_dir.cpp tests/support/unix_socket.cpp
        tests/unit/broker/access_test.cpp tests/unit/broker/endpoint_test.cpp
        tests/unit/broker/kept_test.cpp tests/unit/broker/memory_test.cpp
        tests/unit/broker/options_test.cpp tests/unit/broker/server_test.cpp
      LINK broker broker_options)
    target_compile_definitions(unit_broker PRIVATE
      PIERGLASS_SAMPLE="${CMAKE_SOURCE_DIR}/src/broker/pierglass-broker.conf"
      PIERGLASS_UNITS="${CMAKE_SOURCE_DIR}/src/broker/systemd/")
    pierglass_test(soak_broker
      SOURCES tests/support/temp_dir.cpp tests/unit/broker/soak_test.cpp LINK broker TIMEOUT 300)
    pierglass_test(processes_broker
      SOURCES tests/support/process.cpp tests/support/temp_dir.cpp
        tests/support/fake_systemd.cpp tests/unit/broker/program_test.cpp
      LINK broker)
    target_compile_definitions(processes_broker PRIVATE
      PIERGLASS_BROKER_PROGRAM="${CMAKE_BINARY_DIR}/pierglass-broker")
    add_dependencies(processes_broker pierglass-broker)
  endif()

  # spice: against the protocol's server library, and against servers that break its rules
  if(PIERGLASS_CLIENT)
    pkg_check_modules(SPICE_SERVER REQUIRED IMPORTED_TARGET spice-server)
    add_library(test_sockets STATIC tests/support/unix_socket.cpp)
    target_include_directories(test_sockets PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(test_sockets PUBLIC base loop PRIVATE pierglass_flags)
    add_library(spice_server STATIC
      tests/support/spice_core.cpp tests/support/spice_recorder.cpp tests/support/spice_server.cpp)
    target_include_directories(spice_server PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(spice_server
      PUBLIC base test_sockets
      PRIVATE pierglass_flags PkgConfig::SPICE_SERVER PkgConfig::SPICE_PROTOCOL Threads::Threads)
    add_executable(spice_sink tests/support/spice_sink.cpp)
    target_link_libraries(spice_sink PRIVATE spice_server pierglass_flags)
    pierglass_test(unit_spice
      SOURCES tests/unit/spice/address_test.cpp tests/unit/spice/build_test.cpp
        tests/unit/spice/conversation_test.cpp tests/unit/spice/parse_test.cpp
        tests/unit/spice/scan_code_test.cpp tests/unit/spice/stream_test.cpp
        tests/unit/spice/ticket_test.cpp tests/unit/spice/trouble_test.cpp
        tests/unit/spice/windows_test.cpp
      LINK spice spice_bytes)
    pierglass_test(unit_spice_session
      SOURCES tests/unit/spice/raw_peer.cpp tests/unit/spice/server_leaks.cpp
        tests/unit/spice/session_hostile_test.cpp
        tests/unit/spice/session_test.cpp
      LINK spice spice_bytes spice_server LABELS thread)
  endif()

  # gfx
  if(PIERGLASS_CLIENT)
    pierglass_test(unit_gfx
      SOURCES tests/unit/gfx/buffer_wishes_test.cpp tests/unit/gfx/create_presenter_test.cpp
        tests/unit/gfx/damage_test.cpp tests/unit/gfx/explicit_sync_test.cpp
        tests/unit/gfx/replaced_output_test.cpp
        tests/unit/gfx/swapchain_test.cpp
        tests/unit/gfx/slot_buffer_test.cpp
        tests/unit/gfx/driver_leaks.cpp tests/unit/gfx/gl_filters_test.cpp tests/unit/gfx/gpu_trial_test.cpp
        tests/unit/gfx/gl_panel_test.cpp
        tests/unit/gfx/gl_refusal_test.cpp tests/unit/gfx/refusing_driver.cpp
        tests/unit/gfx/gl_pass_test.cpp tests/unit/gfx/message_test.cpp tests/unit/gfx/panel_test.cpp
        tests/unit/gfx/target_test.cpp tests/unit/gfx/turned_window_test.cpp
        tests/unit/gfx/borrowed_picture_test.cpp tests/unit/gfx/imported_picture_test.cpp
        tests/unit/gfx/lasting_presenter_test.cpp tests/unit/gfx/moved_gpu_test.cpp
        tests/unit/gfx/slot_window_test.cpp
        tests/unit/gfx/software_panel_test.cpp tests/unit/gfx/software_presenter_test.cpp
        tests/unit/gfx/upload_way_test.cpp tests/unit/gfx/window_test.cpp
        tests/unit/wl/test_client.cpp
      LINK gfx wl wayland_protocols fake_compositor)
  endif()

  # compat: its test writer's own rules, then its tests
  pierglass_test(unit_glass_writer
    SOURCES tests/unit/support/lgmp_host_test.cpp tests/unit/support/looking_glass_writer_test.cpp
    LINK looking_glass_writer)
  if(PIERGLASS_CLIENT)
    pierglass_test(unit_kvmfr
      SOURCES tests/unit/compat/desktop_map_test.cpp tests/unit/compat/kvmfr_cursor_test.cpp
        tests/unit/compat/kvmfr_frame_test.cpp tests/unit/compat/kvmfr_host_test.cpp
      LINK compat)
    pierglass_test(unit_looking_glass
      SOURCES tests/unit/compat/looking_glass_frames_test.cpp
        tests/unit/compat/looking_glass_host_test.cpp
        tests/unit/compat/looking_glass_pointer_test.cpp
      LINK compat looking_glass_writer)
    pierglass_test(unit_corruptions
      SOURCES tests/unit/compat/corruption_test.cpp tests/unit/compat/corruptions.cpp
      LINK compat looking_glass_writer)
    pierglass_test(unit_compat_lgmp
      SOURCES tests/unit/compat/lgmp_corruption_test.cpp tests/unit/compat/lgmp_dialect_test.cpp
        tests/unit/compat/lgmp_header_test.cpp tests/unit/compat/lgmp_lock_test.cpp
        tests/unit/compat/lgmp_mailbox_test.cpp tests/unit/compat/lgmp_messages_test.cpp
        tests/unit/compat/lgmp_scan_test.cpp
        tests/unit/compat/lgmp_subscribe_test.cpp tests/unit/compat/lgmp_subscription_test.cpp
      LINK compat looking_glass_writer)
    pierglass_test(soak_compat_lgmp SOURCES tests/unit/compat/lgmp_soak_test.cpp
      LINK compat looking_glass_writer LABELS thread)
  endif()

  # ivshmem, shm, source, app
  # a server of the protocol that does what a test says
  add_library(ivshmem_server STATIC tests/support/ivshmem_server.cpp
    tests/support/temp_dir.cpp tests/support/unix_socket.cpp)
  target_include_directories(ivshmem_server PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(ivshmem_server PUBLIC ivshmem PRIVATE pierglass_flags)
  pierglass_test(unit_ivshmem
    SOURCES tests/unit/ivshmem/address_test.cpp tests/unit/ivshmem/connection_test.cpp
      tests/unit/ivshmem/message_test.cpp
    LINK ivshmem_server LABELS thread)
  pierglass_test(unit_shm
    SOURCES tests/unit/shm/file_test.cpp tests/unit/shm/kvmfr_test.cpp
      tests/unit/shm/udmabuf_test.cpp
    LINK shm)
  if(PIERGLASS_CLIENT)
    pierglass_test(unit_source
      SOURCES tests/unit/source/broker_link_test.cpp tests/unit/source/doorbell_test.cpp
        tests/unit/source/kept_frames_test.cpp
        tests/unit/source/live_source_test.cpp tests/unit/source/region_source_test.cpp
        tests/unit/source/slot_buffers_test.cpp tests/unit/source/watched_memory_test.cpp
      LINK source ivshmem_server)
    pierglass_test(unit_app
      SOURCES tests/unit/app/deadline_test.cpp tests/unit/app/doorbell_loop_test.cpp
        tests/unit/app/filter_command_test.cpp
        tests/unit/app/tearing_command_test.cpp
        tests/unit/app/frame_intake_test.cpp tests/unit/app/hidden_window_test.cpp
        tests/unit/app/lent_frames_test.cpp tests/unit/app/lost_gpu_test.cpp
        tests/unit/app/sampled_frames_test.cpp
        tests/unit/app/input_setup_test.cpp tests/unit/app/machine_text_test.cpp
        tests/unit/app/messages_broker_test.cpp tests/unit/app/messages_test.cpp
        tests/unit/app/notice_screen_test.cpp
        tests/unit/app/one_key_test.cpp tests/unit/app/open_broker_test.cpp
        tests/unit/app/open_source_test.cpp
        tests/unit/app/options_input_test.cpp tests/unit/app/options_test.cpp
        tests/unit/app/panel_text_test.cpp tests/unit/app/png_test.cpp
        tests/unit/app/present_loop_test.cpp tests/unit/app/present_policy_loop_test.cpp
        tests/unit/app/presentation_map_test.cpp tests/unit/app/present_requests_test.cpp
        tests/unit/app/screenshot_test.cpp tests/unit/app/status_line_test.cpp
        tests/unit/app/take_over_test.cpp tests/unit/app/user_files_test.cpp
        tests/unit/app/verbs_test.cpp tests/unit/app/zero_copy_test.cpp
      LINK app ivshmem_server looking_glass_writer PkgConfig::SPNG)
  endif()

  # app with a compositor
  if(PIERGLASS_CLIENT)
    pierglass_test(unit_desktop
      SOURCES tests/unit/app/desktop_test.cpp tests/unit/app/doorbell_thread_test.cpp
        tests/unit/app/guest_log_test.cpp
        tests/unit/app/guest_news_test.cpp tests/unit/app/pointer_board_test.cpp
        tests/unit/app/present_policy_thread_test.cpp
        tests/unit/app/present_thread_requests_test.cpp tests/unit/app/present_thread_test.cpp
        tests/unit/app/scanout_test.cpp tests/unit/app/scanout_thread_test.cpp
        tests/unit/app/statistics_test.cpp tests/unit/app/window_control_test.cpp
        tests/unit/wl/test_client.cpp
      LINK app wayland_protocols fake_compositor nlohmann_json::nlohmann_json LABELS thread)
  endif()

  # app with a compositor and a SPICE server
  if(PIERGLASS_CLIENT)
    add_library(guest_devices STATIC tests/support/guest_devices.cpp)
    target_include_directories(guest_devices PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(guest_devices PRIVATE pierglass_flags)
    pierglass_test(unit_input_control
      SOURCES tests/support/temp_dir.cpp tests/unit/app/input_control_test.cpp
        tests/unit/spice/server_leaks.cpp tests/unit/wl/test_client.cpp
      LINK app wayland_protocols fake_compositor guest_devices spice_server spdlog::spdlog
      LABELS thread)
    pierglass_test(fuzz_focus
      SOURCES tests/support/temp_dir.cpp tests/unit/app/focus_fuzz_test.cpp
        tests/unit/app/spice_peer.cpp tests/unit/wl/test_client.cpp
      LINK app wayland_protocols fake_compositor guest_devices spice_bytes spdlog::spdlog
      LABELS thread TIMEOUT 180)
  endif()

  # end to end: real compositor, real Windows executable; tests/README.md says what they need
  if(PIERGLASS_CLIENT)
    find_package(nlohmann_json REQUIRED)
    find_package(PkgConfig REQUIRED)
    set(PIERGLASS_GUEST_EXE ${CMAKE_BINARY_DIR}/guest/pierglass-guest.exe CACHE FILEPATH
      "The Windows guest that the end-to-end tests run under Wine")
    # the Windows program as it lies there; the check is also shown to be able to fail
    set(CHECK_PROGRAM ${CMAKE_SOURCE_DIR}/tests/guest/check_program.sh ${PIERGLASS_GUEST_EXE})
    add_test(NAME guest.needs_only_what_windows_has
      COMMAND ${CHECK_PROGRAM} ${CMAKE_SOURCE_DIR}/tests/guest/system_dlls.txt 5000000)
    add_test(NAME guest.other_libraries_are_refused COMMAND ${CHECK_PROGRAM} /dev/null 5000000)
    set_tests_properties(guest.other_libraries_are_refused PROPERTIES
      PASS_REGULAR_EXPRESSION "imports kernel32.dll, which /dev/null does not have")
    add_test(NAME guest.a_large_program_is_refused
      COMMAND ${CHECK_PROGRAM} ${CMAKE_SOURCE_DIR}/tests/guest/system_dlls.txt 5000)
    set_tests_properties(guest.a_large_program_is_refused PROPERTIES
      PASS_REGULAR_EXPRESSION "bytes, 5000 or more")
    set_tests_properties(guest.needs_only_what_windows_has guest.other_libraries_are_refused
      guest.a_large_program_is_refused PROPERTIES LABELS e2e)
    string(REPLACE .exe -setup.exe PIERGLASS_SETUP_EXE ${PIERGLASS_GUEST_EXE})
    # the first processes of the guests in QEMU
    foreach(program input_log feed_runner graphics_init)
      add_executable(${program} tests/lab/${program}.cpp)
      target_include_directories(${program} PRIVATE ${CMAKE_SOURCE_DIR})
      target_compile_options(${program} PRIVATE
        -O2 -Wall -Wextra -Wshadow -Wconversion -Wno-missing-field-initializers -Werror
        -fno-exceptions -fno-rtti)
      target_link_options(${program} PRIVATE -static -s)
    endforeach()
    # what the second of them runs: static, and therefore without sanitizers
    if(PIERGLASS_SANITIZE)
      set(PIERGLASS_FEED_IN_GUEST ${CMAKE_SOURCE_DIR}/build/feed_in_guest CACHE FILEPATH
        "The static pattern_feed of a build without sanitizers")
    else()
      set(PIERGLASS_FEED_IN_GUEST ${CMAKE_BINARY_DIR}/feed_in_guest)
      add_executable(feed_in_guest ${PIERGLASS_FEED_SOURCES})
      target_link_options(feed_in_guest PRIVATE -static -s)
      target_link_libraries(feed_in_guest PRIVATE guest_options ivshmem)
    endif()
    # for tests/lab/interop.sh, which needs programs of QEMU's that nobody packages
    add_executable(ivshmem_peer tests/lab/ivshmem_peer.cpp)
    target_link_libraries(ivshmem_peer PRIVATE ivshmem shm)
    # for tests/lab/kvmfr.sh, which needs a kernel module that nobody packages
    if(NOT PIERGLASS_SANITIZE)
      add_executable(kvmfr_check tests/lab/kvmfr_check.cpp)
      target_include_directories(kvmfr_check PRIVATE ${CMAKE_SOURCE_DIR})
      target_link_libraries(kvmfr_check PRIVATE source)
      target_link_options(kvmfr_check PRIVATE -static)
    endif()
    # a Linux in QEMU that makes dma-bufs; what it checks is the kernel's part
    if(TARGET pierglass-broker AND NOT PIERGLASS_SANITIZE)
      add_executable(udmabuf_check tests/lab/udmabuf_check.cpp tests/lab/udmabuf_refusals.cpp)
      target_include_directories(udmabuf_check PRIVATE ${CMAKE_SOURCE_DIR})
      target_link_libraries(udmabuf_check PRIVATE guest_core ivshmem ring source)
      add_test(NAME e2e_udmabuf
        COMMAND ${CMAKE_SOURCE_DIR}/tests/lab/udmabuf.sh $<TARGET_FILE:udmabuf_check>
          $<TARGET_FILE:pierglass-broker> $<TARGET_FILE:pattern_feed>)
      # with time for the first run to download a kernel
      set_tests_properties(e2e_udmabuf PROPERTIES TIMEOUT 600 LABELS e2e)
    endif()
    pkg_check_modules(XKBCOMMON REQUIRED IMPORTED_TARGET xkbcommon)
    pkg_check_modules(SYSTEMD REQUIRED IMPORTED_TARGET libsystemd)
    add_library(e2e_support STATIC
      tests/support/broker_process.cpp tests/support/client.cpp tests/support/guest_image.cpp
      tests/support/injector.cpp tests/support/input_log.cpp tests/support/ivshmem_machine.cpp
      tests/support/lab.cpp
      tests/support/kwin.cpp tests/support/line_socket.cpp tests/support/mutter.cpp
      tests/support/mutter_bus.cpp tests/support/mutter_cast.cpp tests/support/mutter_output.cpp
      tests/support/proc_stats.cpp tests/support/process.cpp tests/support/qemu.cpp
      tests/support/screen.cpp tests/support/screenshot.cpp tests/support/sway.cpp
      tests/support/temp_dir.cpp tests/support/wayland_parser.cpp
      tests/support/wayland_recorder.cpp tests/support/weston.cpp tests/support/wine.cpp
      tests/support/xvfb.cpp)
    target_include_directories(e2e_support PUBLIC ${CMAKE_SOURCE_DIR})
    target_compile_definitions(e2e_support PRIVATE
      PIERGLASS_BROKER_PROGRAM="${CMAKE_BINARY_DIR}/pierglass-broker"
      PIERGLASS_CLIENT_PROGRAM="${CMAKE_BINARY_DIR}/pierglass"
      PIERGLASS_FEED_PROGRAM="${CMAKE_BINARY_DIR}/pattern_feed"
      PIERGLASS_LOOKING_GLASS_PROGRAM="${CMAKE_BINARY_DIR}/looking_glass_feed"
      PIERGLASS_SINK_PROGRAM="${CMAKE_BINARY_DIR}/spice_sink"
      PIERGLASS_GUEST_EXE="${PIERGLASS_GUEST_EXE}"
      PIERGLASS_SETUP_EXE="${PIERGLASS_SETUP_EXE}"
      PIERGLASS_FEED_IN_GUEST="${PIERGLASS_FEED_IN_GUEST}"
      PIERGLASS_FEED_RUNNER_PROGRAM="${CMAKE_BINARY_DIR}/feed_runner"
      PIERGLASS_INPUT_LOG_PROGRAM="${CMAKE_BINARY_DIR}/input_log"
      PIERGLASS_LAB_FOLDER="${CMAKE_SOURCE_DIR}/tests/lab"
      PIERGLASS_FAILURES_FOLDER="${CMAKE_BINARY_DIR}/e2e-failures")
    target_link_libraries(e2e_support
      PUBLIC base pixel test_sockets nlohmann_json::nlohmann_json GTest::gtest
      PRIVATE pierglass_flags test_protocols PkgConfig::SPNG PkgConfig::XKBCOMMON
        PkgConfig::SYSTEMD)
    add_dependencies(e2e_support feed_runner input_log)
    if(TARGET feed_in_guest)
      add_dependencies(e2e_support feed_in_guest)
    endif()
    pierglass_test(unit_e2e_support SOURCES tests/e2e/support_test.cpp LINK e2e_support)
    if(PIERGLASS_BROKER)
      add_dependencies(e2e_support pierglass-broker)
      pierglass_test(e2e_broker SOURCES tests/e2e/broker_test.cpp tests/support/fake_systemd.cpp
        LINK e2e_support ivshmem LABELS e2e TIMEOUT 120)
    endif()
    pierglass_test(e2e_lab SOURCES tests/e2e/lab_test.cpp LINK e2e_support LABELS e2e TIMEOUT 300)
    if(PIERGLASS_SANITIZE MATCHES "address|leak")
      target_sources(pierglass PRIVATE tests/support/keep_drivers.cpp)
    endif()
    add_library(e2e_desk STATIC tests/e2e/desk.cpp tests/e2e/tear_watch.cpp)
    target_link_libraries(e2e_desk PUBLIC e2e_support guest_core PRIVATE pierglass_flags)
    foreach(subject pixels life hostile desktop ivshmem)
      pierglass_test(e2e_${subject} SOURCES tests/e2e/${subject}_test.cpp LINK e2e_desk
        LABELS e2e TIMEOUT 300)
    endforeach()
    # only Windows programs, in which there are no sanitizers
    if(NOT PIERGLASS_SANITIZE)
      foreach(subject service installer)
        pierglass_test(e2e_${subject} SOURCES tests/e2e/${subject}_test.cpp
            tests/e2e/service_desk.cpp
          LINK e2e_desk LABELS e2e TIMEOUT 300)
      endforeach()
    endif()
    # desktop duplication, played at the COM border
    pierglass_test(e2e_duplication
      SOURCES tests/e2e/duplication_scripts_test.cpp tests/e2e/duplication_test.cpp
        tests/guest/desktop_script.cpp tests/guest/random_script.cpp tests/guest/script_truth.cpp
      LINK e2e_desk fake_compositor shm LABELS e2e TIMEOUT 300)
    add_library(e2e_screen_desk STATIC tests/e2e/screen_desk.cpp)
    target_link_libraries(e2e_screen_desk PUBLIC e2e_desk PRIVATE pierglass_flags)
    pierglass_test(e2e_scales SOURCES tests/e2e/scales_test.cpp LINK e2e_screen_desk
      LABELS e2e TIMEOUT 300)
    # for tests/lab/desktops.sh, which runs it among the compositors of Debian 13
    add_executable(desktops_check tests/lab/desktops_check.cpp)
    target_link_libraries(desktops_check PRIVATE e2e_screen_desk pierglass_flags GTest::gtest_main)
    if(PIERGLASS_BROKER)
      add_library(e2e_broker_desk STATIC tests/e2e/broker_desk.cpp)
      target_link_libraries(e2e_broker_desk PUBLIC e2e_desk PRIVATE pierglass_flags)
      # for tests/lab/desktops.sh as well
      add_executable(dmabuf_check tests/lab/dmabufs.cpp tests/lab/dmabuf_desk.cpp
        tests/lab/driver_check.cpp tests/lab/import_check.cpp tests/lab/scanout_check.cpp)
      target_link_libraries(dmabuf_check PRIVATE e2e_broker_desk pierglass_flags GTest::gtest_main)
      foreach(subject direct kill_order)
        pierglass_test(e2e_${subject} SOURCES tests/e2e/${subject}_test.cpp LINK e2e_broker_desk
          LABELS e2e TIMEOUT 900)
      endforeach()
      # which bound times
      foreach(subject broker_life doorbell)
        pierglass_test(e2e_${subject} SERIAL SOURCES tests/e2e/${subject}_test.cpp
          LINK e2e_broker_desk LABELS e2e TIMEOUT 900)
      endforeach()
    endif()
    pierglass_test(e2e_looking_glass SOURCES tests/e2e/looking_glass_test.cpp
      LINK e2e_desk looking_glass_writer LABELS e2e TIMEOUT 300)
    pierglass_test(e2e_looking_glass_life SOURCES tests/e2e/looking_glass_life_test.cpp
      LINK e2e_desk LABELS e2e TIMEOUT 300)
    add_library(e2e_input_desk STATIC tests/e2e/input_desk.cpp)
    target_link_libraries(e2e_input_desk PUBLIC e2e_desk PRIVATE pierglass_flags)
    foreach(subject keys life random)
      pierglass_test(e2e_input_${subject} SOURCES tests/e2e/input_${subject}_test.cpp
        LINK e2e_input_desk LABELS e2e TIMEOUT 300)
    endforeach()
    pierglass_test(e2e_gnome SOURCES tests/e2e/gnome_test.cpp
      LINK e2e_input_desk LABELS e2e TIMEOUT 300)
    add_library(e2e_key_desk STATIC tests/e2e/key_desk.cpp)
    target_link_libraries(e2e_key_desk PUBLIC e2e_desk PRIVATE pierglass_flags)
    foreach(subject one_key commands shortcuts)
      pierglass_test(e2e_${subject} SOURCES tests/e2e/${subject}_test.cpp
        LINK e2e_key_desk LABELS e2e TIMEOUT 300)
    endforeach()
    pierglass_test(e2e_wrong_use SOURCES tests/e2e/wrong_use_test.cpp
      LINK e2e_support wire fake_compositor LABELS e2e)
  endif()
endif()

if((PIERGLASS_TESTS OR PIERGLASS_FUZZERS) AND NOT WIN32)
  # fuzz targets
  foreach(record parse_region parse_frame parse_shape parse_control)
    pierglass_fuzzer(${record} SOURCES tests/fuzz/${record}.cpp LINK wire)
  endforeach()
  pierglass_fuzzer(ring_session SOURCES tests/fuzz/ring_session.cpp LINK ring)
  pierglass_fuzzer(ivshmem_connection SOURCES tests/fuzz/ivshmem_connection.cpp LINK ivshmem)
  pierglass_fuzzer(input_router SOURCES tests/fuzz/input_router.cpp LINK input_model)
  pierglass_fuzzer(input_bindings SOURCES tests/fuzz/input_bindings.cpp LINK input)
  pierglass_fuzzer(guest_config SOURCES tests/fuzz/guest_config.cpp LINK guest_options)
  pierglass_fuzzer(sizes SOURCES tests/fuzz/sizes.cpp LINK base)
  foreach(subject desktop_damage duplicated_shape)
    pierglass_fuzzer(${subject} SOURCES tests/fuzz/${subject}.cpp LINK guest_core)
  endforeach()
  if(PIERGLASS_BROKER)
    foreach(subject broker broker_kept)
      pierglass_fuzzer(${subject} SOURCES tests/fuzz/${subject}.cpp LINK broker)
    endforeach()
  endif()
  if(PIERGLASS_CLIENT)
    pierglass_fuzzer(dmabuf_feedback SOURCES tests/fuzz/dmabuf_feedback.cpp LINK wl)
    pierglass_fuzzer(lgmp_reader SOURCES tests/fuzz/lgmp_reader.cpp LINK compat)
    foreach(record control_request control_reply)
      pierglass_fuzzer(${record} SOURCES tests/fuzz/${record}.cpp LINK control)
    endforeach()
    foreach(record kvmfr_host kvmfr_frame kvmfr_cursor)
      pierglass_fuzzer(${record} SOURCES tests/fuzz/${record}.cpp LINK compat)
    endforeach()
    foreach(subject spice_link spice_main spice_inputs spice_session)
      pierglass_fuzzer(${subject} SOURCES tests/fuzz/${subject}.cpp tests/fuzz/plain_ticket.cpp
        LINK spice spice_bytes)
    endforeach()
    pierglass_fuzzer(looking_glass_source
      SOURCES tests/fuzz/looking_glass_source.cpp LINK compat looking_glass_writer)
  endif()
endif()
