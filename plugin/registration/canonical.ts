import type { V1LabelSelector } from '@kubernetes/client-node'

/** The same text for selectors that say the same; a selector that asks for nothing is none. */
export function canonicalSelector({ matchLabels = {}, matchExpressions = [] }: V1LabelSelector = {}): string {
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key} In ${value}`)
  const expressions = matchExpressions.map(
    ({ key, operator, values = [] }) => `${key} ${operator} ${values.toSorted().join(',')}`,
  )
  return [...new Set([...labels, ...expressions])].sort().join('; ')
}
