/* main_process.h - what the process lets others see of it. */
#ifndef MAIN_MAIN_PROCESS_H
#define MAIN_MAIN_PROCESS_H

/* Makes new files ours alone, forbids core dumps and looks from outside,
 * ignores SIGPIPE, and raises the number of descriptors as far as we may. */
void main_process_harden(void);

#endif
