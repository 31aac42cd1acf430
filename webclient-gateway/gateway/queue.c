#include "gateway/queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/bug.h"

enum err queue_push(struct queue *queue, struct span bytes)
{
    struct queue_item *item;

    if (bytes.len > queue->max_bytes - queue->bytes ||
        (queue->max_count > 0 && queue->count >= queue->max_count))
        return ERR_LIMIT;
    item = malloc(sizeof(*item) + bytes.len);
    if (item == NULL)
        return ERR_NOMEM;
    item->next = NULL;
    item->len = bytes.len;
    if (bytes.len > 0)
        memcpy(item->at, bytes.at, bytes.len);
    if (queue->last != NULL)
        queue->last->next = item;
    else
        queue->first = item;
    queue->last = item;
    queue->count++;
    queue->bytes += bytes.len;
    return ERR_OK;
}

struct span queue_front(const struct queue *queue)
{
    if (queue->first == NULL)
        return SPAN_EMPTY;
    return (struct span){queue->first->at, queue->first->len};
}

void queue_pull(struct queue *queue)
{
    struct queue_item *item = queue->first;

    BUG_IF(item == NULL);
    queue->first = item->next;
    if (queue->first == NULL)
        queue->last = NULL;
    queue->count--;
    queue->bytes -= item->len;
    /* Messages and tokens pass through here. */
    explicit_bzero(item->at, item->len);
    free(item);
}

void queue_clear(struct queue *queue)
{
    while (queue->first != NULL)
        queue_pull(queue);
}
