# A subscriber lives through restarts, kills and reloads of the daemon and hears every change once; none of its connects is refused.
. "$(dirname "$0")/library.sh"

start_simulator
configure
systemctl enable --quiet --now wabawatchd.socket wabawatchd
await_baseline
start_subscriber
first=$(sequences | wc -l)
for round in $(seq 1 12); do
    set_about "round $round"
    case $((round % 4)) in
    0) systemctl restart wabawatchd ;;
    1) systemctl kill --signal=KILL --kill-whom=main wabawatchd ;;
    2) systemctl kill --signal=HUP --kill-whom=main wabawatchd ;;
    3) systemctl stop wabawatchd.service && set_about "round $round, nobody looks" && systemctl start wabawatchd ;;
    esac
    systemctl reset-failed wabawatchd
    await 20 changes_are "$round" WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed
done
await 20 heard_are 12
same 'what the subscriber heard' "$(seq "$((first + 1))" "$((first + 12))")" "$(heard .sequence)"
same 'the last' 'round 12' "$(heard .after.about | tail -n 1)"
grep -iE 'refused|No such file' /tmp/remarks && fail 'a connect was refused'
exit 0
