/* http_static.h - the built web client, in memory.
 *
 * Everything is read at start.  A request is compared with a list of names, so
 * that no path of a stranger ever reaches the file system. */
#ifndef GATEWAY_HTTP_STATIC_H
#define GATEWAY_HTTP_STATIC_H

#include "base/buf.h"
#include "crypto/crypto.h"

enum {
    STATIC_FILES_MAX = 512,
    STATIC_FILE_MAX_BYTES = 4 * 1024 * 1024,
    STATIC_DEPTH_MAX = 4,
    STATIC_ETAG_CHARS = 20, /* with W/ and its quotes */
};

struct static_file {
    char *path; /* "/assets/main.js" */
    struct buf plain;
    struct buf gzip; /* empty: there is no such file beside */
    char etag[STATIC_ETAG_CHARS + 1];
    const char *type;
    bool is_eternal; /* its name changes with what is in it */
};

struct static_files {
    struct static_file *at;
    size_t count;
};

/* Reads the folder `dir` and those below.  Hidden files are left out; NAME.gz
 * is what NAME is sent as to those who take gzip.
 *
 * Errors: ERR_SYSTEM (errno says why), ERR_LIMIT, ERR_NOMEM. */
enum err static_load(struct static_files *files, struct crypto *crypto,
                     const char *dir) MUST_CHECK;
void static_clear(struct static_files *files);

/* The file for a path without its query: "/" is "/index.html".  NULL: none. */
const struct static_file *static_find(const struct static_files *files,
                                      struct span path);

/* True when an Accept-Encoding header takes gzip. */
bool static_takes_gzip(struct span accept_encoding);

/* True when an If-None-Match header names the file as it is. */
bool static_is_known(const struct static_file *file, struct span if_none_match);

#endif
