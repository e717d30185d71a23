# SPDX-License-Identifier: GPL-2.0-only OR MIT
# mbedTLS for a bridge on a device, with tls_config.h: Debian's source, which the first
# configuration brings to build/mbedtls; or a folder with mbedTLS 2.28.
set(PIGTAIL_MBEDTLS "" CACHE PATH "Source of mbedTLS 2.28 (default: fetched by apt)")
set(mbedtls ${PIGTAIL_MBEDTLS})
if(NOT mbedtls)
  set(mbedtls ${PROJECT_SOURCE_DIR}/build/mbedtls)
  execute_process(COMMAND ${PROJECT_SOURCE_DIR}/script/lib/fetch_source mbedtls
                          ${PROJECT_SOURCE_DIR}/build
                  RESULT_VARIABLE status)
  if(status)
    message(FATAL_ERROR "the bridge needs the source of mbedTLS, see above; "
                        "-DPIGTAIL_ENDPOINT=OFF builds without it")
  endif()
endif()
if(NOT EXISTS ${mbedtls}/include/mbedtls/ssl.h)
  message(FATAL_ERROR "PIGTAIL_MBEDTLS=${mbedtls} is no source of mbedTLS")
endif()

file(GLOB mbedtls_sources ${mbedtls}/library/*.c)
list(FILTER mbedtls_sources EXCLUDE REGEX "/(net_sockets|timing)\\.c$")
set_source_files_properties(${mbedtls_sources} PROPERTIES COMPILE_OPTIONS -w)
add_library(pigtail_mbedtls STATIC ${mbedtls_sources})
target_include_directories(pigtail_mbedtls SYSTEM PUBLIC ${mbedtls}/include)
target_include_directories(pigtail_mbedtls PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})
target_compile_definitions(pigtail_mbedtls PUBLIC MBEDTLS_CONFIG_FILE="tls_config.h")
