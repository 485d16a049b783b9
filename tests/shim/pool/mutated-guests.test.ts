import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import t from 'tap'
import type { EvaluatedPolicy } from '../../../evaluator/evaluate.ts'
import { GatehouseError } from '../../../util/errors.ts'
import { packageRoot } from '../../../util/package-root.ts'
import { createPolicy } from '../../helpers/evaluations.ts'
import { buildGuest } from '../../helpers/guests.ts'
import { evaluate, startPool, type TestPool } from '../../helpers/test-pool.ts'

t.setTimeout(600_000)

// Byte for byte the same modules on each machine and in each run.
const SEED = 20_261_127
const TIMEOUT_MS = 200

const sample = (name: string) => readFileSync(join(packageRoot(), 'policies', name, 'policy.wasm'))
const GUESTS: Readonly<Record<string, Uint8Array>> = {
  assemblyscript: sample('host-namespaces'),
  rust: sample('pod-privileged'),
  leaky: buildGuest('leaky'),
  'leaky-memory': buildGuest('leaky-memory'),
  starters: buildGuest('starters'),
  touch: buildGuest('touch'),
  'host-call': buildGuest('host-call'),
}

type Edit = (bytes: Uint8Array) => Uint8Array

/** Flips bits, which leaves many modules valid; sets bytes, cuts them out and repeats them, which leaves few. */
const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 8, arbitrary: fc.tuple(fc.nat(), fc.nat(7)).map(([at, bit]) => change(at, (byte) => byte ^ (1 << bit))) },
  { weight: 2, arbitrary: fc.tuple(fc.nat(), fc.nat(255)).map(([at, value]) => change(at, () => value)) },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(), fc.nat(64)).map(([at, length]) => (bytes: Uint8Array) => {
      const start = at % bytes.length
      return Buffer.concat([bytes.subarray(0, start), bytes.subarray(start + length)])
    }),
  },
  {
    weight: 1,
    arbitrary: fc.tuple(fc.nat(), fc.nat(64)).map(([at, length]) => (bytes: Uint8Array) => {
      const start = at % bytes.length
      return Buffer.concat([bytes.subarray(0, start + length), bytes.subarray(start)])
    }),
  },
)

function change(at: number, to: (byte: number) => number): Edit {
  return (bytes) => {
    const changed = Uint8Array.from(bytes)
    const index = at % changed.length
    changed[index] = to(changed[index] ?? 0)
    return changed
  }
}

async function load(bytes: Uint8Array): Promise<EvaluatedPolicy | undefined> {
  try {
    return await createPolicy(bytes)
  } catch (error) {
    if (error instanceof GatehouseError && error.code.startsWith('ERR_MODULE_')) return undefined
    throw error
  }
}

/** What a guest says to three requests that are the same, or that it was late. */
async function ask({ pool }: TestPool, policy: EvaluatedPolicy): Promise<Set<string>> {
  const said = new Set<string>()
  for (let time = 0; time < 3 && !said.has('late'); time++) {
    const outcome = await evaluate(pool, policy, { timeoutMs: TIMEOUT_MS, deadline: performance.now() + 60_000 })
    if (outcome.kind === 'failed') throw new Error(outcome.message)
    said.add(outcome.kind === 'answered' ? JSON.stringify(outcome.value) : 'late')
  }
  return said
}

type Fate = 'refused' | 'late' | 'trapped' | 'answered'

/** What becomes of a module. @throws Error when it is not asked as if for the first time, each time */
async function fateOf(test: TestPool, bytes: Uint8Array): Promise<Fate> {
  const policy = await load(bytes)
  if (policy === undefined) return 'refused'
  const said = await ask(test, policy)
  if (said.has('late')) return 'late'
  if (said.size > 1) throw new Error(`says one after the other: ${[...said].join(', ')}`)
  return [...said][0]?.includes('guest trapped') ? 'trapped' : 'answered'
}

const edits = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(edit) },
  { weight: 1, arbitrary: fc.array(edit, { minLength: 2, maxLength: 4 }) },
)

t.test('a module of any bytes is refused, or answers, the same each time, or is late, and no more', async (t) => {
  await using test = await startPool([])
  const fates: Record<Fate, number> = { refused: 0, late: 0, trapped: 0, answered: 0 }
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...Object.values(GUESTS)), edits, async (guest, edits) => {
      fates[
        await fateOf(
          test,
          edits.reduce<Uint8Array>((bytes, edit) => edit(bytes), guest),
        )
      ] += 1
    }),
    { seed: SEED, numRuns: 3000, endOnFailure: true },
  )
  t.comment(JSON.stringify(fates))
  t.ok(Math.min(fates.refused, fates.answered) > 100 && fates.trapped > 10, 'all kinds are met')
  t.strictSame(
    test.ended.filter((reason) => reason !== 'deadline'),
    [],
    'no thread ended but at its deadline',
  )
})
