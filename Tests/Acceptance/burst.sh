# seconds: 180
# A burst of changes is whole in the journal: journald drops none of the service's entries, whatever it allows others.
. "$(dirname "$0")/library.sh"

# Strict, so that a burst that a case can make is one.
install -d /run/systemd/journald.conf.d
printf '[Journal]\nRateLimitIntervalSec=1h\nRateLimitBurst=10\n' >/run/systemd/journald.conf.d/strict.conf
systemctl restart systemd-journald
for unit in wabawatchd.service wabawatchd@.service; do
    grep --quiet '^LogRateLimitIntervalSec=0$' "/lib/systemd/system/$unit" || fail "$unit leaves the journal's limit in force"
done
start_simulator
configure
systemctl start wabawatchd
await_baseline
for turn in {1..40}; do
    set_about "Turn $turn"
    await 10 sh -c "wabawatch history --output json -n 1 | jq --raw-output .after.about | grep --quiet --line-regexp 'Turn $turn'"
done
await 20 changes_are 40 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed
same 'the sequence in the journal' "$(wabawatch history --output json | jq -r .sequence | paste -sd' ')" "$(sequences | paste -sd' ')"
journalctl --quiet --output=cat --unit=systemd-journald | found 'Suppressed .* from wabawatchd.service' && fail 'the journal dropped entries'
exit 0
