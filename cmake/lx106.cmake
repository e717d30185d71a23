# SPDX-License-Identifier: GPL-2.0-only
# Toolchain file: the ESP8266's CPU, Debian's gcc-xtensa-lx106 and picolibc.
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR lx106)
set(CMAKE_C_COMPILER xtensa-lx106-elf-gcc)
set(CMAKE_ASM_COMPILER xtensa-lx106-elf-gcc)
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)

# picolibc's own list of where it is; one for all projects of this CPU.
execute_process(COMMAND ${CMAKE_C_COMPILER} -dumpmachine OUTPUT_VARIABLE machine
                OUTPUT_STRIP_TRAILING_WHITESPACE)
find_file(PICOLIBC_SPECS picolibc.specs PATHS /usr/lib/${machine} /usr/${machine}/lib
          NO_DEFAULT_PATH REQUIRED)
set(CMAKE_C_FLAGS_INIT "-specs=${PICOLIBC_SPECS} -mlongcalls -mtext-section-literals")
string(APPEND CMAKE_C_FLAGS_INIT " -ffunction-sections -fdata-sections -fno-common")
set(CMAKE_ASM_FLAGS_INIT "-mtext-section-literals")
