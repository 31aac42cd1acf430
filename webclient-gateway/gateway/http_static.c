#include "gateway/http_static.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_BYTES = 4096, READ_BYTES = 64 * 1024 };

static const struct {
    const char *suffix;
    const char *type;
} types[] = {
    {".html", "text/html; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".svg", "image/svg+xml"},
    {".png", "image/png"},
    {".ico", "image/x-icon"},
    {".webp", "image/webp"},
    {".woff2", "font/woff2"},
    {".json", "application/json"},
    {".webmanifest", "application/manifest+json"},
    {".map", "application/json"},
    {".txt", "text/plain; charset=utf-8"},
};

static const char *type_of(struct span path)
{
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (span_ends_with(path, span_of(types[i].suffix)))
            return types[i].type;
    return "application/octet-stream";
}

static size_t count_of(struct span text, const char *letters)
{
    size_t len = 0;

    while (len < text.len && strchr(letters, text.at[len]) != NULL)
        len++;
    return len;
}

/* As bundlers name what they hashed: main-7QX2KD3A.js, app-c7738523da.js. */
static bool has_hash(struct span path)
{
    enum { HASH_CHARS_MIN = 8 };

    for (size_t i = 0; i < path.len; i++) {
        struct span rest = span_slice(path, i + 1, path.len);
        size_t upper = count_of(rest, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ");
        size_t lower = count_of(rest, "0123456789abcdef");
        size_t len = upper > lower ? upper : lower;

        if (path.at[i] == '-' && len >= HASH_CHARS_MIN && len < rest.len &&
            rest.at[len] == '.')
            return true;
    }
    return false;
}

static enum err read_file(const char *name, struct buf *out)
{
    int fd = open(name, O_RDONLY | O_CLOEXEC);
    enum err rc = ERR_OK;
    ssize_t len = 1;

    if (fd < 0)
        return ERR_SYSTEM;
    while (rc == ERR_OK && len > 0) {
        if ((rc = buf_reserve(out, READ_BYTES)) != ERR_OK)
            break;
        len = read(fd, out->at + out->len, READ_BYTES);
        if (len > 0)
            buf_grew(out, (size_t)len);
        else if (len < 0)
            rc = ERR_SYSTEM;
    }
    close(fd);
    return rc;
}

static enum err make_etag(struct crypto *crypto, struct static_file *file)
{
    struct secret digest;
    enum err rc = crypto_sha256(crypto, buf_span(&file->plain), &digest);

    if (rc != ERR_OK)
        return rc;
    /* RFC 9110 8.8.3.3: weak, for it stands for the packed bytes as well. */
    memcpy(file->etag, "W/\"", 3);
    for (size_t i = 0; i < (STATIC_ETAG_CHARS - 4) / 2; i++)
        snprintf(file->etag + 3 + 2 * i, 3, "%02x", digest.at[i]);
    file->etag[STATIC_ETAG_CHARS - 1] = '"';
    return ERR_OK;
}

static void clear_file(struct static_file *file)
{
    free(file->path);
    buf_clear(&file->plain);
    buf_clear(&file->gzip);
}

/* `name` is where it lies, `path` what it is asked for as. */
static enum err add(struct static_files *files, struct crypto *crypto,
                    const char *name, const char *path)
{
    struct static_file file = {
        .plain = BUF_EMPTY(STATIC_FILE_MAX_BYTES),
        .gzip = BUF_EMPTY(STATIC_FILE_MAX_BYTES),
        .type = type_of(span_of(path)),
        .is_eternal = has_hash(span_of(path)),
    };
    char packed[PATH_BYTES + sizeof(".gz")];
    enum err rc = files->count < STATIC_FILES_MAX ? ERR_OK : ERR_LIMIT;

    if (rc == ERR_OK)
        rc = read_file(name, &file.plain);
    snprintf(packed, sizeof(packed), "%s.gz", name);
    if (rc == ERR_OK && access(packed, F_OK) == 0)
        rc = read_file(packed, &file.gzip);
    if (rc == ERR_OK)
        rc = make_etag(crypto, &file);
    if (rc == ERR_OK && (file.path = strdup(path)) == NULL)
        rc = ERR_NOMEM;
    if (rc != ERR_OK) {
        clear_file(&file);
        return rc;
    }
    files->at[files->count++] = file;
    return ERR_OK;
}

struct walk {
    struct static_files *files;
    struct crypto *crypto;
    size_t root_len; /* bytes of a name before the path begins */
};

static enum err walk_folder(const struct walk *walk, const char *name,
                            unsigned depth);

static enum err take_entry(const struct walk *walk, const char *folder,
                           const char *entry, unsigned depth)
{
    char name[PATH_BYTES];
    struct stat found;
    int len = snprintf(name, sizeof(name), "%s/%s", folder, entry);

    if (entry[0] == '.' || span_ends_with(span_of(entry), SPAN(".gz")))
        return ERR_OK;
    if (len < 0 || (size_t)len + 4 > sizeof(name))
        return ERR_LIMIT;
    if (stat(name, &found) != 0)
        return ERR_SYSTEM;
    if (S_ISDIR(found.st_mode))
        return walk_folder(walk, name, depth + 1);
    if (!S_ISREG(found.st_mode))
        return ERR_OK;
    return add(walk->files, walk->crypto, name, name + walk->root_len);
}

static enum err walk_folder(const struct walk *walk, const char *name,
                            unsigned depth)
{
    const struct dirent *entry;
    enum err rc = ERR_OK;
    DIR *dir;

    if (depth >= STATIC_DEPTH_MAX)
        return ERR_LIMIT;
    dir = opendir(name);
    if (dir == NULL)
        return ERR_SYSTEM;
    while (rc == ERR_OK && (entry = readdir(dir)) != NULL)
        rc = take_entry(walk, name, entry->d_name, depth);
    closedir(dir);
    return rc;
}

enum err static_load(struct static_files *files, struct crypto *crypto,
                     const char *dir)
{
    struct walk walk = {files, crypto, strlen(dir)};
    enum err rc;

    *files = (struct static_files){
        .at = calloc(STATIC_FILES_MAX, sizeof(*files->at))};
    if (files->at == NULL)
        return ERR_NOMEM;
    rc = walk_folder(&walk, dir, 0);
    if (rc != ERR_OK) {
        int saved = errno;

        static_clear(files);
        errno = saved;
    }
    return rc;
}

void static_clear(struct static_files *files)
{
    for (size_t i = 0; i < files->count; i++)
        clear_file(&files->at[i]);
    free(files->at);
    *files = (struct static_files){NULL, 0};
}

const struct static_file *static_find(const struct static_files *files,
                                      struct span path)
{
    if (span_is(path, "/"))
        path = SPAN("/index.html");
    for (size_t i = 0; i < files->count; i++)
        if (span_is(path, files->at[i].path))
            return &files->at[i];
    return NULL;
}

/* Cuts the first entry off a comma separated `list`. */
static struct span pull_entry(struct span *list)
{
    size_t comma = span_find(*list, ',');
    struct span entry = span_trim(span_slice(*list, 0, comma));

    *list = span_slice(*list, comma + 1, list->len);
    return entry;
}

/* RFC 9110 12.4.2: q=0, and up to three noughts behind a dot. */
static bool is_nought(struct span weight)
{
    if (!span_equal_nocase(span_slice(weight, 0, 2), SPAN("q=")))
        return false;
    weight = span_slice(weight, 2, weight.len);
    return count_of(weight, "0.") == weight.len;
}

bool static_takes_gzip(struct span accept_encoding)
{
    while (accept_encoding.len > 0) {
        struct span entry = pull_entry(&accept_encoding);
        size_t end = span_find(entry, ';');
        struct span name = span_trim(span_slice(entry, 0, end));
        struct span rest = span_trim(span_slice(entry, end + 1, entry.len));

        if (span_equal_nocase(name, SPAN("gzip")))
            return !is_nought(rest);
    }
    return false;
}

bool static_is_known(const struct static_file *file, struct span if_none_match)
{
    while (if_none_match.len > 0) {
        struct span entry = pull_entry(&if_none_match);

        if (span_starts_with(entry, SPAN("W/")))
            entry = span_slice(entry, 2, entry.len);
        if (span_is(entry, file->etag + 2) || span_is(entry, "*"))
            return true;
    }
    return false;
}
