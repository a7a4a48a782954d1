# The Debian package: installed, upgraded, removed, and purged with everything that the service wrote.
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

dpkg --install "$package" >/dev/null 2>&1 || fail 'it cannot be installed'
getent group wabawatch >/dev/null || fail 'the group is not there'
journalctl --list-catalog | grep -q wabawatch: || fail 'the catalog is not there'
same 'the state after the installation' inactive "$(property ActiveState)"
same 'files that differ from the package' '' "$(dpkg --verify wabawatch)"
man --where wabawatchd wabawatch >/dev/null || fail 'the manual pages are not there'

start_simulator
configure
systemctl enable --now --quiet wabawatchd
await_baseline
before=$(property MainPID)
write "$number/deregister" '{}'
await 10 changes_are 1 WABAWATCH_KIND=phone_number WABAWATCH_OPERATION=changed
cp /etc/wabawatch/wabawatch.yaml /tmp/mine

# The same version once more is an upgrade to dpkg: the service is restarted, its ledger and configuration stay.
dpkg --install --force-confold "$package" >/dev/null 2>&1 || fail 'it cannot be upgraded'
await 10 sh -c "[ \"\$(systemctl show --value --property=MainPID wabawatchd)\" != $before ]"
await 10 systemctl is-active --quiet wabawatchd
cmp /tmp/mine /etc/wabawatch/wabawatch.yaml || fail 'the configuration was replaced'
write "$number/register" '{}'
await 10 changes_are 2 WABAWATCH_KIND=phone_number WABAWATCH_OPERATION=changed
changes_are 1 WABAWATCH_KIND=phone_number WABAWATCH_OPERATION=baseline || fail 'a second baseline after the upgrade'

dpkg --remove wabawatch >/dev/null 2>&1 || fail 'it cannot be removed'
systemctl is-active --quiet wabawatchd && fail 'it still runs after its removal'
[ -f /var/lib/private/wabawatch/ledger.sqlite ] || fail 'the removal took the ledger with it'
dpkg --purge wabawatch >/dev/null 2>&1 || fail 'it cannot be purged'
same 'what is left after the purge' '' \
    "$(find /etc/wabawatch /var/lib/wabawatch /var/lib/private/wabawatch /usr/bin/wabawatch* /lib/systemd/system/wabawatch* 2>/dev/null)"
