import { formatDuration } from '../../../util/duration.ts'
import type { Check } from '../check.ts'
import { ok, problem } from '../finding.ts'

/** It tells whole seconds, and the answer takes its time. */
const TOLERANCE_MS = 5000

/** Whether the API server and this host agree about the time, by which certificates and exemptions end. */
export const clockCheck: Check = {
  name: 'clock',
  async run({ api }) {
    if (api === undefined) return []
    const skewMs = await api.readClockSkewMs()
    if (Math.abs(skewMs) <= TOLERANCE_MS) return [ok('the API server and this host agree')]
    const direction = skewMs > 0 ? 'ahead of' : 'behind'
    return [
      problem(
        `the API server's clock is ${formatDuration(Math.abs(skewMs))} ${direction} this host's`,
        'Let both follow a time server.',
      ),
    ]
  },
}
