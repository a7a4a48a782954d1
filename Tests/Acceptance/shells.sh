# Manual pages and completions where the installation has put them: man, bash, zsh and fish find them by themselves.
. "$(dirname "$0")/library.sh"

for program in man zsh fish; do
    if ! command -v "$program" >/dev/null; then
        echo "there is no $program here"
        exit 77
    fi
done

programs='wabawatch wabawatchd wabawatch-webhook wabawatch-notify wabawatch-metrics'
for page in $programs wabawatch.yaml wabawatch.journal; do
    man --where "$page" >/dev/null || fail "there is no manual page of $page"
    same "what man says of $page" '' "$(man --warnings "$page" 2>&1 >/dev/null)"
done
man wabawatch | col -b | found 'EXIT STATUS' || fail 'the manual page says nothing of exit statuses'

same 'what zsh completes with' _wabawatch "$(zsh -f -c 'autoload -Uz compinit && compinit -D -u && print -r -- ${_comps[wabawatch]}')"
same 'what fish offers' monitor "$(fish -c "complete -C 'wabawatch mon'" | cut -f 1)"
same 'what fish offers of the daemon' setup "$(fish -c "complete -C 'wabawatchd set'" | cut -f 1)"
if [ -f /usr/share/bash-completion/bash_completion ]; then
    same 'what bash completes with' _wabawatch \
        "$(bash -c '. /usr/share/bash-completion/bash_completion; _completion_loader wabawatch; complete -p wabawatch' | sed 's/.*-F \([^ ]*\).*/\1/')"
fi
# The scripts that were installed are those of the program that was installed.
for program in $programs; do
    for shell in "bash:bash-completion/completions/$program" "zsh:zsh/vendor-completions/_$program" "fish:fish/vendor_completions.d/$program.fish"; do
        cmp <("$program" --generate-completion-script "${shell%%:*}" | sed '1{/^#!/d}') "/usr/share/${shell#*:}" || fail "${shell%%:*} has another script"
    done
done
