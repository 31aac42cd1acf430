/* badge.ts - how many are unread, where one looks while being elsewhere: in
 * the tab's title and picture, and on the icon of an installed page. */

interface Badges {
    setAppBadge?: (count: number) => Promise<void>;
    clearAppBadge?: () => Promise<void>;
}

let shown = 0;

export function showUnread(title: string, count: number): void {
    document.title = count > 0 ? `(${count}) ${title}` : title;
    if (count === shown) return;
    shown = count;
    const badges = navigator as Badges;
    const done = count > 0 ? badges.setAppBadge?.(count) : badges.clearAppBadge?.();
    done?.catch(() => undefined);
    showIcon(count > 0);
}

function showIcon(isUnread: boolean): void {
    const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
    const { plain = link?.getAttribute('href') ?? '', unread = plain } = link?.dataset ?? {};
    if (link === null) return;
    link.dataset['plain'] = plain;
    link.href = isUnread ? unread : plain;
}
