# SPDX-License-Identifier: GPL-2.0-only
# shellcheck shell=bash
#
# Completion for bash: 'pigtail complete' knows the words. Installed as
# share/bash-completion/completions/pigtail.

_pigtail() {
	local line=${COMP_LINE:0:COMP_POINT} words cut candidate
	read -ra words <<<"$line"
	[[ $line != *[[:space:]] ]] || words+=("")
	# Bash has cut the last word at colons and equals signs; what comes before is not to be
	# said again.
	cut=${words[-1]%"${COMP_WORDS[COMP_CWORD]}"}
	COMPREPLY=()
	while IFS=$'\t' read -r candidate _; do
		if [[ $candidate == :files ]]; then
			compopt -o filenames
			mapfile -t COMPREPLY < <(compgen -f -- "${COMP_WORDS[COMP_CWORD]#=}")
			return
		fi
		COMPREPLY+=("${candidate#"$cut"}")
	done < <("${words[0]}" complete "${words[@]:1}" 2>/dev/null)
	# What goes on in the same word.
	[[ ${#COMPREPLY[@]} -ne 1 || ${COMPREPLY[0]} != *[:=.] ]] || compopt -o nospace
}

complete -F _pigtail pigtail
