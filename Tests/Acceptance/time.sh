# A clock that jumps, and a process that sleeps: what is detected, and in which order, stays the same.
. "$(dirname "$0")/library.sh"

cc -O2 -shared -fPIC -o /usr/lib/wallclock.so "$(dirname "$0")/wallclock.c"
printf '%-63s\n' 0 >/usr/lib/wallclock.offset
start_simulator
configure
set_unit 'Environment=LD_PRELOAD=/usr/lib/wallclock.so WALLCLOCK_OFFSET=/usr/lib/wallclock.offset' WatchdogSec=30s
systemctl start wabawatchd
await_baseline
jump() { printf '%-63s' "$1" | dd of=/usr/lib/wallclock.offset conv=notrunc status=none; }
day() { wabawatch history --output json | tail -n 1 | jq -r '.observedAt[:10]'; }

round=0
for days in 10 -20 0 400; do
    jump $((days * 86400))
    round=$((round + 1))
    set_about "the clock is off by $days days"
    await 10 changes_are "$round" WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed
    same "the day that is written down with the clock off by $days days" "$(date -u -d "$days days" +%F)" "$(day)"
done
same 'watches that a jump made anything else than current' 0 "$(changes WABAWATCH_KIND=watch | wc -l)"
changes_are 3 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=baseline || fail 'a second baseline'
same 'the sequence' "$(seq "$(sequences | wc -l)" | tr '\n' ' ')" "$(sequences | tr '\n' ' ')"

# A restart at another time of day: what was looked at "in the future" is looked at all the same.
jump $((-5 * 86400))
systemctl restart wabawatchd
round=$((round + 1))
set_about 'restarted in the past'
await 10 changes_are "$round" WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed
changes_are 3 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=baseline || fail 'a second baseline after a restart in the past'

# Asleep for a while, as with the machine: the process stands still, connections die, the wall clock goes on.
process=$(property MainPID)
kill -STOP "$process"
set_about 'while it slept'
systemctl stop graph-simulator 2>/dev/null || true
connections() { awk '$3 ~ /:20D0$/ && $4 == "01"' /proc/net/tcp; } # established, to port 8400
no_connections() { [ -z "$(connections)" ]; }
await 20 no_connections
# Several looks of each kind would have been due.
asleep=$(uptime)
await 20 is_past "$asleep" 5
start_simulator
set_about 'while it slept'
jump $((3 * 3600))
kill -CONT "$process"
round=$((round + 1))
await 20 changes_are "$round" WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed
same 'the process' "$process" "$(property MainPID)"
same 'restarts' 0 "$(property NRestarts)"
