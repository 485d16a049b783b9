import fc from 'fast-check'
import t from 'tap'
import type { RigRequest } from '../helpers/equality/api-server.ts'
import { policies } from '../helpers/equality/arbitrary-policies.ts'
import { request } from '../helpers/equality/arbitrary-requests.ts'
import { findDifferences } from '../helpers/equality/compare.ts'
import { createFixtures } from '../helpers/equality/fixtures.ts'
import { startEqualityRig } from '../helpers/equality/rig.ts'

const RUNS = 80
const SEED = Number(process.env['GATEHOUSE_TEST_SEED'] ?? Date.now() % 2 ** 31)

t.setTimeout(600_000)

t.test(`random policies decide random requests the same in shared entries (GATEHOUSE_TEST_SEED=${SEED})`, async (t) => {
  const rig = await startEqualityRig(t, '1.37')
  await createFixtures(rig)
  const counted = { sharing: 0, alone: 0, asked: 0, unasked: 0 }
  const judge = async (one: RigRequest) => {
    const outcomes = await rig.ask(one)
    counted[outcomes.combined.verdicts.length > 0 ? 'asked' : 'unasked']++
    return findDifferences(outcomes).map((difference) => `${one.method} ${one.path}: ${difference}`)
  }
  const requests = fc.array(request, { minLength: 4, maxLength: 6 })
  const property = fc.asyncProperty(policies, requests, async (set, asked) => {
    const { entries } = await rig.register(set, 'default')
    for (const { members } of entries) counted[members.length > 1 ? 'sharing' : 'alone'] += members.length
    for (const one of asked) {
      const differences = await judge(one)
      if (differences.length > 0) throw new Error(differences.join('\n'))
    }
  })
  await fc.assert(property, {
    numRuns: RUNS,
    seed: SEED,
    interruptAfterTimeLimit: 300_000,
    markInterruptAsFailure: false,
  })
  t.comment(JSON.stringify(counted))
  t.ok(counted.sharing > counted.alone / 4, 'many policies share an entry')
  t.ok(counted.asked > counted.unasked / 2, 'many requests concern some policy')
})
