# shellcheck shell=bash disable=SC2034,SC2154
# tell.sh - the chat that ./quickstart makes, and what people are told of it.
# Read by ../../quickstart, whose variables these are.

make_chat() {
    local protection=server
    # Two browsers need nobody who can read along.
    [ "$with_server" -eq 1 ] || protection='link'
    chat=$(ctl new Abhi Anny --qr --protection "$protection") ||
        fail "no chat could be made"
    room=$(sed -n 's/^Chat  \([^ ]*\) .*/\1/p' <<<"$chat")
    codes=$(sed -n 's/^  code  //p' <<<"$chat")
    [ -n "$room" ] && [ "$(wc -l <<<"$codes")" -eq 2 ] ||
        fail "no chat could be made"
}

show_chat() {
    printf '\n%s\n' "$chat"
    cat <<END

Open each link in a browser of its own and type its code.  Two windows of one
browser will do where one of them is private.
END
    [ -z "$lan" ] || cat <<END

A phone on the same network scans the QR code.  The browser warns, because the
certificate is our own; its fingerprint (SHA-256) is
$(openssl x509 -in "$home/cert.pem" -noout -fingerprint -sha256 |
        sed 's/^[^=]*=//; s/.\{48\}/&\n/')
An iPhone shows the page but refuses a chat under such a certificate.
END
}

show_accounts() {
    cat <<END

Either of them can use an XMPP app instead: here are two demo accounts, on this
machine only.

  JID               password
  abhi@localhost    ${passwords[abhi]}
  anny@localhost    ${passwords[anny]}

  server  127.0.0.1, port $client_port
  TLS     STARTTLS with a self-signed certificate: trust it when asked; a
          connection without TLS is taken too

END
}

show_joining() {
    local first second
    { read -r first && read -r second; } <<<"$codes"
    cat <<END
To join as Abhi; Anny does the same as anny@localhost, with her code $second:

  Profanity   /connect abhi@localhost server 127.0.0.1 port $client_port tls trust
              /join $room password $first
  Gajim       add the account abhi@localhost; Advanced: host 127.0.0.1, port
              $client_port, STARTTLS; trust the certificate.  Then "Start / Join
              Chat", $room, and
              the code when it asks for a password
  others      (Dino, poezio, Conversations, ...) join the group chat
              $room and give the
              code where a password is asked.  For a phone's app, put Duologue
              beside a server that the phone reaches: config/prosody.cfg.lua

In the chat, !status tells how long it lives and !end, said twice, deletes it.
END
}
