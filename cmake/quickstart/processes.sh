# shellcheck shell=bash disable=SC2034,SC2154
# processes.sh - programs that run while ./quickstart does, and its folder.
# Read by ../../quickstart, whose variables these are.

# start NAME COMMAND ...: in a session of its own, so that Ctrl-C is ours, and
# gone when we are, however that comes.
start() {
    local name=$1
    shift
    setsid setpriv --pdeathsig TERM "$@" \
        </dev/null >"$home/$name.log" 2>&1 7>&- &
    pids[$name]=$!
    order=("$name" "${order[@]}")
}

ended_badly() {
    tail -n 20 "$home/$1.log" >&2
    fail "$1 has ended; above is the end of what it said"
}

is_alive() { kill -0 "${pids[$1]}" 2>/dev/null; }

# wait_for NAME SECONDS COMMAND ...: until the command is true.
wait_for() {
    local name=$1 until=$((SECONDS + $2))
    shift 2
    until "$@"; do
        is_alive "$name" || ended_badly "$name"
        if [ "$SECONDS" -ge "$until" ]; then
            tail -n 20 "$home/$name.log" >&2
            fail "$name is not ready in time"
        fi
        sleep 0.05
    done
}

stop() {
    local name=$1 pid=${pids[$1]} i
    kill "$pid" 2>/dev/null || true
    for ((i = 0; i < 100; i++)); do
        kill -0 "$pid" 2>/dev/null || break
        sleep 0.05
    done
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
}

clean_up() {
    local status=$? name
    trap - EXIT INT TERM HUP
    for name in "${order[@]}"; do
        stop "$name"
    done
    [ -z "$home" ] || rm -rf "$home"
    exit "$status"
}

# Of runs that were killed: nobody holds their lock any more.
forget_dead_homes() {
    local old
    for old in "${TMPDIR:-/tmp}"/duologue-quick.*; do
        if [ -O "$old" ] && [ ! -L "$old" ] && [ -f "$old/lock" ] &&
            flock -n "$old/lock" true; then
            rm -rf "$old"
        fi
    done
}

make_home() {
    forget_dead_homes
    home=$(mktemp -d "${TMPDIR:-/tmp}/duologue-quick.XXXXXX")
    exec 7>"$home/lock"
    flock 7
}
