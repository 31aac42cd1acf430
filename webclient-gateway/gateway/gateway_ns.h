/* gateway_ns.h - namespaces that only a server for clients speaks. */
#ifndef GATEWAY_GATEWAY_NS_H
#define GATEWAY_GATEWAY_NS_H

#define NS_FRAMING "urn:ietf:params:xml:ns:xmpp-framing"
#define NS_SASL "urn:ietf:params:xml:ns:xmpp-sasl"
#define NS_BIND "urn:ietf:params:xml:ns:xmpp-bind"
#define NS_SESSION "urn:ietf:params:xml:ns:xmpp-session"
#define NS_SM "urn:xmpp:sm:3"
#define NS_STREAM_LIMITS "urn:xmpp:stream-limits:0"
#define NS_ROSTER "jabber:iq:roster"
#define NS_PRIVATE "jabber:iq:private"
#define NS_PUBSUB "http://jabber.org/protocol/pubsub"
#define NS_OLD_DELAY "jabber:x:delay"

#endif
