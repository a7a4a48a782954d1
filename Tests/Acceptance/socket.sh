# The manager holds the socket: the first who connects starts the service, and a restart refuses nobody.
. "$(dirname "$0")/library.sh"

start_simulator
configure
systemctl start wabawatchd.socket
same 'the state before' inactive "$(property ActiveState)"
call() { # Varlink by hand: one call, one reply, each ended by a null byte.
    python3 - <<'X'
import socket

# A connection that the ending service had already taken may end without a reply: then one connects again. None may be refused.
for attempt in range(20):
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(20)
    peer.connect("/run/wabawatch/io.wabawatch")
    reply = b""
    try:
        peer.sendall(b'{"method":"org.varlink.service.GetInfo"}\0')
        while not reply.endswith(b"\0"):
            part = peer.recv(65536)
            if not part:
                break
            reply += part
    except (BrokenPipeError, ConnectionResetError):
        pass
    if reply.endswith(b"\0"):
        break
assert b"io.wabawatch" in reply, reply
X
}
call || fail 'no answer at the socket'
same 'the state after' active "$(property ActiveState)"

# Restarts while one client after another connects.
( for _ in {1..40}; do call || exit 1; done ) &
clients=$!
for _ in 1 2 3; do systemctl restart wabawatchd; systemctl reset-failed wabawatchd; done
wait "$clients" || fail 'a connect was refused while the service restarted'
[ -S /run/wabawatch/io.wabawatch ] || fail 'the socket is gone'
