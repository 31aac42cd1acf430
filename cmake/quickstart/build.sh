# shellcheck shell=bash disable=SC2034,SC2154
# build.sh - what ./quickstart installs and builds.
# Read by ../../quickstart, whose variables these are.

install_packages() {
    local groups=(build run web)
    [ "$install" -eq 1 ] || return 0
    [ "$with_server" -eq 0 ] || groups+=(server)
    say "looking for what Debian 12 needs to build and run this"
    cmake/debian-install "${groups[@]}" ||
        fail "packages could not be installed"
}

# A build of another place (a copied tree) is of no use.
forget_foreign_build() {
    [ ! -e "$build/CMakeCache.txt" ] ||
        grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$here" \
            "$build/CMakeCache.txt" || rm -rf "$build"
}

# Ninja's lines become one that moves, or a few where nobody watches.
show_steps() {
    local line percent shown=-20 end=
    while IFS= read -r line; do
        printf '%s\n' "$line" >>"$build/log"
        [[ $line =~ ^@([0-9]+)% ]] || continue
        percent=${BASH_REMATCH[1]}
        if [ -t 1 ]; then
            printf '\r[%3d s] building: %3d %%' "$SECONDS" "$percent"
            end='\n'
        elif [ "$percent" -ge $((shown + 20)) ]; then
            say "building: $percent %"
            shown=$percent
        fi
    done
    # shellcheck disable=SC2059 # a line end or nothing
    printf "$end"
}

build_programs() {
    mkdir -p "$build" && [ -w "$build" ] && [ -w "${build%/*}" ] ||
        fail "${build%/*} is not ours to write in: remove it, or run as before"
    exec 8>"$build.lock"
    flock 8
    forget_foreign_build
    mkdir -p "$build"
    : >"$build/log"
    say "building (the first time: up to a minute)"
    cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DDUOLOGUE_HARDEN=ON -DBUILD_TESTING=OFF >>"$build/log" 2>&1 ||
        build_failed
    NINJA_STATUS='@%p ' ninja -C "$build" duologue duologuectl \
        duologue-gateway 2>&1 | sed -u 's/^@ */@/' | show_steps || build_failed
    say "building the web client (the first time it fetches libraries)"
    cmake/build-client "$build" >>"$build/log" 2>&1 || build_failed
    exec 8>&-
}

build_failed() {
    tail -n 40 "$build/log" >&2
    fail "the build failed; all of it is in $build/log"
}
