# SPDX-License-Identifier: GPL-2.0-or-later
# Included by the top-level CMakeLists.txt after the tests, whose harness benchmarks use.

if(PIERGLASS_BENCHMARKS)
  # benchmarks
  find_package(benchmark REQUIRED)
  find_package(nlohmann_json REQUIRED)
  add_library(benchmark_medians STATIC benchmarks/medians.cpp)
  target_include_directories(benchmark_medians PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(benchmark_medians
    PUBLIC pierglass_flags benchmark::benchmark nlohmann_json::nlohmann_json)
  add_executable(benchmark_copy benchmarks/copy.cpp)
  target_link_libraries(benchmark_copy PRIVATE benchmark_medians pixel)
  add_executable(benchmark_parse benchmarks/parse.cpp)
  target_link_libraries(benchmark_parse PRIVATE benchmark_medians wire)
  add_executable(benchmark_ring benchmarks/ring.cpp)
  target_link_libraries(benchmark_ring PRIVATE benchmark_medians ring)
  if(TARGET gfx)
    add_executable(benchmark_upload benchmarks/upload.cpp)
    target_include_directories(benchmark_upload PRIVATE ${CMAKE_SOURCE_DIR})
    target_link_libraries(benchmark_upload
      PRIVATE gfx pierglass_flags nlohmann_json::nlohmann_json)
  endif()
  if(TARGET e2e_support)
    add_executable(benchmark_client benchmarks/client.cpp)
    target_link_libraries(benchmark_client PRIVATE e2e_support)
    foreach(subject start copy)
      add_executable(benchmark_guest_${subject} benchmarks/guest_${subject}.cpp)
      target_include_directories(benchmark_guest_${subject} PRIVATE ${CMAKE_SOURCE_DIR})
      target_link_libraries(benchmark_guest_${subject} PRIVATE e2e_support pierglass_flags)
    endforeach()
    if(PIERGLASS_BROKER)
      add_executable(benchmark_doorbell
        benchmarks/doorbell.cpp benchmarks/doorbell_guest.cpp benchmarks/doorbell_reader.cpp)
      target_include_directories(benchmark_doorbell PRIVATE ${CMAKE_SOURCE_DIR})
      target_link_libraries(benchmark_doorbell PRIVATE e2e_support app pierglass_flags)
    endif()
    add_executable(benchmark_input
      benchmarks/input.cpp benchmarks/input_desk.cpp benchmarks/input_times.cpp)
    target_link_libraries(benchmark_input PRIVATE e2e_support spice_server pierglass_flags)
  endif()
endif()
