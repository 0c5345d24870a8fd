# Shared by the scripts that start servers; to be sourced. Processes are ended by pid, the newest first.

started=()
scratch=$(mktemp -d "${TMPDIR:-/tmp}/tapedeck.XXXXXX")

clean_up() {
  local status=$?
  trap - EXIT
  local pid newest_first=''
  for pid in "${started[@]}"; do newest_first="$pid $newest_first"; done
  for pid in $newest_first; do stop_process "$pid"; done
  rm -rf "$scratch"
  exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# stop_process PID: SIGTERM, and SIGKILL when that is not heard. A proxy may drain for half a minute.
stop_process() {
  local pid=$1 tries index
  # Forgotten first: a number that is free again may be somebody else's.
  for index in "${!started[@]}"; do
    [ "${started[index]}" != "$pid" ] || unset "started[index]"
  done
  kill -TERM "$pid" 2>/dev/null || return 0
  for ((tries = 0; tries < 400; tries++)); do
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
}

# start_server LOG COMMAND…: starts it and waits for its line `listening on http://HOST:PORT`.
# Leaves the pid in $server_pid and the URL in $server_url.
start_server() {
  local log=$1 tries
  shift
  # It is read at once, maybe before the server's process has opened it.
  : >"$log"
  "$@" >"$log" 2>&1 </dev/null &
  server_pid=$!
  started+=("$server_pid")
  for ((tries = 0; tries < 100; tries++)); do
    server_url=$(sed -n 's/.*listening on \(http:\/\/[^ ]*\).*/\1/p' "$log" | head -n 1)
    [ -z "$server_url" ] || return 0
    kill -0 "$server_pid" 2>/dev/null || break
    sleep 0.1
  done
  echo "$(basename "$0"): $1 $2 does not listen:" >&2
  cat "$log" >&2
  return 1
}

# free_port: prints a port of the loopback interface that nobody listens on.
free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
