# Two daemons on one host, each with its share of the accounts, its own ledger and its own socket; one of them ends without the other.
. "$(dirname "$0")/library.sh"

start_simulator --accounts 2
configure
for name in one two; do
    [ "$name" = one ] && id=$account || id=$second
    install -d "/etc/systemd/system/wabawatchd@$name.service.d"
    sed "s/name: acme, waba_id: \"[0-9]*\"/name: $name, waba_id: \"$id\"/" /etc/wabawatch/wabawatch.yaml >"/etc/wabawatch/$name.yaml"
    cp /etc/systemd/system/wabawatchd.service.d/*.conf "/etc/systemd/system/wabawatchd@$name.service.d/"
done
systemctl daemon-reload
systemctl enable --quiet --now wabawatchd@one wabawatchd@two
for name in one two; do
    unit=wabawatchd@$name
    in_journal() { journalctl --sync; [ "$(journalctl --quiet --output=json --unit="$unit" WABAWATCH_ACCOUNT="$name" WABAWATCH_OPERATION=baseline "$1" | jq -s 'map(.WABAWATCH_COUNT // "1" | tonumber) | add')" = "$2" ]; }
    await 20 in_journal WABAWATCH_KIND=phone_number 1
    await 20 in_journal WABAWATCH_KIND=business_profile 3
    same "the state of $unit" active "$(property ActiveState "$unit")"
    [ -f "/var/lib/private/wabawatch-$name/ledger.sqlite" ] || fail "$unit has no ledger of its own"
    same "the accounts of $unit" "$name" "$(wabawatch --socket "/run/wabawatch/$name/io.wabawatch" list --output json | jq -r '.account | select(. != "*")' | sort -u)"
    systemctl reload "$unit" || fail "$unit cannot be reloaded"
done
systemctl stop wabawatchd@one.socket wabawatchd@one
same 'the other one' active "$(property ActiveState wabawatchd@two)"
wabawatch --socket /run/wabawatch/two/io.wabawatch list >/dev/null || fail 'the other one no longer answers'
[ ! -e /run/wabawatch/one/io.wabawatch ] || fail 'the first one left its socket'
