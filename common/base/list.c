#include "base/list.h"

#include <stddef.h>

void list_append(struct list *list, struct list_link *link)
{
    link->prev = list->last;
    link->next = NULL;
    if (list->last != NULL)
        list->last->next = link;
    else
        list->first = link;
    list->last = link;
}

void list_remove(struct list *list, struct list_link *link)
{
    if (link->prev != NULL)
        link->prev->next = link->next;
    else
        list->first = link->next;
    if (link->next != NULL)
        link->next->prev = link->prev;
    else
        list->last = link->prev;
    link->prev = NULL;
    link->next = NULL;
}
