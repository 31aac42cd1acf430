/* greeting.ts - whom do we talk to? The first <open/> of a stream tells the
 * guests' domain, even where we asked for a wrong one. */
const FRAMING = 'urn:ietf:params:xml:ns:xmpp-framing';
const GUESTS = 'guests.';
const PATIENCE_MS = 10_000;

export function domainOfOpen(frame: string): string | null {
    const from = /^<open\s[^>]*\bfrom=(?:"([^"]*)"|'([^']*)')/.exec(frame);
    const name = from?.[1] ?? from?.[2] ?? '';
    return name.startsWith(GUESTS) ? name.slice(GUESTS.length) : null;
}

export function domainOfGreeting(url: string, host: string): Promise<string> {
    return new Promise((done, fail) => {
        const socket = new WebSocket(url, 'xmpp');
        const timer = window.setTimeout(() => socket.close(), PATIENCE_MS);
        socket.onopen = () =>
            socket.send(
                `<open xmlns="${FRAMING}" to="guests.${host}" version="1.0"/>`,
            );
        socket.onmessage = (message) => {
            const domain = domainOfOpen(String(message.data));
            if (domain !== null) done(domain);
            socket.close();
        };
        socket.onclose = () => {
            window.clearTimeout(timer);
            fail(new Error('no greeting'));
        };
    });
}
