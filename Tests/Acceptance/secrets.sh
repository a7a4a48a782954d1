# Encrypted credentials, rotated ones, and no token in any place that others can read.
. "$(dirname "$0")/library.sh"

start_simulator --control
configure
rm -r /etc/wabawatch/credentials/acme.token /etc/systemd/system/wabawatchd.service.d/credentials.conf
systemd-creds setup 2>/dev/null
encrypt() { printf '%s' "$1" | systemd-creds encrypt --with-key=host --name=acme.token - /etc/credstore.encrypted/acme.token 2>/dev/null; }
install -d -m 700 /etc/credstore.encrypted
encrypt "$token"
printf '[Service]\nLoadCredentialEncrypted=acme.token:/etc/credstore.encrypted/acme.token\n' >/etc/systemd/system/wabawatchd.service.d/credentials.conf
systemctl daemon-reload
systemctl start wabawatchd
await_baseline
process=$(property MainPID)

# Meta's new token is put in the old one's place and taken up by a reload; then the old one is worth nothing.
rotated=ROTATEDtokenCANARY
control tokens "{\"$rotated\": \"valid\"}"
encrypt "$rotated"
systemctl reload wabawatchd || fail 'the reload failed'
control tokens "{\"$token\": \"revoked\"}"
old=$token token=$rotated
set_about 'by the new token'
await 10 changes_are 1 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed
changes_are 0 WABAWATCH_KIND=watch || fail 'a watch noticed the rotation'
same 'the process' "$process" "$(property MainPID)"

# A plain one, and one for another account, that came after the start.
control tokens '{"PLAINtokenCANARY": "valid"}'
printf PLAINtokenCANARY >/etc/wabawatch/credentials/plain.token
printf '[Service]\nLoadCredential=plain.token:/etc/wabawatch/credentials/plain.token\n' >/etc/systemd/system/wabawatchd.service.d/more.conf
sed -i 's/credential: acme.token/credential: plain.token/' /etc/wabawatch/wabawatch.yaml
systemctl daemon-reload
systemctl reload wabawatchd || fail 'the reload with a new credential failed'
control tokens "{\"$rotated\": \"revoked\"}"
token=PLAINtokenCANARY
set_about 'by the other credential'
await 10 changes_are 2 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed
same 'the process' "$process" "$(property MainPID)"

# One that cannot be decrypted stays as it was, and the reload says so.
sed -i 's/credential: plain.token/credential: acme.token/' /etc/wabawatch/wabawatch.yaml
control tokens "{\"$rotated\": \"valid\"}"
echo garbage >/etc/credstore.encrypted/acme.token
systemctl reload wabawatchd 2>/dev/null && fail 'a reload whose credential cannot be decrypted succeeded'
journalctl --sync
journalctl --quiet --unit=wabawatchd --output=cat | found 'the credential acme.token could not be read anew and is as it was' || fail 'it is not told'
token=$rotated
set_about 'by the first credential again'
await 10 changes_are 3 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed
same 'the process' "$process" "$(property MainPID)"

# One that stands in the unit itself, encrypted: this a start alone reads.
rm /etc/systemd/system/wabawatchd.service.d/{credentials,more}.conf
{
    echo '[Service]'
    printf INTHEUNITtokenCANARY | systemd-creds encrypt --with-key=host --name=acme.token --pretty - - 2>/dev/null
} >/etc/systemd/system/wabawatchd.service.d/encrypted.conf
grep --quiet '^SetCredentialEncrypted=acme.token: ' /etc/systemd/system/wabawatchd.service.d/encrypted.conf || fail 'no credential was made'
control tokens "{\"INTHEUNITtokenCANARY\": \"valid\", \"$rotated\": \"revoked\"}"
systemctl daemon-reload
systemctl restart wabawatchd
process=$(property MainPID)
token=INTHEUNITtokenCANARY
set_about 'by what the manager keeps'
await 10 changes_are 4 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed
systemctl reload wabawatchd || fail 'a reload of a unit with a credential in it failed'
set_about 'by what the manager keeps, after a reload'
await 10 changes_are 5 WABAWATCH_KIND=business_profile WABAWATCH_OPERATION=changed

# Where others can read: units, environment, arguments, the journal, the ledger.
for secret in "$old" "$rotated" PLAINtokenCANARY INTHEUNITtokenCANARY; do
    systemctl cat wabawatchd | found "$secret" && fail 'a token is in the unit'
    systemctl show wabawatchd | found "$secret" && fail 'a token is in what the manager shows'
    tr '\0' '\n' <"/proc/$process/environ" | found "$secret" && fail 'a token is in the environment'
    ps -eww -o pid,args | grep --fixed-strings "$secret" | found --invert-match -e grep -e graph-simulator && fail 'a token is in the arguments'
    journalctl --all --quiet --output=export --unit=wabawatchd | found --text "$secret" && fail 'a token is in the journal'
    grep --recursive --text --quiet "$secret" /var/lib/private/wabawatch && fail 'a token is in the ledger'
done
same 'the credentials, as others see them' '400 500' "$(stat -c %a "/run/credentials/wabawatchd.service/acme.token") $(stat -c %a /run/credentials/wabawatchd.service)"
# Where cores are given to a program that does not heed the limit, the kernel writes none of a process whose files are root's.
same 'who may read its memory' root "$(stat -c %U "/proc/$process/environ")"
# A process's memory is readable for its own user, unless the kernel was told to give none away: then it is root's, whoever the process runs as.
same 'whose its memory is' 0 "$(stat -c %u "/proc/$process/mem")"
[ "$(ps -o uid= -p "$process" | tr -d ' ')" != 0 ] || fail 'the service runs as root'
same 'what a core file may hold' 0 "$(awk '/Max core file size/ { print $5 }' "/proc/$process/limits")"
exit 0
