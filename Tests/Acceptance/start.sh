# It starts, says how it is, answers at its socket, and ends cleanly when told to.
. "$(dirname "$0")/library.sh"

start_simulator
configure
systemctl start wabawatchd
same 'the state after start' active "$(property ActiveState)"
same 'the type' notify "$(property Type)"
await_baseline
await 10 sh -c 'systemctl show --value --property=StatusText wabawatchd | grep -q .'
systemctl status --no-pager wabawatchd | found 'Status: ".*"' || fail 'systemctl status shows no STATUS'
same 'the service user' wabawatchd "$(ps -o user= -p "$(property MainPID)" | cut -c1-10)"
same 'the socket' '660 root wabawatch' "$(stat -c '%a %U %G' /run/wabawatch/io.wabawatch)"
same 'the ledger folder' 700 "$(stat -L -c %a /var/lib/private/wabawatch)"
[ "$(wabawatch status >/dev/null; echo $?)" -le 3 ] || fail 'wabawatch status does not answer'

systemctl stop wabawatchd
same 'the state after stop' inactive "$(property ActiveState)"
same 'the result' success "$(property Result)"
same 'the exit status' 'exited 0' "$(property ExecMainCode | sed 's/^1$/exited/') $(property ExecMainStatus)"

# The token was in no line of the journal, no file of the service, no argument.
journalctl --sync
if journalctl --all --quiet --output=export | found --text "$token"; then
    # The simulator was given it as an argument, which its own lines and fields hold.
    journalctl --all --quiet --output=export --unit=wabawatchd | found --text "$token" && fail 'the token is in the journal'
fi
grep --recursive --text --quiet "$token" /var/lib/private/wabawatch && fail 'the token is in the ledger'
exit 0
