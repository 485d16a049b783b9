import { setImmediate } from 'node:timers/promises'
import type { Api } from './api.ts'

export interface ApiLoad {
  /** Resolves when this many more requests were answered. */
  answers(count: number): Promise<void>
  /** What was answered otherwise than expected, and how many were not. */
  stop(): Promise<{ failures: readonly string[]; answered: number }>
}

/** Creates ConfigMaps, dry, several at the same time, until it is stopped; each must be created. */
export function startApiLoad(api: Api, clients = 6): ApiLoad {
  const failures: string[] = []
  let [answered, isOver] = [0, false]
  const client = async () => {
    while (!isOver) {
      const body = { metadata: { generateName: 'load-' } }
      const { status, text } = await api.call('POST', '/api/v1/namespaces/default/configmaps?dryRun=All', body)
      if (status === 201) answered += 1
      else failures.push(`${status} ${text}`)
    }
  }
  const all = Promise.all(Array.from({ length: clients }, client))
  return {
    async answers(count) {
      const wanted = answered + count
      while (answered < wanted && failures.length === 0) await setImmediate()
    },
    async stop() {
      isOver = true
      await all
      return { failures, answered }
    },
  }
}
