# Sourced by the scripts: stands in the checkout's root, with our own Node and tools first on PATH.
cd "$(dirname "$0")/.." || exit 3

need() {
  command -v "$1" >/dev/null 2>&1 && return
  echo "$0: $1 is missing; $2" >&2
  exit 3
}
need git "install it from your distribution"
need npm "install Node.js with npm (any maintained version: ours is fetched as a package), https://nodejs.org"
need go "install Go 1.26 or newer, https://go.dev/dl (it builds what cannot be downloaded)"

PATH=$PWD/node_modules/.bin:$PATH
export PATH
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
  echo " • installing npm packages …" >&2
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2
fi
