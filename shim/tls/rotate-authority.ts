import type { AuthorityFiles, AuthorityState, IssueOptions } from './authority-files.ts'
import { planRotation, type RotationFacts, type RotationStep } from './rotation.ts'

/** An authority at rest, and how it came there. */
export interface AuthorityInForce extends AuthorityState {
  /** What it waits for, or `rest`. */
  readonly step: RotationStep
  /** The steps that were taken now. */
  readonly taken: readonly RotationStep[]
}

/** More than a whole rotation has. */
const MAX_STEPS = 20

/** Takes all the steps of a rotation that can be taken now. */
export async function rotateAuthority(files: AuthorityFiles, options: IssueOptions): Promise<AuthorityInForce> {
  const taken: RotationStep[] = []
  for (let steps = 0; steps < MAX_STEPS; steps++) {
    const state = await files.read()
    const step = planRotation(toFacts(state, options))
    if (isResting(step)) return { ...state, step, taken }
    await takeStep(step, files, { ...options, state })
    taken.push(step)
  }
  throw new Error('other processes change the authority faster than it can be read')
}

/** What the next step would be. */
export async function readAuthority(files: AuthorityFiles, options: IssueOptions): Promise<AuthorityInForce> {
  const state = await files.read()
  return { ...state, step: planRotation(toFacts(state, options)), taken: [] }
}

function isResting({ kind }: RotationStep): boolean {
  return kind === 'rest' || kind === 'await-confirmation' || kind === 'await-retirement'
}

interface StepOptions extends IssueOptions {
  readonly state: AuthorityState
}

async function takeStep(step: RotationStep, files: AuthorityFiles, { state, ...options }: StepOptions): Promise<void> {
  const { active, next, bundle } = state
  switch (step.kind) {
    case 'create':
      return files.createNext(options)
    case 'publish':
      return files.publish(next === undefined ? bundle : [...bundle, next.cert])
    case 'record': {
      const authority = (step.role === 'next' ? next : active)?.cert.fingerprint256 ?? ''
      return files.writeRecord({ role: step.role, authority, since: options.now })
    }
    case 'switch':
      return files.activateNext()
    case 'retire':
      await files.publish([active.cert])
      return files.removeRecord()
  }
}

function toFacts(state: AuthorityState, options: IssueOptions): RotationFacts {
  const { active, next, isBegun, bundle, confirmed, record } = state
  const describe = ({ cert }: AuthorityState['active']) => ({
    fingerprint: cert.fingerprint256,
    notAfter: cert.validToDate,
  })
  return {
    ...options,
    active: describe(active),
    next: next && describe(next),
    isBegun,
    published: bundle.map(({ fingerprint256 }) => fingerprint256),
    confirmed,
    record,
  }
}
