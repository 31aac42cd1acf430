# shellcheck shell=bash disable=SC2034,SC2154
# setup.sh - where ./quickstart runs what, and how it is told.
# Read by ../../quickstart, whose variables these are.

# Ports that are free now, one each.
free_ports() {
    python3 - "$1" <<'END'
import socket, sys
sockets = [socket.socket() for _ in range(int(sys.argv[1]))]
for one in sockets:
    one.bind(("127.0.0.1", 0))
print(*(one.getsockname()[1] for one in sockets))
END
}

# The address from which this machine would speak to others; nothing is sent.
lan_address() {
    python3 - <<'END'
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
    one.connect(("192.0.2.1", 9))
    print(one.getsockname()[0])
END
}

is_ours() {
    python3 - "$1" 2>/dev/null <<'END'
import socket, sys
with socket.socket() as one:
    one.bind((sys.argv[1], 0))
END
}

choose_address() {
    scheme=http
    [ -n "$lan" ] || return 0
    scheme=https
    [ "$lan" != auto ] || lan=$(lan_address 2>/dev/null) ||
        fail "no address on a local network was found; name it: --lan ADDRESS"
    is_ours "$lan" || fail "$lan is no address of this machine"
    web_host=$lan
}

is_listening() { (exec 3<>"/dev/tcp/$1/$2") 2>/dev/null; }

choose_ports() {
    local usual=8080
    read -r client_port component_port metrics_port other_port < <(free_ports 4)
    [ -z "$lan" ] || usual=8443
    if [ -z "$web_port" ]; then
        web_port=$usual
        ! is_listening "$web_host" "$web_port" || web_port=$other_port
    elif is_listening "$web_host" "$web_port"; then
        fail "port $web_port of $web_host is in use"
    else
        other_port=$web_port
    fi
}

random_text() {
    local text
    text=$(head -c 64 /dev/urandom | base64 -w 0 | tr -dc 'a-z0-9')
    printf '%s' "${text:0:16}"
}

make_certificate() {
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes \
        -days 30 -subj /CN=localhost \
        -addext "subjectAltName=DNS:localhost,IP:$web_host" \
        -keyout "$home/key.pem" -out "$home/cert.pem" 2>"$home/openssl.log" ||
        fail "openssl made no certificate: $(tail -n 1 "$home/openssl.log")"
}

# It runs as whoever we are, so that it needs nothing outside of our folder.
write_prosody() {
    local person
    cat >"$home/prosody.cfg.lua" <<END
run_as_root = true
daemonize = false
pidfile = "$home/prosody.pid"
data_path = "$home/prosody"
log = { info = "$home/prosody.events" }
interfaces = { "127.0.0.1" }
c2s_ports = { $client_port }
component_ports = { $component_port }
component_interfaces = { "127.0.0.1" }
authentication = "internal_plain"
c2s_require_encryption = false
allow_unencrypted_plain_auth = true
modules_enabled = { "roster", "saslauth", "tls", "disco", "ping", "private",
    "bookmarks", "pep", "vcard", "carbons", "mam", "smacks", "blocklist" }
modules_disabled = { "s2s" }
VirtualHost "localhost"
    ssl = { key = "$home/key.pem", certificate = "$home/cert.pem" }
Component "duologue.localhost"
    name = "Private chats for two"
    component_secret = "$secret"
END
    mkdir -p "$home/certs" "$home/prosody/localhost/accounts"
    for person in abhi anny; do
        printf 'return { password = "%s" }\n' "${passwords[$person]}" \
            >"$home/prosody/localhost/accounts/$person.dat"
        printf '%s\n' "${passwords[$person]}" >"$home/$person.password"
    done
}

write_duologue() {
    local server='' certificate='' key=''
    web_url=$scheme://$web_host:$web_port
    [ "$with_server" -eq 0 ] || server=127.0.0.1:$component_port
    [ -z "$lan" ] || certificate=$home/cert.pem key=$home/key.pem
    cat >"$home/duologue.conf" <<END
[component]
domain = duologue.localhost
server = $server
secret = $secret
data_dir = $home/data
socket = $home/s
[gateway]
listen = $web_host:$web_port
public_url = $web_url
tls_certificate = $certificate
tls_key = $key
metrics = 127.0.0.1:$metrics_port
END
}

ctl() { "$build/bin/duologuectl" -c "$home/duologue.conf" "$@"; }

# The component answers, and is linked where there is a server.
is_linked() {
    local stats
    stats=$(ctl stats 2>/dev/null) || return 1
    [ "$with_server" -eq 0 ] || grep -q '^server_up  *1$' <<<"$stats"
}

# is_gateway healthz|readyz
is_gateway() {
    local status
    status=$(
        exec 2>/dev/null 3<>"/dev/tcp/127.0.0.1/$metrics_port" || exit
        printf 'GET /%s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n' "$1" >&3
        read -r _ status _ <&3
        printf '%s' "$status"
    )
    [ "$status" = 200 ]
}

start_server() {
    make_certificate
    [ "$with_server" -eq 1 ] || return 0
    declare -gA passwords=([abhi]=$(random_text) [anny]=$(random_text))
    write_prosody
    say "starting a private Prosody on 127.0.0.1:$client_port"
    start prosody prosody --config "$home/prosody.cfg.lua" -F
    wait_for prosody 30 is_listening 127.0.0.1 "$component_port"
    wait_for prosody 30 is_listening 127.0.0.1 "$client_port"
}

start_gateway() {
    write_duologue
    say "starting the web side on $web_url"
    start gateway "$build/bin/duologue-gateway" -c "$home/duologue.conf" \
        --static "$build/client"
    until is_gateway healthz; do
        is_alive gateway || return 1
        sleep 0.05
    done
}

# The web side first: links begin with its port, and somebody else may take
# that one in between.
start_everything() {
    make_home
    choose_address
    choose_ports
    secret=$(random_text)
    start_server
    if ! start_gateway; then
        [ "$web_port" != "$other_port" ] || ended_badly gateway
        web_port=$other_port
        start_gateway || ended_badly gateway
    fi
    say "starting Duologue"
    start duologue "$build/bin/duologue" -c "$home/duologue.conf"
    wait_for duologue 30 is_linked
    wait_for gateway 30 is_gateway readyz
}
