# The metrics, scraped by the real Prometheus: what it says of them, and alerts that fire and end.
. "$(dirname "$0")/library.sh"

examples=/usr/share/doc/wabawatch/examples/prometheus
# The examples are what they say: rules, their tests, the lines for prometheus.yml.
promtool check rules $examples/wabawatch.rules.yml >/tmp/judged 2>&1 || fail "promtool check rules: $(cat /tmp/judged)"
(cd $examples && promtool test rules wabawatch.tests.yml) >/tmp/judged 2>&1 || fail "promtool test rules: $(cat /tmp/judged)"
promtool check config $examples/scrape.yml >/tmp/judged 2>&1 || fail "promtool check config: $(cat /tmp/judged)"

start_simulator --control
configure
systemctl start wabawatchd
await_baseline
url=http://127.0.0.1:9464/metrics
status() { curl --silent --max-time 20 --output /tmp/answer --write-out '%{http_code} %{content_type}' "$@"; }

# The first scrape starts the exporter, and shows everything.
systemctl start wabawatch-metrics.socket
same 'a scrape' '200 text/plain; version=0.0.4; charset=utf-8' "$(status $url)"
promtool check metrics </tmp/answer >/tmp/judged 2>&1 || fail "promtool check metrics: $(cat /tmp/judged)"
same 'what promtool has to say' '' "$(cat /tmp/judged)"
found "^wabawatch_phone_number_status{account=\"acme\",phone_number=\"$number\",status=\"CONNECTED\"} 1$" </tmp/answer || fail 'the number is not there'
same 'OpenMetrics' '200 application/openmetrics-text; version=1.0.0; charset=utf-8' "$(status --header 'Accept: application/openmetrics-text;version=1.0.0' $url)"
same 'its end' '# EOF' "$(tail -n 1 /tmp/answer)"
found '^wabawatch_api_requests_total{account="acme",result="success"} [1-9]' </tmp/answer || fail 'no requests are counted'
found '^wabawatch_changes_total{kind="phone_number",operation="baseline"} 1$' </tmp/answer || fail 'no changes are counted'
wabawatch metrics | sed 's/ [0-9.]*$//' | sort >/tmp/printed
sed 's/ [0-9.]*$//' /tmp/answer | sort | cmp /tmp/printed - || fail 'wabawatch metrics prints other metrics'
wabawatch metrics --textfile /tmp/wabawatch.prom
same 'the mode of the text file' 644 "$(stat --format=%a /tmp/wabawatch.prom)"
promtool check metrics </tmp/wabawatch.prom || fail 'the text file is not as it should be'
same 'another path' 404 "$(status http://127.0.0.1:9464/ | cut -d ' ' -f 1)"
same 'another method' 405 "$(status --request POST $url | cut -d ' ' -f 1)"

# What the process is: a user of its own, and no network.
process=$(property MainPID wabawatch-metrics)
same 'whose process it is' wabawatch-metrics "$(ps -o user:32= -p "$process" | tr -d ' ')"
same 'its network interfaces' lo: "$(awk 'NR > 2 { print $1 }' "/proc/$process/net/dev")"

# Prometheus, with the rules of the examples. It asks for OpenMetrics.
cat >/tmp/prometheus.yml <<X
global: { scrape_interval: 1s, evaluation_interval: 1s }
rule_files: [ $examples/wabawatch.rules.yml ]
scrape_configs:
  - job_name: wabawatch
    static_configs: [ { targets: [ "127.0.0.1:9464" ] } ]
X
systemd-run --quiet --unit=judge prometheus --config.file=/tmp/prometheus.yml --storage.tsdb.path=/tmp/prometheus --web.listen-address=127.0.0.1:9091
# The value of an expression, empty where there is none.
value() { curl --silent --get --data-urlencode "query=$1" http://127.0.0.1:9091/api/v1/query | jq -r '.data.result[0].value[1] // empty'; }
value_is() { [ "$(value "$1")" = "$2" ]; }
firing() { [ "$(value "ALERTS{alertstate=\"firing\",alertname=\"$1\"}")" = 1 ]; }
quiet() { ! firing "$1"; }
await 15 value_is 'up{job="wabawatch"}' 1
await 5 value_is 'count(wabawatch_phone_number_info)' 3
quiet WhatsAppNumberUnusable || fail 'an alert fires for a number that is well'

# A number that turns to RED and is banned: alerts fire, and end with it.
control "$number" '{"quality_rating": "RED", "status": "BANNED"}'
await 15 firing WhatsAppNumberUnusable
await 10 firing WhatsAppNumberQualityLow
await 10 firing WabaWatchCritical
control "$number" '{"quality_rating": "GREEN", "status": "CONNECTED"}'
await 15 quiet WhatsAppNumberUnusable
await 10 quiet WhatsAppNumberQualityLow

# A daemon that is away leaves nothing that looks current.
systemctl stop wabawatchd.service wabawatchd.socket
await 10 value_is 'up{job="wabawatch"}' 0
same 'a scrape without a daemon' 503 "$(status $url | cut -d ' ' -f 1)"
found 'cannot connect to wabawatchd' </tmp/answer || fail "it does not say why: $(cat /tmp/answer)"
same 'numbers that are shown meanwhile' '' "$(value 'wabawatch_phone_number_info')"
systemctl start wabawatchd
await 15 value_is 'up{job="wabawatch"}' 1
await 5 value_is 'count(wabawatch_phone_number_info)' 3
same 'the process' "$process" "$(property MainPID wabawatch-metrics)"

# Fewer series, by a reload.
sed -i '1i metrics: { per_number: false }' /etc/wabawatch/wabawatch.yaml
systemctl reload wabawatchd
same 'a scrape after the reload' 200 "$(status $url | cut -d ' ' -f 1)"
found '^wabawatch_phone_number' </tmp/answer && fail 'there are metrics of numbers'
found '^# TYPE wabawatch_alarms gauge' </tmp/answer || fail 'there are no metrics'

# What check prints is what monitoring plugins print: a word, a bar, and performance data that a parser of its own takes apart.
wabawatch check >/tmp/check || [ $? -le 2 ] || fail "check: $(cat /tmp/check)"
python3 /repository/Tests/Acceptance/plugin.py /tmp/check || fail "check prints what no monitoring system reads: $(cat /tmp/check)"

systemctl stop wabawatch-metrics.service
same 'how it ended' success "$(property Result wabawatch-metrics)"
exit 0
