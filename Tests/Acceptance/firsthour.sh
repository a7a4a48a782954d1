# seconds: 300
# A stranger's first hour by the README's own commands, each as it is written there and in that order: package, setup, first look, a change, an alarm, a mail,
# a mute. What they print is compared with Sources/Documentation/FirstHour.md but for times, ids and counts. To write that anew:
# cp .build/acceptance/firsthour/FirstHour.md Sources/Documentation
. "$(dirname "$0")/library.sh"

package=$(find /out -name 'wabawatch_*.deb' | head -n 1)
if [ -z "$package" ]; then
    echo 'there is no package to install'
    exit 77
fi
# A container's image may forbid packages to start anything; this machine is no container's image.
rm -f /usr/sbin/policy-rc.d
# What the bed has put there for the other cases.
tar --list --file=<(dpkg-deb --fsys-tarfile "$package") | grep -v '/$' | sed 's#^\.##' | xargs -d '\n' rm -f
rm -rf /etc/wabawatch /etc/systemd/system/wabawatchd.service.d

# In Meta's place.
systemd-run --quiet --unit=graph-simulator graph-simulator --port 8400 --numbers 3 --blocked 0 --token "$token" --control
await 10 curl --silent --fail "$simulator/$number?access_token=$token"
account=$(journalctl --quiet --unit=graph-simulator --output=cat | awk '$1 == "account" { print $2 }')
# In msmtp's place, which hands mail to a server: this one hands it to a file.
systemd-run --quiet --unit=receiver python3 /repository/Tests/Acceptance/receiver.py 8083 /tmp/received
cat >/usr/bin/msmtp <<'X'
#!/bin/sh
jq --raw-input --slurp '{text: .}' | curl --silent --fail --json @- http://127.0.0.1:8083/mail
X
chmod 755 /usr/bin/msmtp
useradd --create-home alice
# What is built there is taken in.
install -D -m 644 -t /tmp/project/.build "$package"
cd /tmp/project
timedatectl set-timezone UTC 2>/dev/null || ln -sf /usr/share/zoneinfo/UTC /etc/localtime

python3 /repository/Tests/Acceptance/firsthour.py "$account" "$token" "$number" || fail 'the first hour is another one'
