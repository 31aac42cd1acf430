/* service_texts.h - every sentence we say to a person, in one place.
 *
 * The web client says the same in the same cases.  No text may hold the words
 * attribute 'to': one client takes them for a complaint about its nick. */
#ifndef SERVICE_SERVICE_TEXTS_H
#define SERVICE_SERVICE_TEXTS_H

#define SERVICE_TEXT_MAP(X)                                                    \
    X(TEXT_NONE, NULL)                                                         \
    X(TEXT_WRONG_CODE, "This code does not open this chat.")                   \
    X(TEXT_BROWSERS_ONLY, "This chat can only be opened in a web browser: "    \
                          "open the link you were given.")                     \
    X(TEXT_APPS_ONLY, "This chat can only be opened in an XMPP app with "      \
                      "OMEMO, for example Conversations, Gajim or Dino.")      \
    X(TEXT_NOT_JOINED, "You are not in this chat. Enter it first.")            \
    X(TEXT_TOO_FAST, "Too many messages at once. Wait a moment.")              \
    X(TEXT_TOO_MUCH, "Too many requests at once. Wait a moment.")              \
    X(TEXT_TOO_MANY_CHATS, "You are in too many chats. Leave one of them.")    \
    X(TEXT_TOO_LONG, "This message is too long.")                              \
    X(TEXT_TOO_BIG, "This is too big or nested too deep.")                     \
    X(TEXT_ARCHIVE_FULL, "This chat is full: nothing more can be stored. "     \
                         "End it and start a new one.")                        \
    X(TEXT_NO_PLAINTEXT_OMEMO, "Messages in this chat must be encrypted. "     \
                               "Switch on OMEMO for this chat and send "       \
                               "again.")                                       \
    X(TEXT_NO_PLAINTEXT_LINK, "Messages in this chat must be encrypted by "    \
                              "the page that the link opens.")                 \
    X(TEXT_FOREIGN_RETRACTION, "You can only take back your own messages.")    \
    X(TEXT_FOREIGN_CORRECTION, "You can only change your own messages.")       \
    X(TEXT_DELETED, "This message was deleted.")                               \
    X(TEXT_GONE, "This chat has ended. Everything in it has been deleted.")    \
    X(TEXT_NOT_MEMBER, "Only the two people of this chat may do this.")        \
    X(TEXT_TOO_MANY_CREATES, "You have made many chats lately. Try again "     \
                             "in an hour.")                                    \
    X(TEXT_TRY_LATER, "This cannot be done now. Try again in a moment.")       \
    X(TEXT_NO_ROOM, "There is no such chat here.")                             \
    X(TEXT_NO_LINK, "This link does not belong to a chat.")                    \
    X(TEXT_BAD_ADDRESS, "This is not an address in a chat. Use the address "   \
                        "of the chat with a name behind it.")                  \
    X(TEXT_SUBJECT, "The subject of a private chat cannot be changed.")        \
    X(TEXT_EMPTY, "This message holds nothing.")                               \
    X(TEXT_PRIVATE, "There are only two people here: write in the chat "       \
                    "itself.")                                                 \
    X(TEXT_TO_OCCUPANT, "A message to the chat goes to the chat's own "        \
                        "address.")                                            \
    X(TEXT_NOT_FOR_ROOM, "Send this as a message of the chat (type "           \
                         "groupchat).")                                        \
    X(TEXT_INVITE, "A code cannot be sent on by the chat. Pass on link and "   \
                   "code yourself, by different ways.")                        \
    X(TEXT_LISTS_HIDDEN, "Addresses are not shown in this chat.")              \
    X(TEXT_FIXED, "Who is in a private chat, and as what, is fixed.")          \
    X(TEXT_NO_CONFIG, "There is nothing to configure in a private chat.")      \
    X(TEXT_MAY_NOT_CREATE, "You may not make chats on this server.")           \
    X(TEXT_NO_COMMAND, "There is no such command.")                            \
    X(TEXT_BAD_SESSION, "This form is not known here. Start again.")           \
    X(TEXT_SESSION_EXPIRED, "This form has expired. Start again.")             \
    X(TEXT_BAD_ACTION, "This action is not known.")                            \
    X(TEXT_NO_ID, "A question needs an id and exactly one child element.")     \
    X(TEXT_WHICH_ROOM, "Say which chat: its address or the part before @.")    \
    X(TEXT_BAD_QUERY, "This archive query cannot be understood.")              \
    X(TEXT_NO_SUCH_MESSAGE, "There is no such message in the archive.")        \
    X(TEXT_LINK_BODY, "This message is encrypted. It can be read in the web "  \
                      "page that the chat's link opens.")                      \
    X(TEXT_BAD_NAME, "A name has 1 to 32 characters, without control "         \
                     "characters.")                                            \
    X(TEXT_FAR_NAME, "XMPP addresses take no emoji and no rare letters: "      \
                     "write the names without them.")                          \
    X(TEXT_SAME_NAMES, "The two names must differ, not only by upper and "     \
                       "lower case.")                                          \
    X(TEXT_BAD_IDLE, "Choose one of the offered times of silence.")            \
    X(TEXT_BAD_PROTECTION, "Choose one of the offered kinds of protection.")   \
    X(TEXT_BAD_INVITE, "The address to invite is not a person's XMPP "         \
                       "address.")                                             \
    X(TEXT_NO_INVITE_LINK, "This kind of chat opens in browsers only: nobody " \
                           "can be invited into it by XMPP.")                  \
    X(TEXT_FILL_IN, "Two names, and a chat for the two of you.")               \
    X(TEXT_MADE, "The chat is there. Send the link by message, say the code "  \
                 "by phone.")                                                  \
    X(TEXT_ENDED, "The chat has ended and is deleted.")                        \
    X(TEXT_KEPT, "The chat stays; the time of silence starts anew.")           \
    X(TEXT_INVITE_OWN, "Your new private chat. Its code comes with this "      \
                       "invitation.")                                          \
    X(TEXT_INVITE_PEER, "A private chat for the two of you. It is deleted "    \
                        "when either of you ends it.")                         \
    X(TEXT_HELP, "I make private chats for two that are deleted when either "  \
                 "of you ends them. Write: new YourName TheirName")

#define SERVICE_TEXT_ENUM(code, text) code,
enum service_text { SERVICE_TEXT_MAP(SERVICE_TEXT_ENUM) TEXT_COUNT };
#undef SERVICE_TEXT_ENUM

/* Static text, or NULL for TEXT_NONE. */
const char *service__text(enum service_text text);

#endif
