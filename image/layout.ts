import type { ImageFile } from '../containers/layer.ts'

/** How the shim's image starts, whichever way it was built. The Dockerfile says the same; a test compares. */
export const SHIM_IMAGE = {
  /** Nobody's number on any machine, and the one that images without a root user have agreed on. */
  user: '65532:65532',
  entrypoint: ['/usr/local/bin/gatehouse', 'shim'],
  env: {
    PATH: '/usr/local/bin',
    HOME: '/var/lib/gatehouse',
    // registries of one's own: mount another file there
    NODE_USE_SYSTEM_CA: '1',
    SSL_CERT_FILE: '/etc/ssl/certs/ca-certificates.crt',
    // as cli/gatehouse has it, and the flag below
    MALLOC_ARENA_MAX: '2',
    MALLOC_TRIM_THRESHOLD_: '131072',
  },
} as const

/** Where the program lies in the image. */
export const PROGRAM_FOLDER = '/opt/gatehouse'

export const NODE_PATH = '/usr/local/bin/node'

// No shell is there to find the program: the kernel starts Node on this, as on every file with such a first line.
const LAUNCHER = `#!${NODE_PATH} --max-semi-space-size=4
process.argv.splice(1, 1, '${PROGRAM_FOLDER}/cli/start.js', '${PROGRAM_FOLDER}/dist/cli/main.js')
await import('${PROGRAM_FOLDER}/cli/start.js')
`

const [uid, gid] = SHIM_IMAGE.user.split(':')

/** What is neither Node, nor a library, nor the program: who the shim is, and the folders that are mounted over. */
export function listOwnFiles(certificates: string): ImageFile[] {
  return [
    { path: '/usr/local/bin/gatehouse', text: LAUNCHER, mode: 0o755 },
    { path: SHIM_IMAGE.env.SSL_CERT_FILE, text: certificates },
    {
      path: '/etc/passwd',
      text: `root:x:0:0:root:/:/sbin/nologin\ngatehouse:x:${uid}:${gid}:gatehouse:${SHIM_IMAGE.env.HOME}:/sbin/nologin\n`,
    },
    { path: '/etc/group', text: `root:x:0:\ngatehouse:x:${gid}:\n` },
    { path: '/etc/nsswitch.conf', text: 'hosts: files dns\n' },
    // mounted over; without a mount they are the container's own, and anybody's in it
    { path: '/run/gatehouse', isFolder: true, mode: 0o1777 },
    { path: SHIM_IMAGE.env.HOME, isFolder: true, mode: 0o1777 },
    { path: '/tmp', isFolder: true, mode: 0o1777 },
  ]
}
