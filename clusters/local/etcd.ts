import type { ClusterProcessSpec } from './cluster-processes.ts'
import type { ClusterLayout } from './layout.ts'
import { answersOnSocket } from './unix-probe.ts'

/**
 * etcd, on Unix sockets only: no port to clash, and the folder's mode keeps other users of the machine out, which a
 * loopback port without TLS would let in.
 */
export function etcdProcess(layout: ClusterLayout, command: string): ClusterProcessSpec {
  return {
    name: 'etcd',
    command,
    args: etcdArguments(layout),
    environment: {},
    readiness: { isReady: (signal) => answersOnSocket(layout.etcdSocket, '/health', signal), timeoutMs: 60_000 },
  }
}

export function etcdArguments({ etcdData, etcdSocket, etcdPeerSocket }: ClusterLayout): string[] {
  return [
    '--name=default',
    `--data-dir=${etcdData}`,
    `--listen-client-urls=unix://${etcdSocket}`,
    `--advertise-client-urls=unix://${etcdSocket}`,
    `--listen-peer-urls=unix://${etcdPeerSocket}`,
    `--initial-advertise-peer-urls=unix://${etcdPeerSocket}`,
    `--initial-cluster=default=unix://${etcdPeerSocket}`,
    // With the defaults a lone member waits for up to a second before it elects itself.
    '--heartbeat-interval=20',
    '--election-timeout=100',
    // Made for the end of a process, not for the loss of power.
    '--unsafe-no-fsync',
  ]
}
