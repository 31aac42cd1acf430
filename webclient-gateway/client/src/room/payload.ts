/* payload.ts - what a message says, apart from how it travels: in a `server`
 * chat as elements of the stanza, in a `link` chat inside the envelope. */
export interface Payload {
    body: string | null;
    outside: string | null; /* the address of a file that lies elsewhere */
    replaces: string | null; /* XEP-0308: id of the message */
    reacts: { to: string; with: string[] } | null; /* XEP-0444: archive id */
    /* XEP-0461: who wrote it ("ROOM/NAME"), its archive id, and the words of
     * it that stand before the body for apps that know no replies. */
    reply: { to: string; id: string; quote: string } | null;
}

/* Says nothing; spread over it what is said. */
export const NOTHING: Payload = {
    body: null,
    outside: null,
    replaces: null,
    reacts: null,
    reply: null,
};
