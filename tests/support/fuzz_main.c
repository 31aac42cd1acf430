/* Replays a corpus through a fuzz target, where libFuzzer is not there to do
 * it: fuzz_NAME FOLDER-OR-FILE ... */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { FUZZ_INPUT_MAX_BYTES = 4 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input is copied to a block of its exact size, so that the address
 * sanitizer sees a read behind its end. */
static void run_bytes(const uint8_t *data, size_t size)
{
    uint8_t *exact = malloc(size > 0 ? size : 1);

    if (exact == NULL)
        abort();
    if (size > 0)
        memcpy(exact, data, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

static int run_file(const char *path)
{
    static uint8_t data[FUZZ_INPUT_MAX_BYTES];
    FILE *file = fopen(path, "rb");
    size_t size;

    if (file == NULL) {
        perror(path);
        return -1;
    }
    size = fread(data, 1, sizeof(data), file);
    fclose(file);
    run_bytes(data, size);
    return 1;
}

/* Gives the number of inputs, or -1. */
static int run_folder(const char *path)
{
    DIR *folder = opendir(path);
    struct dirent *entry;
    int count = 0;

    if (folder == NULL) {
        perror(path);
        return -1;
    }
    while ((entry = readdir(folder)) != NULL) {
        char file[4096];

        if (entry->d_name[0] == '.')
            continue;
        snprintf(file, sizeof(file), "%s/%s", path, entry->d_name);
        if (run_file(file) < 0) {
            count = -1;
            break;
        }
        count++;
    }
    closedir(folder);
    return count;
}

int main(int argc, char **argv)
{
    int total = 0;

    run_bytes(NULL, 0);
    for (int i = 1; i < argc; i++) {
        struct stat about;
        int count;

        if (stat(argv[i], &about) == 0 && S_ISDIR(about.st_mode))
            count = run_folder(argv[i]);
        else
            count = run_file(argv[i]);
        if (count < 0)
            return 1;
        total += count;
    }
    if (total == 0) {
        fprintf(stderr, "%s: the corpus is empty\n", argv[0]);
        return 1;
    }
    printf("%s: %d inputs\n", argv[0], total);
    return 0;
}
