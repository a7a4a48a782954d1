#include "CNATS.h"

static void connected(natsConnection *connection, void *closure) {
    (void)connection;
    (void)closure;
}

natsStatus cnats_connect(natsConnection **connection, natsOptions *options) {
    natsStatus status = natsOptions_SetRetryOnFailedConnect(options, true, connected, NULL);
    return status != NATS_OK ? status : natsConnection_Connect(connection, options);
}
