# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Of libsodium what it takes to verify: SHA-256, SHA-512 and the group of Ed25519, in plain C. Sets sodium, where
# it is, and sodium_sources.
if(NOT PIGTAIL_SODIUM)
  set(PIGTAIL_SODIUM $ENV{PIGTAIL_SODIUM})
endif()
set(sodium ${PIGTAIL_SODIUM})
if(NOT sodium)
  get_filename_component(top ${CMAKE_CURRENT_LIST_DIR}/../.. ABSOLUTE)
  set(sodium ${top}/build/libsodium)
  execute_process(COMMAND ${top}/script/lib/fetch_source libsodium ${top}/build
                  RESULT_VARIABLE status)
  if(status)
    message(FATAL_ERROR "firmware updates need the source of libsodium, see above")
  endif()
endif()
string(APPEND sodium /src/libsodium)
if(NOT EXISTS ${sodium}/include/sodium/crypto_sign_ed25519.h)
  message(FATAL_ERROR "${sodium} is no source of libsodium")
endif()

set(sodium_sources
    ${sodium}/crypto_core/ed25519/ref10/ed25519_ref10.c
    ${sodium}/crypto_hash/sha256/cp/hash_sha256_cp.c
    ${sodium}/crypto_hash/sha512/cp/hash_sha512_cp.c
    ${sodium}/crypto_verify/sodium/verify.c
    ${sodium}/sodium/utils.c)
