import type { Api } from './api.ts'

/** What became of one request. */
export interface Told {
  /** From 1. */
  readonly member: number
  readonly startedAt: number
  readonly endedAt: number
  /** `allowed`, `denied: …`, or what went wrong. */
  readonly said: string
}

export interface VerdictLoad {
  /** Resolves when each API server has answered this many more requests. */
  goOn(count: number): Promise<void>
  stop(): Promise<readonly Told[]>
}

const PATH = '/api/v1/namespaces/default/configmaps'

/** Creates and updates ConfigMaps through all API servers, dry, one request after the other on each, until it is stopped. */
export async function startVerdictLoad(apis: readonly Api[]): Promise<VerdictLoad> {
  await apis[0]?.must('POST', PATH, { metadata: { name: 'kept' } })
  const told: Told[] = []
  const counts = apis.map(() => 0)
  let isOver = false
  const client = async (api: Api, index: number) => {
    while (!isOver) {
      const startedAt = performance.now()
      const said = await ask(api, (counts[index] ?? 0) % 2 === 0)
      told.push({ member: index + 1, startedAt, endedAt: performance.now(), said })
      counts[index] = (counts[index] ?? 0) + 1
    }
  }
  const all = Promise.all(apis.map(client))
  return {
    async goOn(count) {
      const wanted = counts.map((answered) => answered + count)
      while (counts.some((answered, index) => answered < (wanted[index] ?? 0))) await new Promise(setImmediate)
    },
    async stop() {
      isOver = true
      await all
      return told
    },
  }
}

/** One create or one update. */
export async function ask(api: Api, isCreate = true): Promise<string> {
  try {
    const { status, text } = isCreate
      ? await api.call('POST', `${PATH}?dryRun=All`, { metadata: { generateName: 'load-' } })
      : await api.call('PUT', `${PATH}/kept?dryRun=All`, {
          metadata: { name: 'kept' },
          data: { a: String(Math.random()) },
        })
    if (status < 300) return 'allowed'
    const [, message] = /denied the request: (?:policy \S+: )?([^"]+)"/.exec(text) ?? []
    return message === undefined ? `${status} ${text}` : `denied: ${message}`
  } catch (error) {
    return `no answer: ${error}`
  }
}
