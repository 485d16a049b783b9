import { setTimeout as delay } from 'node:timers/promises'
import { type ContainerEngine, containerEngine } from '../../containers/engine.ts'
import type { KindRecord } from './record.ts'

const POLL_MS = 200

export function engineOf({ state }: KindRecord): ContainerEngine {
  return containerEngine(state.engine)
}

/** What the engine says of the node's container: `running`, `exited`, `created`; nothing if there is none, or no engine. */
export async function nodeState(record: KindRecord): Promise<string | undefined> {
  const args = ['inspect', '--type=container', '--format={{.State.Status}}', record.layout.member.node]
  return engineOf(record)
    .run(args)
    .then((text) => text.trim())
    .catch(() => undefined)
}

/** Runs a command on the node. */
export async function execOnNode(record: KindRecord, command: readonly string[]): Promise<string> {
  return engineOf(record).run(['exec', record.layout.member.node, ...command])
}

/** Waits until the node takes images. @throws the signal's reason */
export async function waitForContainerd(record: KindRecord, signal: AbortSignal): Promise<void> {
  const { node } = record.layout.member
  while (!(await engineOf(record).succeeds(['exec', node, 'ctr', '--namespace=k8s.io', 'images', 'ls', '--quiet']))) {
    await delay(POLL_MS, undefined, { signal })
  }
}

/** 1 or 2: what the engine's machine has, which decides what the kubelet is told. */
export async function cgroupVersionOf(engine: ContainerEngine): Promise<1 | 2> {
  const format = engine.name === 'docker' ? '{{.CgroupVersion}}' : '{{.Host.CgroupsVersion}}'
  return /1$/.test((await engine.run(['info', `--format=${format}`])).trim()) ? 1 : 2
}
