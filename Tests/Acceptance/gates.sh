# What systemd's own judges say of the units, the catalog and the running sandbox.
. "$(dirname "$0")/library.sh"

units=/lib/systemd/system
same 'systemd-analyze verify' '' "$(systemd-analyze verify --man=no $units/wabawatchd.service $units/wabawatchd.socket $units/wabawatchd-metrics.socket $units/wabawatchd-registry.service $units/wabawatchd@x.service $units/wabawatchd@x.socket \
    $units/wabawatch-webhook.service $units/wabawatchd-webhook.socket $units/wabawatch-notify.service \
    $units/wabawatch-metrics.service $units/wabawatch-metrics.socket 2>&1)"
for unit in wabawatchd.service wabawatchd@.service wabawatch-webhook.service wabawatch-notify.service wabawatch-metrics.service; do
    systemd-analyze security --no-pager --offline=yes --threshold=10 "$units/$unit" >/tmp/exposure || fail "$unit: $(tail -n 1 /tmp/exposure)"
done
same 'the sandbox of both units' "$(sed -n '/^# The sandbox/,/^\[Install/p' $units/wabawatchd.service | tail -n +2)" \
    "$(sed -n '/^# The sandbox/,/^\[Install/p' $units/wabawatchd@.service | tail -n +2)"
same 'journalctl --update-catalog' '' "$(journalctl --update-catalog 2>&1)"
same 'entries of the catalog' "$(grep -c '^-- ' /repository/systemd/wabawatch.catalog)" "$(journalctl --list-catalog | grep -c wabawatch:)"

# An address of the internet and the one where a cloud's machines get their secrets, both answering here.
ip address add 192.0.2.1/32 dev lo
ip address add 169.254.169.254/32 dev lo
ip address add 169.254.1.1/32 dev lo
for address in 100.100.100.199 100.100.100.200 100.100.100.201; do ip address add "$address/32" dev lo; done
for address in fd00:ec2::254 fd00:ec2::253 fd00:ec2::23 fd00:ec1::1 fd20:ce::254 fd00:c1::a9fe:a9fe fd00:42::42 fd12:3456::1 2001:db8::1 \
    64:ff9b::a9fe:a9fe 64:ff9b::6464:64c8 64:ff9b::808:808; do
    ip -6 address add "$address/128" dev lo
done

# The service's own sandbox, with a shell in its place.
install -d /run/systemd/system/wabawatchd.service.d
cat >/run/systemd/system/wabawatchd.service.d/probe.conf <<'X'
[Service]
Type=oneshot
Restart=no
ExecStart=
ExecStart=/bin/bash /repository/Tests/Acceptance/probe
ExecPaths=/usr/bin /bin
X
systemctl daemon-reload
systemctl start wabawatchd || fail 'the sandbox lets through what it should not'

# And a program that nothing else need be run for: not even a shell may be there.
cc -O1 -Wall -Wextra -Werror -o /usr/local/bin/probe /repository/Tests/Acceptance/probe.c
cat >/run/systemd/system/wabawatchd.service.d/probe.conf <<'X'
[Service]
Type=oneshot
Restart=no
ExecStart=
ExecStart=/usr/local/bin/probe
ExecPaths=/usr/local/bin/probe
X
systemctl daemon-reload
systemctl restart wabawatchd || fail 'the sandbox lets through what it should not'
journalctl --sync
journalctl --quiet --unit=wabawatchd --output=cat | grep 'calls tried'
