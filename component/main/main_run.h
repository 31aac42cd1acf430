/* main_run.h - introduces the parts to each other and lets them run. */
#ifndef MAIN_MAIN_RUN_H
#define MAIN_MAIN_RUN_H

enum main_exit { MAIN_GOOD, MAIN_FAILED, MAIN_USAGE };

/* Runs the component until it is told to stop. */
enum main_exit main_run(const char *file);

/* Says whether `file` is good. */
enum main_exit main_check(const char *file);

#endif
