# Killed without warning it comes back, goes on where it was, and has missed nothing: no second baseline, no change twice.
. "$(dirname "$0")/library.sh"

start_simulator
configure
systemctl start wabawatchd
await_baseline
for round in 1 2 3; do
    systemctl kill --signal=KILL --kill-whom=main wabawatchd
    write "$number/whatsapp_business_profile" "{\"messaging_product\": \"whatsapp\", \"about\": \"Round $round\"}"
    await 20 changes_are "$round" WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed
    same 'restarts' 1 "$(property NRestarts)"
    # Five starts in ten minutes would be too many for the manager; this sets its counters back.
    systemctl reset-failed wabawatchd
done
systemctl restart wabawatchd
write "$number/deregister" '{}'
await 20 changes_are 1 WABAWATCH_KIND=phone_number WABAWATCH_OPERATION=changed
changes_are 1 WABAWATCH_KIND=phone_number WABAWATCH_OPERATION=baseline || fail 'a second baseline of the numbers'
changes_are 3 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=baseline || fail 'a second baseline of the profiles'
changes_are 3 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed || fail 'a change was told twice'
# journald may be told the last entries again after a kill; the sequence tells them apart, and none is missing.
same 'the sequence' "$(seq "$(sequences | sort -nu | wc -l)" | tr '\n' ' ')" \
    "$(sequences | sort -nu | tr '\n' ' ')"
