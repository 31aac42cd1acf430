#include "base/bug.h"

#include <stdio.h>
#include <stdlib.h>

void bug_abort(const char *file, int line, const char *condition)
{
    fprintf(stderr, "level=error event=bug at=%s:%d condition=\"%s\"\n", file,
            line, condition);
    abort();
}
