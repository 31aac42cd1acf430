/* ctl_main.c - duologuectl. */
#include <sys/stat.h>

#include "ctl/ctl.h"

int main(int argc, char **argv)
{
    struct buf error = BUF_EMPTY(4096);
    struct ctl_options options;
    enum ctl_exit status = CTL_USAGE;

    umask(077);
    if (ctl_parse_options(argc, argv, &options, &error) == ERR_OK)
        status = ctl_run(&options, stdout, stderr);
    else
        fprintf(stderr, "duologuectl: %.*s\n", (int)error.len,
                error.len > 0 ? error.at : "");
    buf_clear(&error);
    if ((fflush(stdout) != 0 || ferror(stdout) != 0) && status == CTL_GOOD) {
        fputs("duologuectl: what is to be said here could not be written\n",
              stderr);
        status = CTL_FAILED;
    }
    return (int)status;
}
