/* ctl_audit.c - duologuectl erase-audit: does anything here still hold what a
 * chat held that has ended? */
#include <errno.h>
#include <fcntl.h>
#include <fts.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ctl/ctl_internal.h"
#include "ctl/ctl_needles.h"

enum {
    READ_BYTES = 1 << 20,
    SHOWN_MAX = 20,     /* of one file */
    HEX_MARK_CHARS = 4, /* hex: */
};

struct audit {
    struct ctl *ctl;
    struct ctl_needles *needles;
    struct stat canary_file; /* it holds the canaries: not searched */
    char *block;             /* READ_BYTES and a needle's length more */
    uint64_t files;
    uint64_t bytes;
    uint64_t traces;
    uint64_t unread;
};

/* --- the canaries --- */

static int digit(char c)
{
    const char *digits = "0123456789abcdef";
    const char *at = strchr(digits, c >= 'A' && c <= 'F' ? c + 32 : c);

    return c == '\0' || at == NULL ? -1 : (int)(at - digits);
}

static bool read_hex(struct span text, struct buf *out)
{
    if (text.len % 2 != 0)
        return false;
    for (size_t i = 0; i < text.len; i += 2) {
        int high = digit(text.at[i]);
        int low = digit(text.at[i + 1]);

        if (high < 0 || low < 0 ||
            buf_append_byte(out, (char)(high << 4 | low)) != ERR_OK)
            return false;
    }
    return true;
}

static enum err take_line(struct audit *audit, struct span line)
{
    struct buf bytes = BUF_EMPTY(CTL_CANARY_MAX_BYTES);
    enum err rc = ERR_SYNTAX;

    if (line.len == 0)
        return ERR_OK;
    if (!span_starts_with(line, SPAN("hex:")))
        return ctl_needles_add(audit->needles, line, true);
    line = span_slice(line, HEX_MARK_CHARS, line.len);
    if (read_hex(line, &bytes))
        rc = ctl_needles_add(audit->needles, buf_span(&bytes), false);
    buf_clear(&bytes);
    return rc;
}

static struct span without_end(const char *line, ssize_t len)
{
    while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
        len--;
    return (struct span){line, (size_t)len};
}

static enum ctl_exit read_canaries(struct audit *audit, FILE *file)
{
    char *line = NULL;
    size_t size = 0;
    unsigned number = 0;
    enum err rc = ERR_OK;
    ssize_t len;

    while (rc == ERR_OK && (len = getline(&line, &size, file)) >= 0) {
        number++;
        rc = take_line(audit, without_end(line, len));
    }
    if (line != NULL)
        explicit_bzero(line, size);
    free(line);
    if (rc != ERR_OK)
        fprintf(audit->ctl->complaints,
                "duologuectl: canary in line %u: it must have %d to %d bytes, "
                "or twice as many digits after hex:\n",
                number, CTL_CANARY_MIN_BYTES, CTL_CANARY_MAX_BYTES);
    else if (ctl_needles_count(audit->needles) == 0)
        fputs("duologuectl: no canary: nothing to search for\n",
              audit->ctl->complaints);
    else
        return CTL_GOOD;
    return CTL_USAGE;
}

static enum ctl_exit canaries_of(struct audit *audit, FILE *file,
                                 const char *name)
{
    if (fstat(fileno(file), &audit->canary_file) == 0)
        return read_canaries(audit, file);
    fprintf(audit->ctl->complaints, "duologuectl: %s: %s\n", name,
            strerror(errno));
    return CTL_USAGE;
}

static enum ctl_exit open_canaries(struct audit *audit)
{
    const char *path = audit->ctl->options->canary_file;
    enum ctl_exit status;
    FILE *file;

    if (path == NULL) {
        if (isatty(STDIN_FILENO))
            fputs("Canaries, one a line, then Ctrl-D:\n",
                  audit->ctl->complaints);
        return canaries_of(audit, stdin, "standard input");
    }
    file = fopen(path, "re");
    if (file == NULL) {
        fprintf(audit->ctl->complaints, "duologuectl: %s: %s\n", path,
                strerror(errno));
        return CTL_USAGE;
    }
    status = canaries_of(audit, file, path);
    fclose(file);
    return status;
}

/* --- one file --- */

struct file {
    const char *path;
    int fd;
    uint64_t at; /* of the block's first byte */
    uint64_t traces;
};

/* Says where a canary is, never what it is. */
static void tell(struct audit *audit, struct file *file,
                 const struct ctl_trace *trace)
{
    if (file->traces++ < SHOWN_MAX)
        fprintf(audit->ctl->out, "%s: byte %" PRIu64 ": canary %zu, as %s\n",
                file->path, file->at + trace->offset, trace->canary,
                ctl_shape_name(trace->shape));
}

static void search_block(struct audit *audit, struct file *file, size_t len,
                         size_t to)
{
    struct span bytes = {audit->block, len};
    struct ctl_trace trace;
    size_t from = 0;

    while (ctl_needles_find(audit->needles, bytes, from, to, &trace)) {
        tell(audit, file, &trace);
        from = trace.offset + 1;
    }
}

/* Fills the block behind what is kept from the last one. */
static ssize_t fill(int fd, char *at, size_t len)
{
    size_t have = 0;

    while (have < len) {
        ssize_t got = read(fd, at + have, len - have);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        have += (size_t)got;
    }
    return (ssize_t)have;
}

/* Traces may lie across two blocks: the end of each is looked at again. */
static bool search_file(struct audit *audit, struct file *file)
{
    size_t kept = 0;
    ssize_t got;

    do {
        size_t len;
        size_t to;

        got = fill(file->fd, audit->block + kept, READ_BYTES);
        if (got < 0)
            return false;
        len = kept + (size_t)got;
        to = got == READ_BYTES ? len - CTL_NEEDLE_MAX_BYTES : len;
        search_block(audit, file, len, to);
        audit->bytes += (uint64_t)got;
        kept = len - to;
        memmove(audit->block, audit->block + to, kept);
        file->at += to;
    } while (got == READ_BYTES);
    return true;
}

static void search_path(struct audit *audit, const FTSENT *entry)
{
    struct file file = {.path = entry->fts_path};

    if (entry->fts_statp->st_dev == audit->canary_file.st_dev &&
        entry->fts_statp->st_ino == audit->canary_file.st_ino) {
        fprintf(audit->ctl->out, "%s: holds the canaries, not searched\n",
                entry->fts_path);
        return;
    }
    file.fd = open(entry->fts_accpath, O_RDONLY | O_CLOEXEC);
    if (file.fd < 0 || !search_file(audit, &file)) {
        fprintf(audit->ctl->complaints, "duologuectl: %s: %s\n",
                entry->fts_path, strerror(errno));
        audit->unread++;
    }
    if (file.fd >= 0)
        close(file.fd);
    if (file.traces > SHOWN_MAX)
        fprintf(audit->ctl->out, "%s: and %" PRIu64 " more\n", entry->fts_path,
                file.traces - SHOWN_MAX);
    audit->files++;
    audit->traces += file.traces;
}

/* --- all of them --- */

static void visit(struct audit *audit, const FTSENT *entry)
{
    switch (entry->fts_info) {
    case FTS_F:
        search_path(audit, entry);
        break;
    case FTS_DEFAULT: /* of devices only what was asked for by name */
        if (entry->fts_level == 0 && S_ISBLK(entry->fts_statp->st_mode))
            search_path(audit, entry);
        break;
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        fprintf(audit->ctl->complaints, "duologuectl: %s: %s\n",
                entry->fts_path, strerror(entry->fts_errno));
        audit->unread++;
        break;
    default:
        break;
    }
}

static enum ctl_exit walk(struct audit *audit)
{
    FTS *tree = fts_open(audit->ctl->options->paths,
                         FTS_COMFOLLOW | FTS_PHYSICAL | FTS_NOCHDIR, NULL);
    FTSENT *entry;

    if (tree == NULL) {
        fprintf(audit->ctl->complaints, "duologuectl: %s\n", strerror(errno));
        return CTL_FAILED;
    }
    while ((entry = fts_read(tree)) != NULL)
        visit(audit, entry);
    fts_close(tree);
    fprintf(audit->ctl->out,
            "canaries %zu, files %" PRIu64 ", bytes %" PRIu64 ": ",
            ctl_needles_count(audit->needles), audit->files, audit->bytes);
    if (audit->traces > 0)
        fprintf(audit->ctl->out, "%" PRIu64 " trace%s\n", audit->traces,
                audit->traces == 1 ? "" : "s");
    else
        fputs("no trace\n", audit->ctl->out);
    if (audit->files == 0)
        fputs("duologuectl: no file was searched\n", audit->ctl->complaints);
    return audit->traces == 0 && audit->unread == 0 && audit->files > 0
               ? CTL_GOOD
               : CTL_FAILED;
}

enum ctl_exit ctl__audit(struct ctl *ctl)
{
    struct audit audit = {
        .ctl = ctl,
        .needles = ctl_needles_new(),
        .block = malloc(READ_BYTES + CTL_NEEDLE_MAX_BYTES),
    };
    enum ctl_exit status = CTL_FAILED;

    if (audit.needles == NULL || audit.block == NULL)
        fprintf(ctl->complaints, "duologuectl: %s\n", err_text(ERR_NOMEM));
    else if ((status = open_canaries(&audit)) == CTL_GOOD)
        status = walk(&audit);
    ctl_needles_free(audit.needles);
    if (audit.block != NULL)
        explicit_bzero(audit.block, READ_BYTES + CTL_NEEDLE_MAX_BYTES);
    free(audit.block);
    return status;
}
