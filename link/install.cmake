# SPDX-License-Identifier: GPL-2.0-only OR MIT
# What `cmake --install` puts where, when this is the build's own project: library
# and headers, and what find_package() and pkg-config look for.
if(NOT CMAKE_SOURCE_DIR STREQUAL PROJECT_SOURCE_DIR AND NOT PIGTAIL_TOP_LEVEL)
  return()
endif()
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(package ${CMAKE_INSTALL_LIBDIR}/cmake/pigtail)

install(TARGETS pigtail_link EXPORT pigtail ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY include/pigtail DESTINATION include)
install(EXPORT pigtail NAMESPACE pigtail:: FILE pigtail-config.cmake DESTINATION ${package})
write_basic_package_version_file(pigtail-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/pigtail-config-version.cmake DESTINATION ${package})
file(RELATIVE_PATH up /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
configure_file(pigtail.pc.in pigtail.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/pigtail.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
