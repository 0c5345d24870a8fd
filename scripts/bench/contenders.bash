# Shared by the parts of `make bench`; to be sourced by scripts/bench/run, which sets what is used here.

fail() {
  printf 'bench: %s\n' "$*" >&2
  exit 1
}

# wait_for_port PORT PID LOG
wait_for_port() {
  local tries
  for ((tries = 0; tries < 300; tries++)); do
    if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then return 0; fi
    kill -0 "$2" 2>/dev/null || break
    sleep 0.1
  done
  cat "$3" >&2
  fail "nothing listens on port $1"
}

# fill TEMPLATE NAME=VALUE…: prints the template with every @NAME@ replaced.
fill() {
  local text pair
  text=$(<"$1")
  shift
  for pair in "USER=$(id -un) $(id -gn)" "SCRATCH=$scratch" "CORES=$cores" "$@"; do
    text=${text//"@${pair%%=*}@"/"${pair#*=}"}
  done
  printf '%s\n' "$text"
}

# start_nginx NAME PORT: starts nginx with $scratch/NAME.conf.
start_nginx() {
  nginx -p "$scratch" -e stderr -c "$scratch/$1.conf" >"$scratch/$1.log" 2>&1 </dev/null &
  server_pid=$!
  started+=("$server_pid")
  wait_for_port "$2" "$server_pid" "$scratch/$1.log"
}

start_mock() {
  local read_body body module=/usr/lib/nginx/modules/ngx_http_echo_module.so load='' pad
  pad=$(printf 'All work and no play makes a dull benchmark. %.0s' {1..15})
  body="{\"id\":\"msg_bench\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"claude-sonnet-4-5-20250929\","
  body+="\"content\":[{\"type\":\"text\",\"text\":\"$pad\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,"
  body+="\"usage\":{\"input_tokens\":12,\"cache_creation_input_tokens\":0,\"cache_read_input_tokens\":0,"
  body+="\"cache_creation\":{\"ephemeral_5m_input_tokens\":0,\"ephemeral_1h_input_tokens\":0},"
  body+="\"output_tokens\":20,\"service_tier\":\"standard\"}}"
  if [ -f "$module" ]; then
    # The whole request first, then the answer, as a real upstream does it; without this it answers into the request,
    # and a proxy can't keep such a connection.
    load="load_module $module;"
    read_body='echo_read_request_body; echo_exec @answer;'
  else
    read_body='error_page 418 = @answer; return 418;'
  fi
  mock_port=$(free_port)
  limits_port=$(free_port)
  fill scripts/bench/mock.conf "PORT=$mock_port" "LIMITS_PORT=$limits_port" "LOAD_ECHO=$load" "READ_BODY=$read_body" \
    "BODY=$body" "RESET=$(date -u -d '+1 day' +%Y-%m-%dT%H:%M:%SZ)" >"$scratch/mock.conf"
  start_nginx mock "$mock_port"
}

# start_proxy UPSTREAM-PORT ACCOUNTS
start_proxy() {
  home=$scratch/store
  rm -rf "$home"
  mkdir "$home"
  CLAUDE_API_KEYS=$2 LOG_LEVEL=warning start_server "$scratch/proxy.log" "$bin/proxy" serve --port 0 --home "$home" \
    --upstream "http://127.0.0.1:$1" --durability strict --strategy session
  contender_port=${server_url##*:}
}

# start_contender NAME: leaves $server_pid and $contender_port, for the proxy also $home.
start_contender() {
  case "$1" in
    nginx)
      contender_port=$(free_port)
      fill scripts/bench/nginx.conf "PORT=$contender_port" "UPSTREAM_PORT=$mock_port" >"$scratch/nginx.conf"
      start_nginx nginx "$contender_port"
      ;;
    mitmdump)
      contender_port=$(free_port)
      "$mitmdump" --quiet --mode "reverse:http://127.0.0.1:$mock_port" --listen-host 127.0.0.1 \
        --listen-port "$contender_port" --set confdir="$scratch/mitmproxy" -w "$scratch/mitmdump.flows" \
        >"$scratch/mitmdump.log" 2>&1 </dev/null &
      server_pid=$!
      started+=("$server_pid")
      wait_for_port "$contender_port" "$server_pid" "$scratch/mitmdump.log"
      ;;
    proxy) start_proxy "$mock_port" '' ;;
    single) start_proxy "$limits_port" '' ;;
    accounts) start_proxy "$limits_port" 'a=sk-ant-bench-a,b=sk-ant-bench-b,c=sk-ant-bench-c' ;;
    *) fail "unknown contender '$1'" ;;
  esac
}

# load NAME WORKLOAD SECONDS: runs wrk, prints its line of JSON.
load() {
  local clients=$connections
  [ "$1" != mitmdump ] || clients=$mitmdump_connections
  wrk -c "$clients" -t 2 -d "${3}s" --timeout 20s -s scripts/bench/load.lua \
    "http://127.0.0.1:$contender_port/" -- "$2" </dev/null | sed -n 's/^RESULT //p'
}

# check_accounts WORKLOAD: the accounts served, and all of them where there is more than one session.
check_accounts() {
  local served all=3
  [ -x "$bin/inspector" ] || return 0
  [ "$1" = conversation ] || all=1
  served=$("$bin/inspector" stats accounts --json --home "$home" | jq -r 'select(.account != null and .successes > 0).account' |
    wc -l)
  [ "$served" -eq "$all" ] || fail "$served accounts served, $all should have"
}

# check_recording EXPECTED: compares what wrk counted with what the store holds.
check_recording() {
  local recorded
  [ -x "$bin/inspector" ] || return 0
  recorded=$("$bin/inspector" logs --last all --json --home "$home" | wc -l)
  # A run ends with up to one request in flight per connection, and there were two runs.
  local slack=$((2 * connections))
  if [ "$recorded" -lt "$1" ] || [ "$recorded" -gt $(($1 + slack)) ]; then
    fail "wrk counted $1 answers, the store holds $recorded exchanges (up to $slack more are expected)"
  fi
  printf 'bench:   the store holds %d exchanges, wrk counted %d\n' "$recorded" "$1" >&2
}

# cpu_ms PID: what the process has used of the processors so far.
cpu_ms() { awk -v hertz="$(getconf CLK_TCK)" '{ print int(($14 + $15) * 1000 / hertz) }' "/proc/$1/stat"; }

# measure NAME WORKLOAD ROUND: starts a contender, warms it up, measures, and stops it; a line is added to $results.
measure() {
  local warm line pid cpu
  start_contender "$1"
  pid=$server_pid
  warm=$(load "$1" "$2" 1)
  cpu=$(cpu_ms "$pid")
  line=$(load "$1" "$2" "$seconds")
  cpu=$(($(cpu_ms "$pid") - cpu))
  stop_process "$pid"
  [ -n "$line" ] || fail "wrk gave no figures for $1"
  jq -ce --arg contender "$1" --arg workload "$2" --argjson round "$3" --argjson cpu "$cpu" \
    '. + {contender: $contender, workload: $workload, round: $round, cpu_ms: $cpu}' <<<"$line" >>"$results"
  printf 'bench: round %d, %s, %s: %s\n' "$3" "$2" "$1" \
    "$(jq -r '"\(.requests / .seconds | floor) requests/s, p99 \(.p99_ms) ms, \(.bad_status + .broken) errors"' \
      <<<"$line")" >&2
  case "$1" in
    proxy | single | accounts)
      check_recording "$(jq -n --argjson a "$warm" --argjson b "$line" '$a.requests + $b.requests')"
      [ "$1" != accounts ] || check_accounts "$2"
      rm -rf "$home"
      ;;
  esac
  rm -f "$scratch/mitmdump.flows"
}
