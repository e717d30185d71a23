#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The library as others take it: installed, as a part of their CMake build, as a
# component of vendors' build systems, for other CPUs. Prints TAP.
# shellcheck disable=SC2317 # the cases are called by their names
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$here/../.." && pwd)
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
number=0

# ok NAME COMMAND...: one case, in a subshell.
ok() {
	local name=$1
	local status=0
	shift
	number=$((number + 1))
	set +e # it would not count inside of a condition
	(
		set -e
		"$@"
	) >"$dir/log" 2>&1 </dev/null
	status=$?
	set -e
	if [[ $status -eq 0 ]]; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		sed 's/^/# /' "$dir/log"
		failed=1
	fi
}

# project NAME LINES: a folder with a CMake project of one program, consumer.c.
project() {
	mkdir -p "$dir/$1"
	cp "$here/consumer.c" "$dir/$1/main.c"
	{
		echo 'cmake_minimum_required(VERSION 3.16)'
		echo 'project(consumer C)'
		echo 'add_compile_options(-Wall -Wextra -Wconversion -Werror)'
		echo "$2"
		echo 'add_executable(consumer main.c)'
		echo 'target_link_libraries(consumer pigtail::link)'
	} >"$dir/$1/CMakeLists.txt"
}

# build_and_run NAME [CMAKE-OPTION...]
build_and_run() {
	local name=$1
	shift
	cmake -S "$dir/$name" -B "$dir/$name/build" "$@"
	cmake --build "$dir/$name/build"
	[[ $("$dir/$name/build/consumer") == ok ]]
}

installed() {
	cmake -S "$top/link" -B "$dir/link" -DCMAKE_INSTALL_PREFIX="$dir/prefix" "$@"
	cmake --build "$dir/link"
	cmake --install "$dir/link"
	[[ -f $dir/prefix/include/pigtail/link.h ]]
}

found_by_cmake() {
	project found "find_package(pigtail ${version%.*} REQUIRED)"
	build_and_run found -DCMAKE_PREFIX_PATH="$dir/prefix"
}

another_version_is_refused() {
	project other 'find_package(pigtail 99.0 REQUIRED)'
	if cmake -S "$dir/other" -B "$dir/other/build" -DCMAKE_PREFIX_PATH="$dir/prefix"; then
		return 1
	fi
	grep -q "version: $version" "$dir/log"
}

found_by_pkg_config() {
	local pc
	pc=$(dirname "$(find "$dir/prefix" -name pigtail.pc | grep "/$1/pkgconfig/")")
	export PKG_CONFIG_PATH=$pc
	[[ $(pkg-config --modversion pigtail) == "$version" ]]
	# shellcheck disable=SC2046 # several words
	cc "$here/consumer.c" -o "$dir/by-pc" $(pkg-config --cflags --libs pigtail)
	[[ $("$dir/by-pc") == ok ]]
}

# The folder may be moved after the installation.
found_elsewhere() {
	cp -r "$dir/prefix" "$dir/moved"
	mv "$dir/prefix" "$dir/away"
	project moved-user 'find_package(pigtail REQUIRED)'
	build_and_run moved-user -DCMAKE_PREFIX_PATH="$dir/moved"
	mv "$dir/away" "$dir/prefix"
}

added_whole() {
	project whole "add_subdirectory($top pigtail)
get_property(tests DIRECTORY $top PROPERTY TESTS)
if(TARGET pigtail OR TARGET test_pacer OR tests)
  message(FATAL_ERROR \"the program or its tests came along\")
endif()
if(NOT TARGET pigtail::device)
  message(FATAL_ERROR \"no pigtail::device\")
endif()"
	build_and_run whole
	[[ ! -e $dir/whole/build/bin ]]
	cmake --install "$dir/whole/build" --prefix "$dir/whole/installed"
	[[ -z $(find "$dir/whole/installed" -type f 2>/dev/null) ]]
}

# Names that a linker sees begin with ours: a Wi-Fi driver has a noise_init() too.
names_do_not_clash() {
	local names=$dir/names
	find "$dir/whole/build" -name 'libpigtail_*.a' -exec nm --defined-only {} + >"$names"
	grep -q ' T device_poll' "$names"
	if grep -E ' [A-TV-Z] ' "$names" | grep -vE ' (ptl|device)_'; then
		return 1
	fi
}

added_alone() {
	project alone "add_subdirectory($top/link link)"
	build_and_run alone
}

# firmware_for NAME FLAGS: link, device and a main, for a bare ARM.
firmware_for() {
	mkdir -p "$dir/$1"
	cat >"$dir/$1/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.16)
project(firmware C)
add_compile_options($2 -Os -ffunction-sections -fdata-sections -Wall -Wextra -Wconversion -Werror)
add_subdirectory($top pigtail)
add_executable(firmware.elf $here/firmware.c)
target_link_libraries(firmware.elf pigtail::device)
target_link_options(firmware.elf PRIVATE $2 -Wl,--gc-sections --specs=nosys.specs --specs=nano.specs)
END
	cmake -S "$dir/$1" -B "$dir/$1/build" -DCMAKE_SYSTEM_NAME=Generic \
		-DCMAKE_C_COMPILER=arm-none-eabi-gcc -DCMAKE_TRY_COMPILE_TARGET_TYPE=STATIC_LIBRARY
	cmake --build "$dir/$1/build"
	arm-none-eabi-size "$dir/$1/build/firmware.elf"
	# Nothing of malloc, printf and their kind came with it.
	arm-none-eabi-nm "$dir/$1/build/firmware.elf" >"$dir/symbols"
	if grep -E ' (malloc|_malloc_r|printf|_sbrk|__aeabi_[df](add|sub|mul|div))$' "$dir/symbols"; then
		return 1
	fi
}

# component FOLDER: what a build system of Espressif's is told, by a stand-in for it.
component() {
	local folder=$1 source
	cat >"$dir/component.cmake" <<END
function(idf_component_register)
  cmake_parse_arguments(a "" "" "SRCS;INCLUDE_DIRS;REQUIRES;PRIV_REQUIRES;LDFRAGMENTS" \${ARGN})
  foreach(source \${a_SRCS} \${a_INCLUDE_DIRS} \${a_LDFRAGMENTS})
    get_filename_component(path "\${source}" ABSOLUTE BASE_DIR $top/$folder)
    if(NOT EXISTS "\${path}")
      message(FATAL_ERROR "no \${path}")
    endif()
    message("has \${path}")
  endforeach()
endfunction()
set(CMAKE_CURRENT_LIST_DIR $top/$folder)
set(CONFIG_PIGTAIL_STORE 9216) # it is a link
include($top/$folder/CMakeLists.txt)
END
	# As the one vendor's build system and as the other.
	mkdir -p "$dir/esp8266-sdk/components/esp8266"
	for IDF_PATH in "$dir" "$dir/esp8266-sdk"; do
		export IDF_PATH
		(cd "$top/$folder" && cmake -P "$dir/component.cmake")
	done
	for source in "$top/$folder"/*.c; do
		grep -qF "has $source" "$dir/log"
	done
}

# As Zephyr does it, by stand-ins for its functions.
zephyr_module() {
	project module "set(CONFIG_PIGTAIL y)
set(CONFIG_PIGTAIL_DEVICE y)
set(CONFIG_PIGTAIL_RATE y)
macro(zephyr_library_named name)
  set(ZEPHYR_CURRENT_LIBRARY \${name})
  add_library(\${name} STATIC)
endmacro()
function(zephyr_library_sources)
  target_sources(\${ZEPHYR_CURRENT_LIBRARY} PRIVATE \${ARGN})
endfunction()
function(zephyr_library_compile_definitions)
  target_compile_definitions(\${ZEPHYR_CURRENT_LIBRARY} PRIVATE \${ARGN})
endfunction()
function(zephyr_include_directories)
  target_include_directories(\${ZEPHYR_CURRENT_LIBRARY} PUBLIC \${ARGN})
endfunction()
function(zephyr_compile_definitions)
  target_compile_definitions(\${ZEPHYR_CURRENT_LIBRARY} PUBLIC \${ARGN})
endfunction()
add_subdirectory($top/zephyr module)
add_library(pigtail::link ALIAS pigtail)"
	build_and_run module
	grep -q 'cmake: zephyr' "$top/zephyr/module.yml"
}

one_version() {
	local file
	for file in CMakeLists.txt link/CMakeLists.txt; do
		grep -qE "VERSION ${version//./\\.} " "$top/$file"
	done
	for file in device/lx60/wifi.c device/espressif/application.c; do
		grep -qE "\.firmware = \"pigtail.* ${version//./\\.}\"" "$top/$file"
	done
	while IFS= read -r file; do
		grep -qE "^version: \"${version//./\\.}\"$" "$file"
	done < <(find "$top/link" "$top/control" "$top/device" -name idf_component.yml)
}

# first_c_of FILE: its first block of C.
first_c_of() {
	awk '/^```/ { if (on) exit; on = $0 == "```c"; next } on' "$1"
}

# The example in the guide is the file that is compiled and run.
guide_has_the_example() {
	first_c_of "$top/docs/porting.md" >"$dir/in-guide"
	sed -n '/^#include <fcntl.h>/,$p' "$top/device/example/main.c" >"$dir/in-tree"
	diff "$dir/in-guide" "$dir/in-tree"
	[[ -s $dir/in-tree ]]
}

# The loop in the guide to the library is C that compiles.
guide_has_a_loop() {
	{
		echo '#include <string.h>'
		echo '#include <pigtail/endpoint.h>'
		echo 'bool my_network_takes(const uint8_t *, size_t);'
		echo 'extern uint8_t my_mac[6];'
		echo 'uint32_t my_random(void);'
		echo 'ptl_time my_micros(void);'
		echo 'void my_panic(void), my_sleep_until(ptl_time);'
		echo 'size_t my_uart_read(uint8_t *, size_t), my_uart_queued(void);'
		echo 'size_t my_uart_write(const uint8_t *, size_t);'
		first_c_of "$top/docs/guide-library.md"
	} >"$dir/loop.c"
	grep -q ptl_pump_turn "$dir/loop.c"
	cc -Wall -Werror -I"$top/link/include" -c "$dir/loop.c" -o "$dir/loop.o"
}

version=$(sed -nE 's/^project\(pigtail VERSION ([0-9.]+) .*/\1/p' "$top/CMakeLists.txt")
failed=0

ok "one version everywhere" one_version
ok "the guide has the example" guide_has_the_example
ok "the library's guide compiles" guide_has_a_loop
ok "installed" installed -DCMAKE_INSTALL_LIBDIR=lib
ok "found by CMake" found_by_cmake
ok "another version is refused" another_version_is_refused
ok "found by pkg-config" found_by_pkg_config lib
ok "installed in a folder lib/MACHINE" installed -DCMAKE_INSTALL_LIBDIR=lib/some-machine
ok "found there" found_by_pkg_config lib/some-machine
ok "found in another place" found_elsewhere
ok "added as a whole" added_whole
ok "names do not clash" names_do_not_clash
ok "added alone" added_alone
ok "a module of Zephyr" zephyr_module
for folder in link control device device/espressif device/esp8266/{,bridge/}main \
	device/esp-idf/{pigtail_uart,pigtail_netif,radio/main,bridge/main}; do
	ok "a component: $folder" component "$folder"
done
if command -v arm-none-eabi-gcc >/dev/null; then
	ok "firmware for Cortex-M0+" firmware_for m0 "-mcpu=cortex-m0plus;-mthumb"
	ok "firmware for Cortex-M4" firmware_for m4 "-mcpu=cortex-m4;-mthumb"
else
	number=$((number + 1))
	echo "ok $number - firmware for ARM # SKIP no arm-none-eabi-gcc"
fi
echo "1..$number"
exit "$failed"
