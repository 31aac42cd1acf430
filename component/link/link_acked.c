#include "link/link_acked.h"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/socket.h>

bool link__acked_bytes(int fd, uint64_t *bytes)
{
    struct tcp_info info = {.tcpi_bytes_acked = 0};
    socklen_t len = sizeof(info);

    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) != 0 ||
        info.tcpi_bytes_acked == 0)
        return false;
    *bytes = info.tcpi_bytes_acked - 1; /* the SYN counts as one */
    return true;
}
