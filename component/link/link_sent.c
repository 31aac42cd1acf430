/* link_sent.c - since when the server may not have what it was sent. */
#include "link/link_acked.h"
#include "link/link_internal.h"

enum { MARK_EVERY_MS = 1000 };

void link__sent_add(struct link_peer *peer, size_t bytes)
{
    struct link_sent *sent = &peer->sent;
    const uint64_t now_ms = uv_now(peer->hub->loop);
    const size_t last = (sent->count - 1) % LINK_SENT_MARKS;

    if (sent->count == 0 || now_ms - sent->marks[last].at_ms >= MARK_EVERY_MS) {
        sent->marks[sent->count % LINK_SENT_MARKS] =
            (struct link_sent_mark){.bytes = sent->bytes, .at_ms = now_ms};
        sent->count++;
    }
    sent->bytes += bytes;
}

int64_t link__sent_unconfirmed_ms(const struct link_peer *peer)
{
    const struct link_sent *sent = &peer->sent;
    const size_t oldest =
        sent->count > LINK_SENT_MARKS ? sent->count - LINK_SENT_MARKS : 0;
    size_t mark = sent->count;
    uint64_t acked;
    uv_os_fd_t fd;

    if (mark == 0 || uv_fileno(&peer->io.handle, &fd) != 0 ||
        !link__acked_bytes(fd, &acked) || acked >= sent->bytes)
        return 0;
    do {
        mark--;
    } while (mark > oldest &&
             sent->marks[mark % LINK_SENT_MARKS].bytes > acked);
    return (int64_t)(uv_now(peer->hub->loop) -
                     sent->marks[mark % LINK_SENT_MARKS].at_ms) +
           1; /* 0 is for nothing */
}
