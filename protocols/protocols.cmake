# SPDX-License-Identifier: GPL-2.0-or-later
# The target wayland_protocols: C code of the Wayland protocols in use, made in the build tree, with headers
# <protocol>-client-protocol.h and, for the test compositor, <protocol>-server-protocol.h.
# Protocols come from the distribution's wayland-protocols; one that it lacks is described in this folder.

pkg_check_modules(WAYLAND_PROTOCOLS REQUIRED wayland-protocols>=1.31)
pkg_get_variable(WAYLAND_PROTOCOLS_DIR wayland-protocols pkgdatadir)
find_program(WAYLAND_SCANNER wayland-scanner REQUIRED)

# Under one name wherever it lies; version 5, which is stable, has the messages of 4.
set(PIERGLASS_LINUX_DMABUF ${WAYLAND_PROTOCOLS_DIR}/unstable/linux-dmabuf/linux-dmabuf-unstable-v1.xml)
if(NOT EXISTS ${PIERGLASS_LINUX_DMABUF})
  set(PIERGLASS_LINUX_DMABUF ${CMAKE_BINARY_DIR}/protocols/linux-dmabuf-unstable-v1.xml)
  configure_file(${WAYLAND_PROTOCOLS_DIR}/stable/linux-dmabuf/linux-dmabuf-v1.xml ${PIERGLASS_LINUX_DMABUF} COPYONLY)
endif()

set(PIERGLASS_PROTOCOLS
  ${CMAKE_SOURCE_DIR}/protocols/cursor-shape-v1.xml
  ${WAYLAND_PROTOCOLS_DIR}/stable/presentation-time/presentation-time.xml
  ${WAYLAND_PROTOCOLS_DIR}/stable/viewporter/viewporter.xml
  ${WAYLAND_PROTOCOLS_DIR}/stable/xdg-shell/xdg-shell.xml
  ${WAYLAND_PROTOCOLS_DIR}/staging/content-type/content-type-v1.xml
  ${WAYLAND_PROTOCOLS_DIR}/staging/fractional-scale/fractional-scale-v1.xml
  ${WAYLAND_PROTOCOLS_DIR}/staging/tearing-control/tearing-control-v1.xml
  ${WAYLAND_PROTOCOLS_DIR}/staging/xdg-activation/xdg-activation-v1.xml
  ${PIERGLASS_LINUX_DMABUF}
  ${CMAKE_SOURCE_DIR}/protocols/linux-drm-syncobj-v1.xml
  ${WAYLAND_PROTOCOLS_DIR}/unstable/idle-inhibit/idle-inhibit-unstable-v1.xml
  ${WAYLAND_PROTOCOLS_DIR}/unstable/keyboard-shortcuts-inhibit/keyboard-shortcuts-inhibit-unstable-v1.xml
  ${WAYLAND_PROTOCOLS_DIR}/unstable/pointer-constraints/pointer-constraints-unstable-v1.xml
  ${WAYLAND_PROTOCOLS_DIR}/unstable/relative-pointer/relative-pointer-unstable-v1.xml
  ${WAYLAND_PROTOCOLS_DIR}/unstable/xdg-decoration/xdg-decoration-unstable-v1.xml)

# pierglass_scan(FILES XML MODE SUFFIX): one run of the scanner; the made file is appended to FILES.
function(pierglass_scan files xml mode suffix)
  cmake_path(GET xml STEM protocol)
  set(output ${CMAKE_BINARY_DIR}/protocols/${protocol}${suffix})
  add_custom_command(OUTPUT ${output}
    COMMAND ${WAYLAND_SCANNER} ${mode} ${xml} ${output}
    DEPENDS ${xml} VERBATIM)
  set(${files} ${${files}} ${output} PARENT_SCOPE)
endfunction()

# How tests plug in keyboards and mice; never part of the product.
set(PIERGLASS_TEST_PROTOCOLS
  ${CMAKE_SOURCE_DIR}/protocols/virtual-keyboard-unstable-v1.xml
  ${CMAKE_SOURCE_DIR}/protocols/wlr-virtual-pointer-unstable-v1.xml)

file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/protocols)
set(made)
foreach(xml IN LISTS PIERGLASS_PROTOCOLS)
  pierglass_scan(made ${xml} client-header -client-protocol.h)
  pierglass_scan(made ${xml} server-header -server-protocol.h)
  pierglass_scan(made ${xml} private-code -protocol.c)
endforeach()
add_library(wayland_protocols STATIC ${made})
target_include_directories(wayland_protocols SYSTEM PUBLIC ${CMAKE_BINARY_DIR}/protocols)
target_link_libraries(wayland_protocols PUBLIC PkgConfig::WAYLAND_CLIENT)

if(PIERGLASS_TESTS)
  set(made)
  foreach(xml IN LISTS PIERGLASS_TEST_PROTOCOLS)
    pierglass_scan(made ${xml} client-header -client-protocol.h)
    pierglass_scan(made ${xml} private-code -protocol.c)
  endforeach()
  add_library(test_protocols STATIC ${made})
  target_link_libraries(test_protocols PUBLIC wayland_protocols)
endif()
