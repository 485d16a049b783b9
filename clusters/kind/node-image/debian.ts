import type { Dirent } from 'node:fs'
import { readdir, readlink } from 'node:fs/promises'
import { join, relative } from 'node:path'
import type { ImageFile } from '../../../containers/layer.ts'
import { joinCertificates } from '../../../image/libraries.ts'

/** What a node needs of Debian: a shell and its tools, mounts, networks, containers. */
export const DEBIAN_PACKAGES: readonly string[] = [
  ...['bash', 'coreutils', 'findutils', 'grep', 'gzip', 'mawk', 'procps', 'sed', 'tar', 'ca-certificates'],
  ...['iproute2', 'iptables', 'kmod', 'mount', 'netbase', 'nftables', 'util-linux'],
  ...['catatonit', 'containerd', 'containernetworking-plugins', 'runc'],
]

/** What only serves to install packages, which a node never does. */
export const LEFT_OUT: readonly string[] = [
  ...['debconf', 'dpkg', 'gcc-12-base', 'init-system-helpers', 'libdb5.3', 'libfile-find-rule-perl', 'libgdbm-compat4'],
  ...['libgdbm6', 'libnumber-compare-perl', 'libperl5.36', 'libtext-glob-perl', 'openssl', 'perl', 'perl-base'],
  ...['perl-modules-5.36', 'usrmerge', 'util-linux-extra'],
]

/** The folders that are links into /usr on every Debian of today, whatever the packages say. */
const MERGED = ['bin', 'lib', 'lib64', 'sbin'] as const
const UNUSED = [
  /^usr\/share\/(?!ca-certificates|iptables)/,
  /^usr\/(games|include|src)\//,
  /^usr\/lib\/[^/]+\/(gconv|audit|perl)/,
  /^usr\/lib\/(systemd|init|udev|debug)\//,
  /^etc\/(init\.d|cron|apt|dpkg|pam\.d|security|default|rc)/,
  /^usr\/bin\/containerd-(stress|shim|shim-runc-v1)$/,
  /^usr\/lib\/cni\/(?!(host-local|loopback|ptp|portmap|bridge)$)/,
]

/** What packages make when they are installed, and we do not run. */
const MADE_BY_INSTALLING: readonly ImageFile[] = [
  ...MERGED.map((name) => ({ path: name, linkTo: `usr/${name}` })),
  ...['sh', 'rbash'].map((name) => ({ path: `usr/bin/${name}`, linkTo: 'bash' })),
  { path: 'usr/bin/awk', linkTo: 'mawk' },
  ...['iptables', 'ip6tables'].flatMap((name) =>
    ['', '-save', '-restore'].map((end) => ({ path: `usr/sbin/${name}${end}`, linkTo: 'xtables-nft-multi' })),
  ),
  { path: 'etc/passwd', text: 'root:x:0:0:root:/root:/bin/bash\nnobody:x:65534:65534:nobody:/:/usr/sbin/nologin\n' },
  { path: 'etc/group', text: 'root:x:0:\nnogroup:x:65534:\n' },
  { path: 'root', isFolder: true, mode: 0o700 },
  { path: 'tmp', isFolder: true, mode: 0o1777 },
  { path: 'var/tmp', isFolder: true, mode: 0o1777 },
  ...['dev', 'proc', 'run', 'sys', 'var/log', 'var/lib'].map((path) => ({ path, isFolder: true }) as const),
]

/** The file system of a node out of unpacked packages: merged, without what nothing on a node reads. */
export async function listDebianFiles(root: string): Promise<ImageFile[]> {
  const found = await readdir(root, { recursive: true, withFileTypes: true })
  const files = await Promise.all(found.map((entry) => toImageFile(root, entry)))
  const authorities = join(root, 'usr/share/ca-certificates/mozilla')
  const certificates = await joinCertificates((await readdir(authorities)).map((name) => join(authorities, name)))
  return [
    ...files.filter((file) => file !== undefined),
    ...MADE_BY_INSTALLING,
    { path: 'etc/ssl/certs/ca-certificates.crt', text: certificates },
  ]
}

async function toImageFile(root: string, entry: Dirent): Promise<ImageFile | undefined> {
  const from = join(entry.parentPath, entry.name)
  const path = mergedPath(relative(root, from))
  if (UNUSED.some((pattern) => pattern.test(path))) return undefined
  if (entry.isSymbolicLink()) return { path, linkTo: await readlink(from) }
  return entry.isFile() ? { path, from } : undefined
}

/** `bin/mount` is `usr/bin/mount`. */
export function mergedPath(path: string): string {
  return MERGED.some((name) => path.startsWith(`${name}/`)) ? `usr/${path}` : path
}
