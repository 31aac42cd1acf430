/* crypto_pair.c - a certificate and its key, looked at before they are used. */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#include "crypto/crypto.h"

/* The first certificate of a file, whose others must be readable too. */
static X509 *read_chain(FILE *file)
{
    X509 *first = PEM_read_X509_AUX(file, NULL, NULL, NULL);
    X509 *next;

    if (first == NULL)
        return NULL;
    while ((next = PEM_read_X509(file, NULL, NULL, NULL)) != NULL)
        X509_free(next);
    if (ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE)
        return first;
    X509_free(first);
    return NULL;
}

static enum err check(FILE *certificate_file, FILE *key_file, const char **why)
{
    X509 *certificate = read_chain(certificate_file);
    char none[] = ""; /* nobody sits there to be asked for a passphrase */
    EVP_PKEY *key = PEM_read_PrivateKey(key_file, NULL, NULL, none);
    enum err rc = ERR_OK;

    if (certificate == NULL)
        *why = "there is no certificate in the file";
    else if (key == NULL)
        *why = "there is no key in the file, or it has a passphrase";
    else if (X509_check_private_key(certificate, key) != 1)
        *why = "certificate and key do not belong together";
    else
        goto out;
    rc = ERR_SYNTAX;
out:
    X509_free(certificate);
    EVP_PKEY_free(key);
    ERR_clear_error();
    return rc;
}

enum err crypto_check_pair(const char *certificate, const char *key,
                           const char **why)
{
    FILE *certificate_file = fopen(certificate, "re");
    FILE *key_file = certificate_file == NULL ? NULL : fopen(key, "re");
    int saved = errno;
    enum err rc = ERR_SYSTEM;

    if (certificate_file == NULL)
        *why = "the certificate cannot be read";
    else if (key_file == NULL)
        *why = "the key cannot be read";
    else
        rc = check(certificate_file, key_file, why);
    if (certificate_file != NULL)
        fclose(certificate_file);
    if (key_file != NULL)
        fclose(key_file);
    errno = saved;
    return rc;
}
