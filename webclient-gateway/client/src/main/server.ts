/* server.ts - where the server is, and whom it serves. */
import { later } from '../view/later';
import { aheadOf } from '../wire/clock';
import { domainOfGreeting } from '../wire/greeting';

export interface Server {
    url: string; /* of the WebSocket */
    domain: string;
    xmpp: boolean; /* native apps can come too */
    ahead: number; /* ms, by its clock */
}

function socketUrl(): string {
    const url = new URL('xmpp-websocket', document.baseURI);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    return url.href;
}

/* What the server said, in the language of the page. */
export function inOurs(words: string): Promise<string> {
    return later('more', () => import('../text/more')).then(
        ({ translate }) => translate(words),
        () => words,
    );
}

export async function findServer(): Promise<Server> {
    const url = socketUrl();
    try {
        const answer = await fetch('config.json');
        if (answer.ok) {
            const ahead = aheadOf(answer.headers.get('date'), Date.now());
            const { domain, xmpp } = (await answer.json()) as {
                domain?: unknown;
                xmpp?: unknown;
            };
            if (typeof domain === 'string')
                return { url, domain, xmpp: xmpp !== false, ahead };
        }
    } catch {
        /* Not served there: the stream itself tells. */
    }
    const domain = await domainOfGreeting(url, location.hostname);
    return { url, domain, xmpp: true, ahead: 0 };
}
