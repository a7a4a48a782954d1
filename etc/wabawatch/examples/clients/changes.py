#!/usr/bin/env python3
"""Prints every change as it comes: changes.py [CURSOR] [SOCKET]. Varlink is JSON with a NUL behind each message."""
import json
import socket
import sys

parameters = {"after": sys.argv[1]} if len(sys.argv) > 1 and sys.argv[1] else {}
path = sys.argv[2] if len(sys.argv) > 2 else "/run/wabawatch/io.wabawatch"

with socket.socket(socket.AF_UNIX) as connection:
    connection.connect(path)
    call = {"method": "io.wabawatch.Subscribe", "parameters": parameters, "more": True}
    connection.sendall(json.dumps(call).encode() + b"\0")
    held = b""
    while part := connection.recv(65536):
        *messages, held = (held + part).split(b"\0")
        for reply in map(json.loads, messages):
            if "error" in reply:
                sys.exit(f"{reply['error']}: {reply.get('parameters')}")
            if change := reply["parameters"].get("change"):
                # Keep the cursor once the change is worked on, and begin behind it next time.
                print(change["cursor"], change["summary"], flush=True)
sys.exit("wabawatchd has closed the connection")
