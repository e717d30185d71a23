# SPDX-License-Identifier: GPL-2.0-only
# cmake -D OUTPUT=FILE.c -P bundle.cmake
# The console for a device, of the same files: one page with style and script in it, packed, as
# the whole answer that asks for it gets. It loads by one request, for a device has few
# connections. Each module of the script becomes a function that returns what it exports.
set(folder ${CMAKE_CURRENT_LIST_DIR})
set(modules link plot terminal upload wifi)
set(file_of_terminal terminal_plain)

# base64 of the bytes that the hexadecimal digits stand for.
function(base64 out digits)
  set(letters "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  string(LENGTH "${digits}" n)
  set(text "")
  foreach(at RANGE 0 ${n} 6)
    if(at EQUAL n)
      break()
    endif()
    string(SUBSTRING "${digits}000000" ${at} 6 group)
    math(EXPR left "${n} - ${at}")
    foreach(shift 18 12 6 0)
      math(EXPR used "(18 - ${shift}) * 2 / 6")
      math(EXPR letter "(0x${group} >> ${shift}) & 63")
      string(SUBSTRING ${letters} ${letter} 1 letter)
      if((left EQUAL 2 AND shift LESS 12) OR (left EQUAL 4 AND shift LESS 6))
        set(letter "=")
      endif()
      string(APPEND text ${letter})
    endforeach()
  endforeach()
  set(${out} ${text} PARENT_SCOPE)
endfunction()

# Without its comments of whole lines, and the space that lines begin with.
function(read_source out name)
  file(READ ${folder}/${name} text)
  string(REGEX REPLACE "/\\*[^*]*\\*+([^/*][^*]*\\*+)*/" "" text "${text}")
  string(REGEX REPLACE "\n[ \t]*//[^\n]*" "" text "\n${text}")
  string(REGEX REPLACE "\n[ \t\n]+" "\n" text "${text}")
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

function(imported out text)
  string(REGEX REPLACE "import ({[^}]*}) from \"./([a-z]+).js\";" "const \\1 = \\2_js;" text "${text}")
  set(${out} "${text}" PARENT_SCOPE)
endfunction()

function(as_function out name)
  set(file ${name})
  if(DEFINED file_of_${name})
    set(file ${file_of_${name}})
  endif()
  read_source(text ${file}.js)
  imported(text "${text}")
  string(REGEX MATCHALL "export (async )?(function|class) [A-Za-z]+" exports "${text}")
  list(TRANSFORM exports REPLACE "^.* " "")
  string(REPLACE ";" ", " exports "${exports}")
  string(REGEX REPLACE "export ((async )?(function|class) )" "\\1" text "${text}")
  set(${out} "const ${name}_js = (() => {${text}return { ${exports} };})();\n" PARENT_SCOPE)
endfunction()

set(script "")
foreach(module ${modules})
  as_function(text ${module})
  string(APPEND script "${text}")
endforeach()
read_source(text console.js)
imported(text "${text}")
string(REPLACE "import(path)" "Promise.resolve(wifi_js)" text "${text}")
string(APPEND script "${text}")
read_source(style console.css)
file(READ ${folder}/console.html page)
# A chip's pins are wired.
string(REGEX REPLACE "\t<!-- not on a chip -->.*<!-- up to here -->\n\n" "" page "${page}")
string(REPLACE "<link rel=\"stylesheet\" href=\"console.css\">" "<style>${style}</style>" page "${page}")
string(REPLACE "<script type=\"module\" src=\"console.js\"></script>"
               "<script type=\"module\">${script}</script>" page "${page}")

file(WRITE ${OUTPUT}.html "${page}")
execute_process(COMMAND gzip -9 -n -c ${OUTPUT}.html OUTPUT_FILE ${OUTPUT}.gz COMMAND_ERROR_IS_FATAL ANY)
file(SIZE ${OUTPUT}.gz size)
file(READ ${OUTPUT}.gz body HEX)
file(SHA256 ${OUTPUT}.gz etag)
string(SUBSTRING ${etag} 0 16 etag)
string(SHA256 sum "${script}")
base64(script_sum ${sum})
string(SHA256 sum "${style}")
base64(style_sum ${sum})

set(answer "HTTP/1.1 200 OK\r
Content-Type: text/html; charset=utf-8\r
Content-Encoding: gzip\r
Content-Length: ${size}\r
Cache-Control: no-cache\r
ETag: \"${etag}\"\r
Content-Security-Policy: default-src 'none'; script-src 'sha256-${script_sum}'; \
style-src 'sha256-${style_sum}'; img-src data:; connect-src 'self'; base-uri 'none'; \
form-action 'none'; frame-ancestors 'none'\r
X-Content-Type-Options: nosniff\r
Referrer-Policy: no-referrer\r
Cross-Origin-Opener-Policy: same-origin\r
Cross-Origin-Resource-Policy: same-origin\r
\r
")
string(HEX "${answer}" head)
string(LENGTH "${head}${body}" n)
math(EXPR n "${n} / 2")
# Whole words of the device's byte order, for flash that is read by those.
string(REGEX REPLACE "(..)(..)(..)(..)" "0x\\4\\3\\2\\1," words "${head}${body}000000")
string(REGEX REPLACE ",[^,]*$" "," words "${words}")
file(WRITE ${OUTPUT} "/* Made by web/bundle.cmake. */
#include \"page.h\"

const char bridge_page_etag[] = \"\\\"${etag}\\\"\";
const size_t bridge_page_size = ${n};
const uint32_t bridge_page[] BRIDGE_PAGE_PLACE = {${words}};
")
