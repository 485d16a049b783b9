import type { Api } from './api.ts'

/** One request, and what became of it. */
export interface LedgerLine {
  readonly startedAt: number
  readonly endedAt: number
  /** What the policy says to it. */
  readonly expected: 'allowed' | 'denied'
  /** `refused`: for reasons of the infrastructure, by failurePolicy; `lost`: the API server itself gave no answer. */
  readonly outcome: 'allowed' | 'denied' | 'refused' | 'lost'
  readonly text: string
}

export interface Ledger {
  readonly lines: readonly LedgerLine[]
  /** Resolves when so many more requests have ended, whatever became of them. */
  goOn(count: number): Promise<void>
  stop(): Promise<void>
}

/** What is right, and what is not, among some lines. */
export interface LedgerSummary {
  readonly requests: number
  readonly wronglyAllowed: number
  readonly wronglyDenied: number
  readonly refused: number
  readonly lost: number
  /** From the first refused answer to the last. */
  readonly refusalsMs: number
  /** From the fault to the last refused answer. */
  readonly untilLastMs: number
  /** Distinct reasons. */
  readonly reasons: readonly string[]
}

const PATH = '/api/v1/namespaces/default/configmaps?dryRun=All'

/** Creates ConfigMaps, dry, which a policy denies if they carry the label `deny`, every other one; several clients at once. */
export function startLedger(api: Api, clients = 6): Ledger {
  const lines: LedgerLine[] = []
  let isOver = false
  const client = async (first: number) => {
    for (let number = first; !isOver; number += 1) {
      const line = await ask(api, number % 2 === 0 ? 'allowed' : 'denied')
      lines.push(line)
      // an API server that is away answers nothing, quickly
      if (line.outcome === 'lost') await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const all = Promise.all(Array.from({ length: clients }, (_, index) => client(index)))
  return {
    lines,
    async goOn(count) {
      const wanted = lines.length + count
      while (lines.length < wanted) await new Promise((resolve) => setTimeout(resolve, 5))
    },
    async stop() {
      isOver = true
      await all
    },
  }
}

async function ask(api: Api, expected: LedgerLine['expected']): Promise<LedgerLine> {
  const startedAt = performance.now()
  const body = { metadata: { generateName: 'a-', labels: expected === 'denied' ? { deny: 'yes' } : {} } }
  const answer = await api.call('POST', PATH, body).catch((error) => ({ status: 0, text: String(error) }))
  return { startedAt, endedAt: performance.now(), expected, outcome: outcomeOf(answer), text: answer.text }
}

function outcomeOf({ status, text }: { status: number; text: string }): LedgerLine['outcome'] {
  if (status === 201) return 'allowed'
  if (/denied the request: .*label deny/.test(text)) return 'denied'
  return /failed calling webhook/.test(text) ? 'refused' : 'lost'
}

/** What happened to the requests that ended between two moments. */
export function summarise(lines: readonly LedgerLine[], from: number, to: number): LedgerSummary {
  const within = lines.filter(({ endedAt }) => endedAt >= from && endedAt <= to)
  const count = (isCounted: (line: LedgerLine) => boolean) => within.filter(isCounted).length
  const refused = within.filter(({ outcome }) => outcome === 'refused').map(({ endedAt }) => endedAt)
  const last = Math.max(from, ...refused)
  return {
    requests: within.length,
    wronglyAllowed: count(({ expected, outcome }) => expected === 'denied' && outcome === 'allowed'),
    wronglyDenied: count(({ expected, outcome }) => expected === 'allowed' && outcome === 'denied'),
    refused: refused.length,
    lost: count(({ outcome }) => outcome === 'lost'),
    refusalsMs: Math.round(last - Math.min(last, ...refused)),
    untilLastMs: Math.round(last - from),
    reasons: [
      ...new Set(
        within.filter(({ outcome }) => outcome === 'refused' || outcome === 'lost').map(({ text }) => reasonOf(text)),
      ),
    ],
  }
}

function reasonOf(text: string): string {
  return text
    .replace(/.*failed calling webhook/, '')
    .replace(/\d+/g, 'N')
    .slice(0, 240)
}
