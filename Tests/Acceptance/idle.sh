# seconds: 600
# when: asked
# Figures: from `systemctl start` to active, and what the service costs while nothing changes, over five minutes with the intervals that are the defaults.
. "$(dirname "$0")/library.sh"

start_simulator
configure
sed -i '/^watch:/,/^  splay/c watch: { adaptive: false }' /etc/wabawatch/wabawatch.yaml
milliseconds() { # COMMAND...
    local begin
    begin=$(date +%s%N)
    "$@"
    echo $((($(date +%s%N) - begin) / 1000000))
}
for _ in 1 2 3 4 5; do
    systemctl stop wabawatchd
    systemctl reset-failed wabawatchd 2>/dev/null || true
    rm -rf /var/lib/private/wabawatch
    starts+=("$(milliseconds systemctl start wabawatchd)")
done
echo "start to active, empty ledger, ms: ${starts[*]}"
await_baseline

process=$(property MainPID)
# The work of the start is done after a second that needs no processor.
for ((second = 0; second < 30; second++)); do
    worked=$(ticks "$process")
    next_second
    [ "$(ticks "$process")" != "$worked" ] || break
done
declare -A switches
# Threads that end take their counts along: each counts as far as it was last seen.
see() {
    local thread count
    while read -r thread count; do switches[$thread]=$count; done \
        < <(awk '$1 == "Pid:" { thread = $2 } $1 == "voluntary_ctxt_switches:" { print thread, $2 }' /proc/"$process"/task/*/status 2>/dev/null)
}
sum() { printf '%s\n' "${switches[@]}" | awk '{ sum += $1 } END { print sum }'; }
span=${FIGURES_SECONDS:-300}
see
before=("$(sum)" "$(ticks "$process")")
for ((second = 0; second < span; second++)); do
    next_second
    see
done
after=("$(sum)" "$(ticks "$process")")
awk -v s="$span" -v w="$((after[0] - before[0]))" -v t="$((after[1] - before[1]))" -v hz="$(getconf CLK_TCK)" \
    'BEGIN { printf "idle for %d s: %.2f wakeups a second, %.3f s of CPU (%.3f %%)\n", s, w / s, t / hz, 100 * t / hz / s }'
awk '/VmRSS|VmHWM|RssAnon|RssFile|RssShmem|Threads/ { printf "%s %s %s; ", $1, $2, $3 } END { print "" }' "/proc/$process/status"
awk '/^Pss:/ { print "Pss", $2, $3 }' "/proc/$process/smaps_rollup"
for task in /proc/"$process"/task/*; do echo "$(awk '$1 == "voluntary_ctxt_switches:" { print $2 }' "$task/status") $(cat "$task/comm")"; done | sort -rn
