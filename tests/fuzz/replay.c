/* replay.c: a fuzz target on every file of a folder, without libFuzzer. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

static void replay(const char *path) {
    FILE *file = fopen(path, "rb");
    fuzz_check(file != NULL);
    fuzz_check(fseek(file, 0, SEEK_END) == 0);
    size_t length = (size_t)ftell(file);
    rewind(file);
    uint8_t *bytes = malloc(length + !length);
    fuzz_check(bytes != NULL && fread(bytes, 1, length, file) == length);
    fclose(file);
    (void)LLVMFuzzerTestOneInput(bytes, length);
    free(bytes);
}

int main(int argc, char **argv) {
    DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
    if (folder == NULL) {
        fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
        return 2;
    }
    int count = 0;
    for (struct dirent *entry; (entry = readdir(folder)) != NULL;) {
        if (entry->d_name[0] != '.') {
            char path[4096];
            fuzz_check((size_t)snprintf(path, sizeof path, "%s/%s", argv[1], entry->d_name) < sizeof path);
            printf("%s\n", entry->d_name);
            fflush(stdout); /* the last name is that of the input at fault */
            replay(path);
            count++;
        }
    }
    closedir(folder);
    return count > 0 ? 0 : 1; /* no inputs prove nothing */
}
