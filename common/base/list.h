/* list.h - things in a row; each is in one row at most. */
#ifndef BASE_LIST_H
#define BASE_LIST_H

/* The first member of whatever is to be in a list: so a pointer to it is, cast,
 * a pointer to the thing. */
struct list_link {
    struct list_link *prev;
    struct list_link *next;
};

/* Empty when zeroed. */
struct list {
    struct list_link *first;
    struct list_link *last;
};

/* Puts `link`, which is in no list, at the end. */
void list_append(struct list *list, struct list_link *link);

/* Takes out `link`, which is in this list. */
void list_remove(struct list *list, struct list_link *link);

#endif
