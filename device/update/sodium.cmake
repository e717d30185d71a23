# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Of libsodium what verifies: SHA-256, SHA-512 and Ed25519, in plain C.
set(PIGTAIL_SODIUM "" CACHE PATH "Source of libsodium 1.0.18 (default: fetched by apt)")
set(sodium ${PIGTAIL_SODIUM})
if(NOT sodium)
  set(sodium ${PROJECT_SOURCE_DIR}/build/libsodium)
  execute_process(COMMAND ${PROJECT_SOURCE_DIR}/script/lib/fetch_source libsodium
                          ${PROJECT_SOURCE_DIR}/build
                  RESULT_VARIABLE status)
  if(status)
    message(FATAL_ERROR "firmware updates need the source of libsodium, see above")
  endif()
endif()
string(APPEND sodium /src/libsodium)
if(NOT EXISTS ${sodium}/include/sodium/crypto_sign_ed25519.h)
  message(FATAL_ERROR "${sodium} is no source of libsodium")
endif()

add_library(pigtail_sodium STATIC
            ${sodium}/crypto_core/ed25519/ref10/ed25519_ref10.c
            ${sodium}/crypto_hash/sha256/cp/hash_sha256_cp.c
            ${sodium}/crypto_hash/sha512/cp/hash_sha512_cp.c
            ${sodium}/crypto_sign/ed25519/ref10/open.c
            ${sodium}/crypto_sign/ed25519/ref10/sign.c
            ${sodium}/crypto_verify/sodium/verify.c
            ${sodium}/sodium/utils.c)
target_include_directories(pigtail_sodium SYSTEM PUBLIC ${sodium}/include
                                                 PRIVATE ${sodium}/include/sodium)
target_compile_definitions(pigtail_sodium PRIVATE NATIVE_LITTLE_ENDIAN)
target_compile_options(pigtail_sodium PRIVATE -w)
