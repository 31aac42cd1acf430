/* process_harden.h - what the process lets others see of it. */
#ifndef PROCESS_PROCESS_HARDEN_H
#define PROCESS_PROCESS_HARDEN_H

/* Makes new files ours alone, forbids core dumps and looks from outside,
 * ignores SIGPIPE, raises the number of descriptors as far as we may, and locks
 * all memory where there is no limit to that. */
void process_harden(void);

#endif
