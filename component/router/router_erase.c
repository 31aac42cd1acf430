/* router_erase.c - what follows an end: keys, rows, and only then the answer.
 */
#include <stdlib.h>

#include "base/heap.h"
#include "router/router_internal.h"

static enum err copy_request(struct router_waiting *waiting,
                             const struct room_request *request)
{
    enum err rc;

    waiting->request.kind = request->kind;
    waiting->request.command_node = request->command_node;
    if ((rc = arena_copy(&waiting->arena, request->from,
                         &waiting->request.from)) != ERR_OK ||
        (rc = arena_copy(&waiting->arena, request->to, &waiting->request.to)) !=
            ERR_OK)
        return rc;
    if (request->id.at == NULL)
        return ERR_OK;
    return arena_copy(&waiting->arena, request->id, &waiting->request.id);
}

static void free_waiting(struct router_waiting *waiting)
{
    arena_clear(&waiting->arena);
    heap_free(waiting);
}

enum err router__await_erasure(struct router *router,
                               const struct room_effect *effect)
{
    struct router_waiting *waiting;
    enum err rc;

    if (router->waiting_count >= ROUTER_WAITING_MAX)
        return ERR_LIMIT;
    waiting = calloc(1, sizeof(*waiting));
    if (waiting == NULL)
        return ERR_NOMEM;
    waiting->number = effect->u.erased.number;
    waiting->arena = ARENA_EMPTY(16 * 1024);
    rc = copy_request(waiting, &effect->request);
    if (rc != ERR_OK) {
        free_waiting(waiting);
        return rc;
    }
    waiting->next = router->waiting;
    router->waiting = waiting;
    router->waiting_count++;
    return ERR_OK;
}

void router__clear_waiting(struct router *router)
{
    while (router->waiting != NULL) {
        struct router_waiting *next = router->waiting->next;

        free_waiting(router->waiting);
        router->waiting = next;
    }
    router->waiting_count = 0;
}

static void answer(struct router *router, const struct router_waiting *waiting)
{
    struct service_speaker speaker = router__make_speaker(router);

    if (service_speak_result(&waiting->request, &speaker) != ERR_OK)
        router->counters.unsent++;
}

static void on_erased(void *self, int64_t number)
{
    struct router *router = self;
    struct router_waiting **at = &router->waiting;

    while (*at != NULL) {
        struct router_waiting *waiting = *at;

        if (waiting->number != number) {
            at = &waiting->next;
            continue;
        }
        answer(router, waiting);
        *at = waiting->next;
        router->waiting_count--;
        free_waiting(waiting);
    }
}

/* Overwrites the keys of what ended in this tick, before anybody is told. */
void router__wipe(struct router *router)
{
    bool is_ended = router->is_wipe_due;
    enum err rc;

    for (const struct room_effect *e = router->effects.first;
         e != NULL && !is_ended; e = e->next)
        is_ended = e->kind == ROOM_EFFECT_STORE_END;
    if (!is_ended)
        return;
    rc = store_wipe_ended(router->store);
    if (rc != ERR_OK && !router->is_wipe_due)
        log_error(router->log, "wipe_failed",
                  "why=\"%s\" advice=\"the keys of ended chats are still on "
                  "disk; it is tried again every second\"",
                  err_text(rc));
    router->is_wipe_due = rc != ERR_OK;
    router->next_erase_ms =
        router->now_ms + (rc == ERR_OK ? 0 : ROUTER_RETRY_MS);
}

void router__erase(struct router *router)
{
    enum err rc;

    if (router->now_ms < router->next_erase_ms)
        return;
    if (router->is_wipe_due)
        router__wipe(router);
    if (!store_is_erasing(router->store))
        return;
    rc = store_erase_step(router->store, router->now_ms, on_erased, router);
    router->next_erase_ms = router->now_ms + ROUTER_ERASE_PAUSE_MS;
    if (rc != ERR_OK) {
        router->next_erase_ms = router->now_ms + ROUTER_RETRY_MS;
        log_warn(router->log, "erase_failed", "why=\"%s\" retry_s=1",
                 err_text(rc));
    }
}
