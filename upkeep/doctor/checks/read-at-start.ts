import type { Check } from '../check.ts'
import { ok, warning } from '../finding.ts'

const FLAGS = ['egress-selector-config-file', 'admission-control-config-file']

/** A start is told in whole seconds since boot, and a boot in whole seconds. */
const TOLERANCE_MS = 3000

/** Whether the API server has read its files as they are now: it does so once, when it starts. */
export const readAtStartCheck: Check = {
  name: 'read-at-start',
  async run({ apiServer }) {
    const startedAt = apiServer?.startedAt
    if (apiServer === undefined || startedAt === undefined) return []
    const files = FLAGS.map((flag) => apiServer.flags.get(flag)).filter((path) => path !== undefined)
    const changed = await Promise.all(
      files.map(async (path) => {
        const { mtimeMs } = await apiServer.stat(path).catch(() => ({ mtimeMs: 0 }))
        return mtimeMs > startedAt.getTime() + TOLERANCE_MS ? [path] : []
      }),
    )
    const late = changed.flat()
    if (late.length === 0) return files.length === 0 ? [] : [ok('it has read its files as they are')]
    return late.map((path) =>
      warning(
        `${path} was written after the API server had started, and is read at a start only`,
        'Restart kube-apiserver.',
      ),
    )
  },
}
