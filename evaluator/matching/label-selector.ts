/** https://pkg.go.dev/k8s.io/apimachinery/pkg/apis/meta/v1#LabelSelector */
export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>
  readonly matchExpressions?: readonly LabelRequirement[]
}

export interface LabelRequirement {
  readonly key: string
  readonly operator: string
  readonly values?: readonly string[]
}

export type Labels = Readonly<Record<string, string>>

/** Whether the selector asks for nothing, so that it selects even what has no labels at all. */
export function selectsEverything({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0
}

/** Whether labels are as the selector asks. */
export function selectsLabels({ matchLabels = {}, matchExpressions = [] }: LabelSelector, labels: Labels): boolean {
  return (
    Object.entries(matchLabels).every(([key, value]) => readLabel(labels, key) === value) &&
    matchExpressions.every((requirement) => meets(requirement, labels))
  )
}

// `NotIn` holds where the key is missing: https://pkg.go.dev/k8s.io/apimachinery/pkg/labels#Requirement.Matches
function meets({ key, operator, values = [] }: LabelRequirement, labels: Labels): boolean {
  const value = readLabel(labels, key)
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value)
    case 'NotIn':
      return value === undefined || !values.includes(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
    default:
      // the schema of policies files knows no other
      return false
  }
}

// Own members only: a label may be called `constructor`.
function readLabel(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined
}
