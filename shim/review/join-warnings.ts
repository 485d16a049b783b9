// Of the API server: once the warnings of a request are longer than this, in runes, each is cut.
// https://pkg.go.dev/k8s.io/apiserver/pkg/endpoints/filters#WithWarningRecorder
const MAX_ALL = 4096
const MAX_ONE = 256

/** Warnings of several policies as the API server would show them: each once, and cut when there are too many. */
export function joinWarnings(lists: readonly (readonly string[] | null)[]): string[] | null {
  const distinct = [...new Set(lists.flatMap((list) => list ?? []))]
  if (distinct.length === 0) return null
  if (lengthOf(distinct) <= MAX_ALL) return distinct
  const cut = [...new Set(distinct.map((warning) => [...warning].slice(0, MAX_ONE).join('')))]
  const fitting: string[] = []
  for (const warning of cut) if (lengthOf([...fitting, warning]) <= MAX_ALL) fitting.push(warning)
  return fitting
}

function lengthOf(warnings: readonly string[]): number {
  return warnings.reduce((sum, warning) => sum + [...warning].length, 0)
}
