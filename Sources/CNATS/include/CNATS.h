#pragma once
#include <nats/nats.h>

/// Connects, or has the library go on trying: then NATS_NOT_YET_CONNECTED is returned, and the connection is there all the same. Without a callback the
/// call would wait until a server is reached.
natsStatus cnats_connect(natsConnection **connection, natsOptions *options);
