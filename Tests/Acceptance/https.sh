# HTTPS from inside the sandbox: with an authority that the configuration names, and with one that the system trusts; without either, no word is exchanged.
. "$(dirname "$0")/library.sh"

start_simulator
install -d /etc/wabawatch/tls
cd /etc/wabawatch/tls
openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj '/CN=Acceptance CA' -keyout ca.key -out ca.pem 2>/dev/null
openssl req -newkey rsa:2048 -nodes -subj '/CN=graph.example' -keyout graph.key -out graph.csr 2>/dev/null
openssl x509 -req -in graph.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out graph.pem -extfile <(echo 'subjectAltName=DNS:graph.example') 2>/dev/null
echo '127.0.0.1 graph.example' >>/etc/hosts
cat >/etc/wabawatch/tls/nginx.conf <<'X'
error_log /dev/null;
pid /run/nginx-acceptance.pid;
events {}
http {
    access_log /dev/null;
    server {
        listen 127.0.0.1:8443 ssl;
        ssl_certificate /etc/wabawatch/tls/graph.pem;
        ssl_certificate_key /etc/wabawatch/tls/graph.key;
        location / { proxy_pass http://127.0.0.1:8400; }
    }
}
X
systemd-run --quiet --unit=tls nginx -g 'daemon off;' -c /etc/wabawatch/tls/nginx.conf
await 10 curl --silent --cacert ca.pem https://graph.example:8443/v25.0/
cd /
secure() { # CA FILE
    configure
    sed -i "s#^graph:.*#graph: { base_url: \"https://graph.example:8443\", version: v25.0, ca_file: $1 }#; s/every: 1s/every: 5s/" /etc/wabawatch/wabawatch.yaml
}

secure /etc/wabawatch/tls/ca.pem
systemctl start wabawatchd
await_baseline
set_about 'over TLS'
await 20 changes_are 1 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed

# An authority that nobody trusts: the watches say so, and no thing is called changed or gone.
before=$(changes | wc -l)
secure null
systemctl reload wabawatchd
watch_tells() { changes WABAWATCH_KIND=watch | jq -r .MESSAGE | grep --ignore-case certificate; }
await 60 watch_tells
same 'changes of things' 0 "$(changes | tail -n "+$((before + 1))" | jq -c 'select(.WABAWATCH_KIND != "watch")' | wc -l)"

# Trusted by the system.
cp /etc/wabawatch/tls/ca.pem /usr/local/share/ca-certificates/acceptance.crt
update-ca-certificates >/dev/null 2>&1
systemctl restart wabawatchd
set_about 'trusted by the system'
await 60 changes_are 2 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed
