# What the launcher and the tests tell a person, all of it on standard error. Sourced.
# shellcheck shell=bash

say() {
  printf 'weir: %s\n' "$*" >&2
}

# die EXIT-CODE MESSAGE...
die() {
  local code=$1
  shift
  say "$*"
  exit "$code"
}

# Milliseconds since some start, into the variable that is named. bash before 5.0 (macOS) knows whole seconds only.
milliseconds() {
  if [[ -n ${EPOCHREALTIME:-} ]]; then
    printf -v "$1" '%s' "$((${EPOCHREALTIME/[.,]/} / 1000))"
  else
    printf -v "$1" '%s' "$((SECONDS * 1000))"
  fi
}

# time_since START: "9.4 s" or "3 min 20 s"
time_since() {
  local now
  milliseconds now
  local passed=$((now - $1))
  if ((passed < 60000)); then
    printf '%d.%d s' $((passed / 1000)) $((passed % 1000 / 100))
  else
    printf '%d min %d s' $((passed / 60000)) $((passed % 60000 / 1000))
  fi
}

# progress PID LABEL [COUNT-COMMAND]: shows that the process is at work until it ends; a line that changes on a terminal,
# elsewhere a line every ten seconds. COUNT-COMMAND sets REPLY to how far it is.
progress() {
  local pid=$1 label=$2 count=${3:-} start now next=10000
  milliseconds start
  while kill -0 "$pid" 2>/dev/null; do
    REPLY=
    milliseconds now
    if [[ -t 2 ]]; then
      [[ -z $count ]] || "$count"
      printf '\r\033[Kweir: %s%s, %s' "$label" "${REPLY:+: $REPLY}" "$(time_since "$start")" >&2
    elif ((now - start >= next)); then
      next=$((next + 10000))
      [[ -z $count ]] || "$count"
      say "$label${REPLY:+: $REPLY}, $(time_since "$start")"
    fi
    sleep 0.2
  done
  [[ ! -t 2 ]] || printf '\r\033[K' >&2
}
