# SPDX-License-Identifier: GPL-2.0-only
# fuzz_kernel: the driver's Wi-Fi as it is, and the kernel around it (see kernel.h). A header of
# the kernel's that the driver includes is one of ours, by the same name.
set(fuzz_kernel ${CMAKE_CURRENT_SOURCE_DIR}/fuzz/kernel)
set(headers ${CMAKE_CURRENT_BINARY_DIR}/kernel_headers)
foreach(name completion ctype err hrtimer if_arp kernel ktime math64 mutex printk property random ratelimit
             slab spinlock string timekeeping tty tty_ldisc version workqueue)
  file(WRITE ${headers}/linux/${name}.h "#include <${fuzz_kernel}/kernel.h>\n")
endforeach()
foreach(name linux/etherdevice linux/netdevice linux/rtnetlink linux/skbuff net/cfg80211 net/genetlink
             net/sock)
  file(WRITE ${headers}/${name}.h "#include <${fuzz_kernel}/cfg80211.h>\n")
endforeach()

file(GLOB driver CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/kernel/wifi*.c)
list(APPEND driver ${PROJECT_SOURCE_DIR}/kernel/channel.c)
target_sources(fuzz_kernel PRIVATE ${driver} ${fuzz_kernel}/kernel.c ${fuzz_kernel}/net.c
  ${fuzz_kernel}/cfg80211.c ${fuzz_kernel}/nl80211.c ${fuzz_kernel}/driver.c)
# As a kernel compiles them.
set_source_files_properties(${driver} PROPERTIES COMPILE_OPTIONS
  "-Wno-conversion;-Wno-sign-conversion;-Wno-unused-parameter;-Wno-pointer-sign;-Wno-sign-compare;-Wno-missing-field-initializers")
set_target_properties(fuzz_kernel PROPERTIES C_EXTENSIONS ON)
target_compile_options(fuzz_kernel PRIVATE -Wno-unused-parameter)
target_compile_definitions(fuzz_kernel PRIVATE PTL_WIFI KBUILD_MODNAME="pigtail")
target_include_directories(fuzz_kernel BEFORE PRIVATE ${headers} ${PROJECT_SOURCE_DIR}/kernel/uapi)
