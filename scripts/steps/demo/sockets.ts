import { readdir, readFile, readlink } from 'node:fs/promises'
import { join } from 'node:path'

/** How many sockets of each family a process listens on. */
export interface Listeners {
  readonly unix: number
  readonly tcp: number
}

const LISTENING_UNIX = '00010000'
const LISTENING_TCP = '0A'

/** Asks the kernel, by way of /proc, what a process listens on. https://man7.org/linux/man-pages/man5/proc_net.5.html */
export async function countListeners(pid: number): Promise<Listeners> {
  const own = await socketInodes(pid)
  const unix = await readTable(pid, 'unix')
  const tcp = [...(await readTable(pid, 'tcp')), ...(await readTable(pid, 'tcp6'))]
  return {
    unix: unix.filter((row) => row[3] === LISTENING_UNIX && own.has(row[6] ?? '')).length,
    tcp: tcp.filter((row) => row[3] === LISTENING_TCP && own.has(row[9] ?? '')).length,
  }
}

async function readTable(pid: number, file: string): Promise<string[][]> {
  const text = await readFile(join('/proc', `${pid}`, 'net', file), 'utf8')
  const rows = text.trimEnd().split('\n').slice(1)
  return rows.map((row) => row.trim().split(/\s+/))
}

async function socketInodes(pid: number): Promise<Set<string>> {
  const folder = join('/proc', `${pid}`, 'fd')
  const targets = await Promise.all((await readdir(folder)).map((fd) => readlink(join(folder, fd)).catch(() => '')))
  return new Set(targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []))
}
