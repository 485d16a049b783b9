import type { TestShim } from '../shim.ts'
import type { RigAnswer } from './api-server.ts'

interface Line {
  readonly message?: unknown
  readonly policyId?: unknown
  readonly [field: string]: unknown
}

/** Reads from the shim's log what each policy said to a request. */
export function createVerdictReader({ logged }: Pick<TestShim, 'logged'>) {
  return {
    async during(send: () => Promise<RigAnswer>, mutating: ReadonlySet<string>) {
      const before = logged.length
      const answer = await send()
      const lines = logged.slice(before).filter(({ message }) => message === 'allowed' || message === 'denied')
      const isMutating = ({ policyId }: Line) => mutating.has(String(policyId))
      const validating = lines.filter((line) => !isMutating(line)).map(describe)
      return { answer, said: [...lines.filter(isMutating).map(describe), ...validating.sort()] }
    },
  }
}

function describe({ policyId, message, mutated, code, reason }: Line): string {
  const details = [mutated === true && 'mutated', code, reason].filter(
    (detail) => detail !== false && detail !== undefined,
  )
  return [`${policyId} ${message}`, ...details].join(': ')
}
