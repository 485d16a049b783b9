import type { RigAnswer } from './api-server.ts'

/** An answer without what differs from one request to the next. */
export interface Outcome {
  readonly status: number
  /** The object as the API server wrote it, or its refusal without the names of webhooks. */
  readonly text: string
  readonly denials: readonly Denial[]
  readonly warnings: readonly string[]
  /** What the policies said: mutating ones in their order, then validating ones by name. */
  readonly verdicts: readonly string[]
}

export interface Denial {
  readonly policy: string
  readonly message: string
}

/** How a webhook's name and its answer lead back to policies. */
export interface Registered {
  /** Policy ids by the name of the webhook that they have to themselves. */
  readonly ids: ReadonlyMap<string, string>
}

const DENIED = /admission webhook \\?"([^"\\]+)\\?" denied the request(?:: (.*)| without explanation)$/s
const FAILED = /failed calling webhook "[^"]+": .*$/s
const CONDITION_FAILED =
  /admission webhook "[^"]+" denied the request: (?:policy [^:]+: )?matchCondition .*$|expression .*$/s

export function normalise(answer: RigAnswer, verdicts: readonly string[], { ids }: Registered): Outcome {
  const { status, text, warnings } = answer
  const body = parse(text)
  const message = body?.['kind'] === 'Status' && typeof body['message'] === 'string' ? body['message'] : undefined
  if (message === undefined) return { status, text: withoutChance(text), denials: [], warnings, verdicts }
  const [, webhook = '', said] = DENIED.exec(message) ?? []
  if (webhook !== '') {
    // a message may read like another policy's
    const denying = [...ids.values()].filter((id) => verdicts.some((verdict) => verdict.startsWith(`${id} denied`)))
    const candidates = denying.length > 0 ? denying : [...ids.values()]
    return { status, text: 'denied', denials: readDenials(ids.get(webhook), said, candidates), warnings, verdicts }
  }
  return { status, text: message.replace(FAILED, 'failed calling a webhook'), denials: [], warnings, verdicts }
}

/** Whether a refusal is because conditions could not be evaluated. */
export function isConditionError({ text, denials }: Pick<Outcome, 'text' | 'denials'>): boolean {
  return denials.some(({ message }) => message.startsWith('matchCondition ')) || CONDITION_FAILED.test(text)
}

function readDenials(owner: string | undefined, said: string | undefined, ids: readonly string[]): Denial[] {
  if (owner !== undefined) return [{ policy: owner, message: said ?? 'denied without a message' }]
  const pattern = new RegExp(`(?:^|; )policy (${ids.map((id) => quote(id)).join('|')}): `, 'g')
  const [, ...parts] = (said ?? '').split(pattern)
  return parts.flatMap((part, index) => (index % 2 === 0 ? [{ policy: part, message: parts[index + 1] ?? '' }] : []))
}

// uids, times, versions, and the ends of generated names
function withoutChance(text: string): string {
  const generated = /"generateName":"([^"]+)"/.exec(text)?.[1]
  const names =
    generated === undefined ? text : text.replaceAll(new RegExp(`${quote(generated)}[a-z0-9]{5}`, 'g'), generated)
  return names.replaceAll(
    /"(uid|resourceVersion|creationTimestamp|time|deletionTimestamp|lastTransitionTime)":"[^"]*"/g,
    '"$1":""',
  )
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function quote(text: string): string {
  return text.replaceAll(/[^\w-]/g, '\\$&')
}
