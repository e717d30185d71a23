# SPDX-License-Identifier: GPL-2.0-only OR MIT
# library_source(LIBRARY VARIABLE PROBE ADVICE) sets LIBRARY to the folder where its source is:
# the one that VARIABLE names; or else Debian's, which the first configuration brings to
# build/LIBRARY. PROBE: a file that it has. ADVICE: what to do where there is none.
function(library_source library variable probe advice)
  set(folder ${${variable}})
  if(NOT folder)
    get_filename_component(top ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/.. ABSOLUTE)
    set(folder ${top}/build/${library})
    execute_process(COMMAND ${top}/script/lib/fetch_source ${library} ${top}/build
                    RESULT_VARIABLE status)
    if(status)
      message(FATAL_ERROR "the source of ${library} is missing, see above; ${advice}")
    endif()
  endif()
  if(NOT EXISTS ${folder}/${probe})
    message(FATAL_ERROR "${folder} is no source of ${library}; set ${variable}")
  endif()
  set(${library} ${folder} PARENT_SCOPE)
endfunction()
