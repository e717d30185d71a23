# SPDX-License-Identifier: GPL-2.0-only OR MIT
# The source of mbedTLS, for images with TLS. What is in it is up to who compiles it.
include(${CMAKE_CURRENT_LIST_DIR}/library_source.cmake)
set(PIGTAIL_MBEDTLS "" CACHE PATH "Source of mbedTLS 2.28 (default: fetched by apt)")
library_source(mbedtls PIGTAIL_MBEDTLS include/mbedtls/ssl.h
               "-DPIGTAIL_ENDPOINT=OFF -DPIGTAIL_SCRIPT=OFF builds without it")
