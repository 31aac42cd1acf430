#include "process/process_harden.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

/* A leak check looks at the process from outside, when it ends. */
#if defined(__SANITIZE_ADDRESS__)
enum { IS_LOOKED_AT = 1 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { IS_LOOKED_AT = 1 };
#else
enum { IS_LOOKED_AT = 0 };
#endif
#else
enum { IS_LOOKED_AT = 0 };
#endif

static void raise_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit);
}

/* Keys and messages stay out of swap.  All memory or none: where there is a
 * limit, what comes after it would be refused and not just swapped. */
static void stay_in_memory(void)
{
    struct rlimit usual;
    struct rlimit none;

    if (getrlimit(RLIMIT_MEMLOCK, &usual) != 0)
        return;
    none = usual;
    /* With nothing allowed only those may whom no limit holds. */
    if (usual.rlim_cur != RLIM_INFINITY)
        none.rlim_cur = 0;
    if (setrlimit(RLIMIT_MEMLOCK, &none) != 0)
        return;
    (void)mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
    (void)setrlimit(RLIMIT_MEMLOCK, &usual);
}

void process_harden(void)
{
    const struct rlimit none = {0, 0};
    const struct sigaction ignore = {.sa_handler = SIG_IGN};

    umask(077);
    /* None of these can be refused to lower what we may do. */
    (void)setrlimit(RLIMIT_CORE, &none);
    if (!IS_LOOKED_AT) {
        (void)prctl(PR_SET_DUMPABLE, 0L, 0L, 0L, 0L);
        stay_in_memory();
    }
    sigaction(SIGPIPE, &ignore, NULL);
    raise_descriptors();
}
