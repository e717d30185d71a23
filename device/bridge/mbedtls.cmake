# SPDX-License-Identifier: GPL-2.0-only OR MIT
# mbedTLS for a bridge on a device, with tls_config.h.
include(../mbedtls.cmake)
file(GLOB mbedtls_sources ${mbedtls}/library/*.c)
list(FILTER mbedtls_sources EXCLUDE REGEX "/(net_sockets|timing)\\.c$")
set_source_files_properties(${mbedtls_sources} PROPERTIES COMPILE_OPTIONS -w)
add_library(pigtail_mbedtls STATIC ${mbedtls_sources})
target_include_directories(pigtail_mbedtls SYSTEM PUBLIC ${mbedtls}/include)
target_include_directories(pigtail_mbedtls PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_compile_definitions(pigtail_mbedtls PUBLIC MBEDTLS_CONFIG_FILE="tls_config.h")
