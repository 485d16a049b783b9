import { setImmediate } from 'node:timers/promises'
import type { Api, ApiAnswer } from './api.ts'

export interface ApiLoad {
  /** Resolves when this many more requests were answered. */
  answers(count: number): Promise<void>
  /** What was answered otherwise than expected, and how many were not. */
  stop(): Promise<{ failures: readonly string[]; answered: number }>
}

/** Creates ConfigMaps, dry, several at the same time, until it is stopped; each must be answered as expected: created. */
export function startApiLoad(
  api: Api,
  isExpected = ({ status }: ApiAnswer): boolean => status === 201,
  clients = 6,
): ApiLoad {
  const failures: string[] = []
  let [answered, isOver] = [0, false]
  const client = async () => {
    while (!isOver) {
      const body = { metadata: { generateName: 'load-' } }
      const answer = await api.call('POST', '/api/v1/namespaces/default/configmaps?dryRun=All', body)
      if (isExpected(answer)) answered += 1
      else failures.push(`${answer.status} ${answer.text}`)
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
