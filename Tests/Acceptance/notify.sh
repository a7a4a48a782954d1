# seconds: 150
# The notifier with real destinations: Debian's Alertmanager and apprise, a sendmail's place, a web hook; killed at several moments.
. "$(dirname "$0")/library.sh"
for program in prometheus-alertmanager apprise; do command -v $program >/dev/null || { echo "there is no $program"; exit 77; }; done

start_simulator --control
configure
# A route to whatsapp has the daemon send.
sed -i 's/^accounts:/socket: { control_group: wabawatch-control }\naccounts:/; s/credential: acme.token } }/credential: acme.token }, actions: [send] }/' \
    /etc/wabawatch/wabawatch.yaml
systemctl start wabawatchd
await_baseline

# What receives: apprise's JSON and the hook's events on one port, mail by a program, alerts by a real Alertmanager that hands them on as well.
systemd-run --quiet --unit=receiver python3 /repository/Tests/Acceptance/receiver.py 8083 /tmp/received
received() { jq -c "select(.path == \"$1\")" /tmp/received 2>/dev/null; } # PATH
cat >/tmp/alertmanager.yml <<'X'
route: { receiver: hook, group_by: [account], group_wait: 1s, group_interval: 1s, repeat_interval: 1h }
receivers: [ { name: hook, webhook_configs: [ { url: "http://127.0.0.1:8083/alertmanager", send_resolved: true } ] } ]
X
systemd-run --quiet --unit=alertmanager prometheus-alertmanager --config.file=/tmp/alertmanager.yml --storage.path=/tmp/alertmanager \
    --web.listen-address=127.0.0.1:9093 --cluster.listen-address=
cat >/usr/local/bin/sendmail <<'X'
#!/bin/sh
{ echo "to $*"; cat; echo "."; } >>/var/lib/wabawatch-notify/mails
X
chmod 755 /usr/local/bin/sendmail
printf 'urls:\n  - json://127.0.0.1:8083/apprise\n' >/etc/wabawatch/apprise.yml
printf 'X-Secret: secretCANARY\n' >/etc/wabawatch/credentials/hook.headers
chmod 400 /etc/wabawatch/credentials/hook.headers
install -d /etc/systemd/system/wabawatch-notify.service.d
printf '[Service]\nLoadCredential=hook.headers:/etc/wabawatch/credentials/hook.headers\n' >/etc/systemd/system/wabawatch-notify.service.d/hook.conf
systemctl daemon-reload

# Without a configuration it says so, and is not started again.
systemctl start wabawatch-notify && fail 'it starts without a configuration'
same 'how it ended' 78 "$(property ExecMainStatus wabawatch-notify)"
template=$(curl --silent "$simulator/$account/message_templates?access_token=$token" | jq -r '.data[0] | "template: \(.name), language: \(.language)"')
cat >/etc/wabawatch/notify.yaml <<X
routes:
  - { name: alertmanager, to: { alertmanager: "http://127.0.0.1:9093" } }
  - { name: mail, group: 1s, to: { mail: [ ops@example.org ], sendmail: /usr/local/bin/sendmail, from: w@example.org } }
  - { name: apprise, group: 1s, to: { exec: [ /usr/bin/apprise, --title, "WhatsApp alarm", --config, /etc/wabawatch/apprise.yml ] } }
  - { name: hook, match: { kinds: [ phone_number ] }, to: { http: "http://127.0.0.1:8083/hook", headers: { credential: hook.headers } } }
  - { name: whatsapp, group: 1s, to: { whatsapp: "+1 650 555 1234", account: acme, phone_number: "$number", $template } }
  - { name: nobody, group: 1s, to: { http: "http://127.0.0.1:9", format: slack } }
X
wabawatch-notify --check
sed 's/group: 1s/gruop: 1s/' /etc/wabawatch/notify.yaml >/tmp/wrong.yaml
wabawatch-notify --check --config /tmp/wrong.yaml 2>/tmp/wrong && fail 'a mistake is not told'
found '^/tmp/wrong.yaml:3: routes\[1\].gruop: this key is not known' </tmp/wrong || fail 'the mistake is not named'
await 10 curl --silent --fail http://127.0.0.1:9093/-/ready
systemctl start wabawatch-notify
cursor() { cat "/var/lib/wabawatch-notify/$1.cursor"; }
have_begun() { for route in alertmanager mail apprise hook whatsapp; do cursor "$route" || return 1; done; }
await 10 have_begun

# An alarm arrives everywhere, each in its form; a route without anybody at its end holds up none.
control "$number" '{"status": "BANNED"}'
alerts() { curl --silent http://127.0.0.1:9093/api/v2/alerts | jq -c '.[] | select(.labels.alertname == "number_banned")'; }
are_alerts() { [ "$(alerts | wc -l)" = "$1" ]; }
mails() { grep --count "$1" /var/lib/wabawatch-notify/mails; }
await 15 are_alerts 1
same 'its labels' "acme critical $number" "$(alerts | jq -r '.labels | "\(.account) \(.severity) \(.phone_number)"')"
await_mail() { [ "$(mails '^Subject: wabawatch: CRITICAL acme:')" = 1 ]; }
await 15 await_mail
found '^to -i -f w@example.org -- ops@example.org' </var/lib/wabawatch-notify/mails || fail 'the addresses are not as they should be'
has_come() { [ -n "$(received /apprise)" ]; }
await 15 has_come
received /apprise | jq -r .body.message | found '^CRITICAL acme: .*since 20' || fail 'apprise was not given the message'
was_told() { received /hook | jq -r .body.type | found io.wabawatch.phone_number.changed; }
await 15 was_told
same "the hook's header field" secretCANARY "$(received /hook | head -n 1 | jq -r '.headers["x-secret"]')"
was_grouped() { received /alertmanager | jq -r '.body | "\(.status) \(.groupLabels.account)"' | found '^firing acme'; }
await 15 was_grouped
was_sent() {
    journalctl --sync && journalctl --quiet --output=json MESSAGE_ID=8e4a1d5c7b2f4936b0d8f6e3a9c5712b WABAWATCH_ACTION=send | jq -r .MESSAGE | found 'Meta took it as .*accepted$'
}
await 15 was_sent
has_said() { journalctl --sync && journalctl --quiet --unit=wabawatch-notify --output=cat | found "$1"; }
await 15 has_said 'a delivery failed, and is tried again'

# Killed while it works, at several moments: every change of the numbers is at the hook, by its id.
wabawatch monitor --output cloudevents --account acme --kind phone_number --cursor-file /tmp/events.cursor >/tmp/events &
monitor=$!
await 10 test -s /tmp/events.cursor
for round in 1 2 3 4; do
    control "$number" "{\"verified_name\": \"Name $round\"}"
    process=$(property MainPID wabawatch-notify)
    # At once, when the change is recorded, and when it has been sent.
    case $round in
    2) await 10 found "Name $round" /tmp/events ;;
    3) await 10 grep --quiet "Name $round" /tmp/received ;;
    esac
    kill -9 "$process"
    is_another() { [ "$(property MainPID wabawatch-notify)" != "$process" ] && systemctl --quiet is-active wabawatch-notify; }
    await 10 is_another
done
all_are_told() { [ "$(received /hook | jq -r .body.id | sort -u | comm -13 - <(jq -r .id /tmp/events | sort -u) | wc -l)" = 0 ]; }
have_come() { [ "$(wc -l </tmp/events)" -ge 4 ]; }
await 15 have_come
await 15 all_are_told
kill "$monitor"

# The end: resolved, told, and nothing left.
control "$number" '{"status": "CONNECTED"}'
await 15 are_alerts 0
was_resolved() { received /alertmanager | jq -r .body.status | found '^resolved'; }
await 15 was_resolved
was_ended() { [ "$(mails '^ENDED acme:')" -ge 1 ]; }
await 15 was_ended

# A test, a reload, and what it is: a user of its own, no secret in any place that others can read.
runuser -u wabawatch-notify -- wabawatch-notify --test mail
found 'test of the route mail' </var/lib/wabawatch-notify/mails || fail 'the test did not arrive'
process=$(property MainPID wabawatch-notify)
sed -i '/name: nobody/d' /etc/wabawatch/notify.yaml
systemctl reload wabawatch-notify
is_reloaded() { journalctl --sync; journalctl --quiet --unit=wabawatch-notify --output=export | found '^WABAWATCH_ROUTES=alertmanager mail apprise hook whatsapp$'; }
await 10 is_reloaded
same 'the process' "$process" "$(property MainPID wabawatch-notify)"
same 'whose process it is' wabawatch-notify "$(ps -o user:32= -p "$process" | tr -d ' ')"
journalctl --all --quiet --output=export --unit=wabawatch-notify | found --text CANARY && fail 'a secret is in the journal'
systemctl stop wabawatch-notify
same 'how it ended' success "$(property Result wabawatch-notify)"
exit 0
