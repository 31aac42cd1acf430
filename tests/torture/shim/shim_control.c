/* shim_control.c - two ways to make the program worse than it is.  A test that
 * finds nothing wrong with the program must find what these break.
 *
 * TORTURE_SYNC_OFF: SQLite is told synchronous=OFF.
 * TORTURE_SEAL_OFF: what AES-GCM seals stays as it was. */
#include <dlfcn.h>
#include <openssl/evp.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "torture/shim/shim.h"

enum { NONCE_BYTES = 12 }; /* only AES-GCM has one of that length */

typedef int exec_call(sqlite3 *, const char *,
                      int (*)(void *, int, char **, char **), void *, char **);
typedef int update_call(EVP_CIPHER_CTX *, unsigned char *, int *,
                        const unsigned char *, int);
typedef int final_call(EVP_CIPHER_CTX *, unsigned char *, int *);

int sqlite3_exec(sqlite3 *db, const char *sql,
                 int (*on_row)(void *, int, char **, char **), void *self,
                 char **error)
{
    exec_call *next = (exec_call *)dlsym(RTLD_NEXT, "sqlite3_exec");
    int rc = next(db, sql, on_row, self, error);

    if (rc == SQLITE_OK && getenv("TORTURE_SYNC_OFF") != NULL &&
        strstr(sql, "synchronous") != NULL)
        rc = next(db, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
    return rc;
}

static bool is_unsealed(const EVP_CIPHER_CTX *ctx)
{
    return getenv("TORTURE_SEAL_OFF") != NULL &&
           EVP_CIPHER_CTX_get_iv_length(ctx) == NONCE_BYTES;
}

int EVP_CipherUpdate(EVP_CIPHER_CTX *ctx, unsigned char *out, int *out_len,
                     const unsigned char *in, int len)
{
    update_call *next = (update_call *)dlsym(RTLD_NEXT, "EVP_CipherUpdate");
    int rc = next(ctx, out, out_len, in, len);

    if (rc == 1 && out != NULL && is_unsealed(ctx))
        memmove(out, in, (size_t)len);
    return rc;
}

int EVP_DecryptFinal_ex(EVP_CIPHER_CTX *ctx, unsigned char *out, int *len)
{
    final_call *next = (final_call *)dlsym(RTLD_NEXT, "EVP_DecryptFinal_ex");
    int rc = next(ctx, out, len);

    return is_unsealed(ctx) ? 1 : rc;
}
