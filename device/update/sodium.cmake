# SPDX-License-Identifier: GPL-2.0-only OR MIT
# Of libsodium what it takes to verify: SHA-256, SHA-512 and the group of Ed25519, in plain C.
# Sets sodium, where it is, and sodium_sources.
include(${CMAKE_CURRENT_LIST_DIR}/../library_source.cmake)
if(NOT PIGTAIL_SODIUM)
  set(PIGTAIL_SODIUM $ENV{PIGTAIL_SODIUM})
endif()
library_source(libsodium PIGTAIL_SODIUM src/libsodium/include/sodium/crypto_sign_ed25519.h
               "firmware updates need it")
set(sodium ${libsodium}/src/libsodium)

set(sodium_sources
    ${sodium}/crypto_core/ed25519/ref10/ed25519_ref10.c
    ${sodium}/crypto_hash/sha256/cp/hash_sha256_cp.c
    ${sodium}/crypto_hash/sha512/cp/hash_sha512_cp.c
    ${sodium}/crypto_verify/sodium/verify.c
    ${sodium}/sodium/utils.c)
