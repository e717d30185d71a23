# SPDX-License-Identifier: GPL-2.0-only OR MIT
# The source of mbedTLS, for images with TLS: Debian's, which the first configuration brings
# to build/mbedtls; or a folder with mbedTLS 2.28. What is in it is up to who compiles it.
set(PIGTAIL_MBEDTLS "" CACHE PATH "Source of mbedTLS 2.28 (default: fetched by apt)")
set(mbedtls ${PIGTAIL_MBEDTLS})
if(NOT mbedtls)
  set(mbedtls ${PROJECT_SOURCE_DIR}/build/mbedtls)
  execute_process(COMMAND ${PROJECT_SOURCE_DIR}/script/lib/fetch_source mbedtls
                          ${PROJECT_SOURCE_DIR}/build
                  RESULT_VARIABLE status)
  if(status)
    message(FATAL_ERROR "TLS needs the source of mbedTLS, see above; "
                        "-DPIGTAIL_ENDPOINT=OFF -DPIGTAIL_SCRIPT=OFF builds without it")
  endif()
endif()
if(NOT EXISTS ${mbedtls}/include/mbedtls/ssl.h)
  message(FATAL_ERROR "PIGTAIL_MBEDTLS=${mbedtls} is no source of mbedTLS")
endif()
