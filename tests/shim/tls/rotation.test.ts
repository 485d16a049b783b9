import fc from 'fast-check'
import t from 'tap'
import { DEFAULT_LIFETIMES } from '../../../shim/tls/lifetimes.ts'
import { planRotation, type RotationFacts } from '../../../shim/tls/rotation.ts'

const DAY_MS = 86_400_000
const NOW = new Date('2030-01-01T00:00:00Z')
const inDays = (days: number) => new Date(NOW.getTime() + days * DAY_MS)

const OLD = { fingerprint: 'old', notAfter: inDays(90) }
const NEW = { fingerprint: 'new', notAfter: inDays(3650) }

/** A rotation that waits for a confirmation since today. */
const ANNOUNCED: RotationFacts = {
  now: NOW,
  lifetimes: DEFAULT_LIFETIMES,
  active: OLD,
  next: NEW,
  isBegun: true,
  published: ['old', 'new'],
  confirmed: new Set(),
  record: { role: 'next', authority: 'new', since: NOW },
}
const STEADY: RotationFacts = {
  ...ANNOUNCED,
  active: NEW,
  next: undefined,
  isBegun: false,
  published: ['new'],
  record: undefined,
}
const SWITCHED: RotationFacts = {
  ...STEADY,
  published: ['old', 'new'],
  record: { role: 'active', authority: 'new', since: NOW },
}

const stepsOf =
  (cases: readonly [facts: RotationFacts, step: string][]) => (t: { equal: (a: string, b: string) => void }) => {
    for (const [facts, step] of cases) t.equal(planRotation(facts).kind, step)
  }

t.test('a rotation begins half a year before the authority ends, or when somebody has begun it', async (t) => {
  stepsOf([
    [{ ...STEADY, active: { ...NEW, notAfter: inDays(181) } }, 'rest'],
    [{ ...STEADY, active: { ...NEW, notAfter: inDays(179) } }, 'create'],
    [{ ...STEADY, isBegun: true }, 'create'],
  ])(t)
})

t.test('the new authority is published before anything else, and since when is remembered', async (t) => {
  stepsOf([
    [{ ...ANNOUNCED, published: ['old'] }, 'publish'],
    [{ ...ANNOUNCED, published: ['old'], confirmed: new Set(['new']) }, 'publish'],
    [{ ...ANNOUNCED, record: undefined }, 'record'],
    [{ ...ANNOUNCED, record: { role: 'active', authority: 'old', since: NOW } }, 'record'],
  ])(t)
})

t.test('it signs when every API server is known to have it', async (t) => {
  t.equal(planRotation(ANNOUNCED).kind, 'await-confirmation')
  t.strictSame(planRotation({ ...ANNOUNCED, confirmed: new Set(['old', 'new']) }), {
    kind: 'switch',
    because: 'confirmed',
  })
})

t.test('unconfirmed it signs as late as possible, and never before it has been published for long', async (t) => {
  const early = { ...ANNOUNCED, now: inDays(87) }
  t.match(planRotation(early), { kind: 'await-confirmation', since: NOW, fallbackAt: inDays(88) })
  t.match(planRotation({ ...early, now: inDays(88) }), { kind: 'switch', because: 'unconfirmed' })
  const late = { ...early, now: inDays(89), record: { role: 'next', authority: 'new', since: inDays(80) } as const }
  t.match(planRotation(late), { kind: 'await-confirmation', fallbackAt: inDays(110) })
  t.match(planRotation({ ...late, now: inDays(90) }), { kind: 'switch', because: 'expired' })
})

t.test('the old authority stays in the bundle for a day after it has stopped signing', async (t) => {
  stepsOf([
    [{ ...SWITCHED, record: undefined }, 'record'],
    [{ ...SWITCHED, record: ANNOUNCED.record }, 'record'],
    [{ ...SWITCHED, now: inDays(0.9) }, 'await-retirement'],
    [{ ...SWITCHED, now: inDays(1) }, 'retire'],
  ])(t)
})

t.test('a time that was told by a clock without a battery, or lies ahead, is none', async (t) => {
  const in1970 = new Date(60_000)
  const since = (date: Date) => ({ role: 'next', authority: 'new', since: date }) as const
  stepsOf([
    [{ ...ANNOUNCED, now: in1970, record: since(in1970) }, 'await-confirmation'],
    [{ ...ANNOUNCED, now: inDays(89), record: since(in1970) }, 'record'],
    [{ ...ANNOUNCED, record: since(inDays(1)) }, 'record'],
  ])(t)
})

t.test('whatever happens, no certificate is shown that a bundle in force might not verify', async (t) => {
  const events = fc.array(fc.constantFrom('step', 'confirm', 'day', 'month', 'crash'), { maxLength: 60 })
  await fc.assert(
    fc.asyncProperty(events, async (happened) => {
      let world: World = { facts: { ...STEADY, active: OLD, published: ['old'] }, publishedAt: undefined }
      for (const event of happened) {
        world = happen(event, world)
        const { facts, publishedAt = inDays(10_000) } = world
        t.ok(facts.published.includes(facts.active.fingerprint), 'who signs is published')
        const isLongPublished = facts.now.getTime() - publishedAt.getTime() >= DEFAULT_LIFETIMES.unconfirmedMs
        const isFit = facts.confirmed.has('new') || isLongPublished || facts.now >= OLD.notAfter
        t.ok(facts.active.fingerprint === 'old' || isFit, 'who signs is confirmed, or published for long')
      }
    }),
    { numRuns: 300 },
  )
})

interface World {
  readonly facts: RotationFacts
  readonly publishedAt: Date | undefined
}

function happen(event: string, { facts, publishedAt }: World): World {
  if (event === 'confirm') return { facts: { ...facts, confirmed: new Set(facts.published) }, publishedAt }
  if (event === 'crash') return { facts: { ...facts, record: undefined }, publishedAt }
  if (event !== 'step') {
    const now = new Date(facts.now.getTime() + (event === 'day' ? 1 : 30) * DAY_MS)
    return { facts: { ...facts, now }, publishedAt }
  }
  const isPublished = planRotation(facts).kind === 'publish'
  return { facts: takeStep(facts), publishedAt: isPublished ? facts.now : publishedAt }
}

/** What the step would make of the facts. */
function takeStep(facts: RotationFacts): RotationFacts {
  const step = planRotation(facts)
  const { next, active, now, published } = facts
  switch (step.kind) {
    case 'create':
      return { ...facts, isBegun: true, next: NEW }
    case 'publish':
      return { ...facts, published: [...published, NEW.fingerprint] }
    case 'record': {
      const authority = (step.role === 'next' ? next : active)?.fingerprint ?? ''
      return { ...facts, record: { role: step.role, authority, since: now } }
    }
    case 'switch':
      return { ...facts, active: next ?? active, next: undefined, isBegun: false }
    case 'retire':
      return { ...facts, published: [active.fingerprint], record: undefined }
    default:
      return facts
  }
}
