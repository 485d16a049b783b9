import * as z from 'zod'
import { isRecord } from '../../util/record.ts'

const forMembers = misplaced('belongs to a member of a group: write it in policies.<member>')
const forMutating = z
  .custom<never>(() => false, { error: 'is for mutating policies; a group never mutates' })
  .exactOptional()
const neverTrue = z
  .boolean()
  .refine((value) => !value, { error: 'is true; a group never mutates' })
  .exactOptional()

/** What an entry of policies.yml and a policy resource say of a group, under the same names; members are read one by one. */
export const GROUP_SHAPE = {
  expression: z.string().min(1),
  message: z.string().refine((text) => text !== '', { error: 'must be non-empty' }),
  policies: z
    .custom<Readonly<Record<string, unknown>>>(isRecord, {
      error: ({ input }) => (input === undefined ? 'is missing' : 'must be a map from member name to member'),
    })
    .refine((members) => Object.keys(members).length > 0, {
      error: 'is empty; policy groups must have at least one policy member',
    }),
  module: misplaced('is of a policy, which has no policies and no expression; a group has a module in each member'),
  settings: forMembers,
  timeoutEvalSeconds: forMembers,
  hostCapabilities: forMembers,
  contextAwareResources: forMembers,
  allowedToMutate: neverTrue,
  mutating: neverTrue,
  reinvocationPolicy: forMutating,
  mutates: forMutating,
}

// Whoever writes entries by program may write fields that say nothing.
function misplaced(message: string) {
  return z.custom<never>(saysNothing, { error: message }).exactOptional()
}

function saysNothing(value: unknown): boolean {
  return (
    value === '' || (Array.isArray(value) ? value.length === 0 : isRecord(value) && Object.keys(value).length === 0)
  )
}

type Report = (field: string, message: string) => void

const DEFAULT_TIMEOUT_SECONDS = 10
const MAX_TIMEOUT_SECONDS = 30

/** Members that are asked one after the other may take longer than the API server waits for the group. */
export function checkMemberTimeouts(group: Readonly<Record<string, unknown>>, report: Report): void {
  const {
    policies,
    rules,
    timeoutSeconds = rules === undefined ? MAX_TIMEOUT_SECONDS : DEFAULT_TIMEOUT_SECONDS,
  } = group
  if (!isRecord(policies) || typeof timeoutSeconds !== 'number') return
  const seconds = Object.values(policies).reduce<number>((sum, member) => sum + secondsOf(member), 0)
  if (seconds > MAX_TIMEOUT_SECONDS)
    report(
      'policies',
      `has members whose timeoutEvalSeconds add up to ${seconds}; it must be at most ${MAX_TIMEOUT_SECONDS}`,
    )
  else if (seconds > timeoutSeconds)
    report(
      'policies',
      `has members whose timeoutEvalSeconds add up to ${seconds}, longer than the API server waits (timeoutSeconds: ${timeoutSeconds})`,
    )
}

function secondsOf(member: unknown): number {
  const seconds = isRecord(member) ? member['timeoutEvalSeconds'] : undefined
  return typeof seconds === 'number' ? seconds : 0
}
