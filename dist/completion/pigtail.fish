# SPDX-License-Identifier: GPL-2.0-only
#
# Completion for fish: 'pigtail complete' knows the words. Installed into
# share/fish/vendor_completions.d.

function __pigtail_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines ($words[1] complete $words[2..-1] "$current" 2>/dev/null)
    if test "$lines[1]" = :files
        set -l before (string match -r -- '^--[^=]*=' $current)
        __fish_complete_path (string replace -r -- '^--[^=]*=' '' $current) | string replace -r '^' -- "$before"
    else
        printf '%s\n' $lines
    end
end

complete -c pigtail -f -a '(__pigtail_complete)'
