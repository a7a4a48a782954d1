# seconds: 180
# Meta's webhooks over HTTP: received by a process without network and tokens, on disk before they are answered, and each once.
. "$(dirname "$0")/library.sh"

start_simulator
configure "webhook:
  verify_token: { credential: webhook.verify }
  app_secrets: [ { credential: app.secret } ]"
printf verifyCANARY >/etc/wabawatch/credentials/webhook.verify
printf secretCANARY >/etc/wabawatch/credentials/app.secret
chmod 400 /etc/wabawatch/credentials/*
printf '[Service]\nLoadCredential=%s\nLoadCredential=%s\n' app.secret:/etc/wabawatch/credentials/app.secret \
    webhook.verify:/etc/wabawatch/credentials/webhook.verify >/etc/systemd/system/wabawatchd.service.d/webhook.conf
systemctl daemon-reload
systemctl start wabawatchd
await_baseline
systemctl start wabawatchd-webhook.socket
hook=http://127.0.0.1:9475/

# The status of a request, and what came with it in /tmp/answer.
ask() { curl --silent --max-time 20 --output /tmp/answer --dump-header /tmp/head --write-out '%{http_code}' "$@"; }
# A body, signed by somebody else's HMAC.
sign() { printf 'X-Hub-Signature-256: sha256=%s' "$(openssl dgst -sha256 -hmac "${2:-secretCANARY}" -r "$1" | cut -d ' ' -f 1)"; }
hand_in() { ask --header 'Content-Type: application/json' --header "$(sign "$@")" --data-binary "@$1" "$hook"; } # FILE [SECRET]
reported() { changes WABAWATCH_OPERATION=reported; }
reported_are() { [ "$(reported | wc -l)" = "$1" ]; }

webhook() { # FILE TIME
    printf '{"object":"whatsapp_business_account","entry":[{"id":"%s","time":%s,"changes":[{"value":{"event":"ACCOUNT_VIOLATION","violation_info":{"violation_type":"ADULT","remediation":"caf\\u00e9 \\ud83c\\udf31"}},"field":"account_update"}]}]}' \
        "$account" "$2" >"$1"
}
webhook /tmp/first 1743451903
webhook /tmp/second 1743451999

# The callback is verified by the right word alone. The first request starts the service.
same 'a verification' 200 "$(ask "$hook?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=verifyCANARY")"
same 'the challenge' 1158201444 "$(cat /tmp/answer)"
same 'a verification by another word' 403 "$(ask "$hook?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=guess")"
systemctl is-active --quiet wabawatch-webhook || fail 'the service does not run'
process=$(property MainPID wabawatch-webhook)

# A webhook is in the journal when it is answered, with what it says as it came; Meta's repeat adds nothing.
same 'a webhook' 200 "$(hand_in /tmp/first)"
same 'what it is answered with' '' "$(cat /tmp/answer)"
await 10 reported_are 1
same 'what it is about' "$account" "$(reported | jq -r .WABAWATCH_ID)"
same 'where it comes from' webhook "$(reported | jq -r .WABAWATCH_ORIGIN)"
same 'its repeat' 200 "$(hand_in /tmp/first)"
reported_are 1 || fail 'a repeat was recorded'

# Forged, compressed or too long: refused, and recorded by nobody.
same 'a wrong signature' 401 "$(hand_in /tmp/second guess)"
same 'no signature' 401 "$(ask --header 'Content-Type: application/json' --data-binary @/tmp/second "$hook")"
same 'another type' 415 "$(ask --header "$(sign /tmp/second)" --data-binary @/tmp/second "$hook")"
head --bytes=3200000 /dev/zero >/tmp/long
same 'a body that is too long' 413 "$(hand_in /tmp/long)"
same 'another method' 405 "$(ask --request PUT "$hook")"
journalctl --sync
journalctl --quiet --unit=wabawatch-webhook --output=cat | found 'wrong signature' || fail 'the forged ones are not told'
reported_are 1 || fail 'what was refused was recorded'

# While the daemon is away Meta is told to come again; then it is recorded once.
systemctl stop wabawatchd.service wabawatchd.socket
same 'a webhook without a daemon' 503 "$(hand_in /tmp/second)"
grep --ignore-case --quiet '^retry-after: ' /tmp/head || fail 'Meta is not told when to come again'
systemctl start wabawatchd
await 20 systemctl is-active --quiet wabawatchd
same 'the repeat of what was answered by 503' 200 "$(hand_in /tmp/second)"
same 'the repeat of the repeat' 200 "$(hand_in /tmp/second)"
await 10 reported_are 2
same 'the process' "$process" "$(property MainPID wabawatch-webhook)"

# Behind real proxies, by the documentation's own lines. The body reaches the daemon byte for byte, or its signature would be wrong.
document=/repository/Sources/Documentation/Webhooks.md
sed -n '/^```nginx$/,/^```$/p' $document | sed '1d;$d' >/tmp/nginx.lines
awk '/^ *Caddy:$/ { found = 1 } found && /^```/ { fences++; next } fences == 1' $document >/tmp/caddy.lines
behind() { # WHAT ADDRESS WEBHOOK-FILE
    local hook=$2
    await 10 curl --silent "$hook"
    same "a verification through $1" 200 "$(ask "$hook?hub.mode=subscribe&hub.challenge=4711&hub.verify_token=verifyCANARY")"
    same "the challenge through $1" 4711 "$(cat /tmp/answer)"
    same "a webhook through $1" 200 "$(hand_in "$3")"
    same "its repeat through $1" 200 "$(hand_in "$3")"
    same "a forged one through $1" 401 "$(hand_in "$3" guess)"
}
start_nginx() { # LINES
    printf 'user www-data;\nerror_log stderr;\npid /run/nginx-webhook.pid;\nevents {}\nhttp { access_log off; server { listen 127.0.0.1:8081;\n%s\n} }\n' \
        "$(cat "$1")" >/tmp/nginx.conf
    systemd-run --quiet --unit=nginx-webhook nginx -g 'daemon off;' -c /tmp/nginx.conf
}
for place in 3 4 5 6; do webhook "/tmp/$place" "174345200$place"; done

start_nginx /tmp/nginx.lines
behind nginx http://127.0.0.1:8081/whatsapp /tmp/3
printf '{ admin off }\nhttp://127.0.0.1:8082 {\n%s\n}\n' "$(cat /tmp/caddy.lines)" | sed 's/^{ admin off }$/{\n\tadmin off\n}/' >/tmp/Caddyfile
systemd-run --quiet --unit=caddy-webhook --setenv=HOME=/tmp caddy run --config /tmp/Caddyfile --adapter caddyfile
behind Caddy http://127.0.0.1:8082/whatsapp /tmp/4
await 10 reported_are 4

# By the Unix socket: the lines that the document has beside the address, and the unit beside its own.
systemctl stop nginx-webhook
sed 's|proxy_pass [^;]*;  *# or \(.*\)|proxy_pass \1;|' /tmp/nginx.lines >/tmp/nginx-unix.lines
found 'proxy_pass http://unix:' </tmp/nginx-unix.lines || fail 'the document does not say how nginx reaches a Unix socket'
install -d /run/systemd/system/wabawatchd-webhook.socket.d
{ echo '[Socket]'; sed -n 's/^#\(\(ListenStream\|SocketMode\|SocketGroup\)=.*\)/\1/p' /lib/systemd/system/wabawatchd-webhook.socket; } \
    >/run/systemd/system/wabawatchd-webhook.socket.d/unix.conf
systemctl daemon-reload
systemctl stop wabawatch-webhook.service
systemctl restart wabawatchd-webhook.socket
same 'who may use the socket' '660 www-data' "$(stat --format='%a %G' /run/wabawatch-webhook.socket)"
start_nginx /tmp/nginx-unix.lines
behind 'nginx at a Unix socket' http://127.0.0.1:8081/whatsapp /tmp/5
# As large as a webhook may be, through everything; one byte more is none.
{ cat /tmp/6; head --bytes=$((3145728 - $(stat --format=%s /tmp/6))) /dev/zero | tr '\0' ' '; } >/tmp/largest
{ cat /tmp/largest; printf ' '; } >/tmp/larger
hook=http://127.0.0.1:8081/whatsapp
same 'a webhook of 3 MiB' 200 "$(hand_in /tmp/largest)"
same 'a byte more' 413 "$(hand_in /tmp/larger)"
await 10 reported_are 6
process=$(property MainPID wabawatch-webhook)

# What it is: a user of its own, no network, and no secret in any place that others can read.
same 'whose process it is' wabawatch-webhook "$(ps -o user:32= -p "$process" | tr -d ' ')"
same 'its network interfaces' lo: "$(awk 'NR > 2 { print $1 }' "/proc/$process/net/dev")"
tr '\0' '\n' <"/proc/$process/environ" | found CANARY && fail 'a secret is in the environment'
journalctl --all --quiet --output=export --unit=wabawatch-webhook | found --text CANARY && fail 'a secret is in the journal'

# A stop answers what is in progress and is none of a failure.
systemctl stop wabawatch-webhook.service
same 'how it ended' success "$(property Result wabawatch-webhook)"
same 'a verification after the stop, which starts it again' 200 "$(ask "$hook?hub.mode=subscribe&hub.challenge=7&hub.verify_token=verifyCANARY")"
exit 0
