/* folder.h - removes what a test left on disk. */
#ifndef SUPPORT_FOLDER_H
#define SUPPORT_FOLDER_H

/* Removes `path` with everything in it; links are not followed. */
void folder_remove(const char *path);

#endif
