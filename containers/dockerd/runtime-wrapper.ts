/**
 * A shell script that stands before runc and strikes capabilities out of what it is asked to give: the bundle's config.json
 * (create, run), or a process file (exec). It only takes away. A quote within a JSON string is escaped, so `"capabilities":{`
 * is never a user's text.
 */
export function renderRuntimeWrapper(runc: string, missing: readonly string[]): string {
  const names = missing.join('|')
  return `#!/bin/sh
# Written by Gatehouse. This machine lacks ${missing.join(', ')}, which older Docker daemons ask for in privileged containers.
bundle=.
process=
previous=
for argument in "$@"; do
  case $previous in
    --bundle | -b) bundle=$argument ;;
    --process | -p) process=$argument ;;
  esac
  case $argument in
    --bundle=*) bundle=\${argument#*=} ;;
    --process=*) process=\${argument#*=} ;;
    create | run | exec) command=\${command:-$argument} ;;
  esac
  previous=$argument
done
strike() {
  [ -f "$1" ] || return 0
  struck=$(mktemp) || exit 1
  sed -zE ':again
    s/("capabilities"[[:space:]]*:[[:space:]]*\\{[^{}]*)"(${names})"[[:space:]]*,?/\\1/
    t again
    :commas
    s/("capabilities"[[:space:]]*:[[:space:]]*\\{[^{}]*),([[:space:]]*\\])/\\1\\2/
    t commas' "$1" > "$struck" && cat "$struck" > "$1"
  rm -f "$struck"
}
case \${command:-} in
  create | run) strike "$bundle/config.json" ;;
  exec) [ -z "$process" ] || strike "$process" ;;
esac
exec ${runc} "$@"
`
}
