# Keeps one server for a test process and outlives it: when the process ends, however it ends, its end of our
# standard input closes, and the server and its folder go away. Orders come as lines; each is answered by one.
# $1 is the folder, the rest is the server's command line.
dir=$1
shift
trap '' HUP INT TERM
server=

stop() {
    [ -n "$server" ] && kill -"$1" "$server" 2>/dev/null
    [ -n "$server" ] && kill -CONT "$server" 2>/dev/null
    [ -n "$server" ] && wait "$server" 2>/dev/null
    server=
}

while read -r order; do
    case $order in
    start) "$@" </dev/null >>"$dir/output" 2>&1 & server=$! ;;
    kill) stop KILL ;;
    terminate) stop TERM ;;
    pause) kill -STOP "$server" ;;
    resume) kill -CONT "$server" ;;
    # `jobs` makes the shell notice an ended child, which `kill -0` would still find.
    alive) jobs >/dev/null; kill -0 "$server" 2>/dev/null || server= ;;
    esac
    echo "${server:-none}"
done
stop KILL
rm -rf "$dir"
